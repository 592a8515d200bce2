// One epoch in scikit-surprise's order: users in order, and the ratings of each user in order.
//
// The next rating of a user needs the product of the row that the one before changes. So the update
// of one rating and the product of the next are one pass over the factors; where both are of the
// same item, whose row changes, too, they are two. What is done to rows is the Arithmetic of each
// solver:
//
//   double dot(const double* q, const double* p) const;
//   void step(double* p, double* q, double err) const;
//   double step_and_dot(double* p, double* q, const double* next, double err) const;
//
// Each Arithmetic lives in an unnamed namespace, so that no instantiation of these templates can be
// merged with one that was compiled under other floating-point flags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "astonish/sgd.hpp"
#include "biased_rows.hpp"
#include "linear_algebra/prefetch.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::sgd {

using ratings::WideCsr;

template <typename Arithmetic>
class SgdPass {
 public:
  SgdPass(const WideCsr& by_user, std::span<const double> weights, BiasedRows& rows,
          const SgdOptions& options)
      : by_user_(by_user),
        weights_(weights),
        rows_(rows),
        options_(options),
        arithmetic_(rows, options) {}

  // Returns the sum of the weighted squared errors, each before its update.
  double run() {
    double squared_error = 0.0;
    for (std::size_t user = 0; user < by_user_.n_rows(); ++user) squared_error += train(user);
    return squared_error;
  }

 private:
  static constexpr std::size_t kAhead = 2;  // ratings

  double train(std::size_t user) {
    const auto begin = static_cast<std::size_t>(by_user_.offsets[user]);
    const auto end = static_cast<std::size_t>(by_user_.offsets[user + 1]);
    if (begin == end) return 0.0;
    double* const p = rows_.p.row(user);
    double product = arithmetic_.dot(item_row(begin), p);
    double squared_error = 0.0;
    for (std::size_t at = begin; at < end; ++at) {
      if (at + kAhead < by_user_.indices.size()) {
        linear_algebra::prefetch_row(item_row(at + kAhead), rows_.q.width());
      }
      const double err = by_user_.values[at] - (baseline(user, at) + product);
      const double pull = weights_.empty() ? err : weights_[at] * err;
      squared_error += pull * err;
      if (rows_.biased) step_biases(user, at, pull);
      product = step(p, at, end, pull);
    }
    return squared_error;
  }

  // Returns the product of the next rating of the user, if there is one.
  double step(double* p, std::size_t at, std::size_t end, double pull) {
    double* const q = item_row(at);
    const bool is_last = at + 1 == end;
    if (is_last || by_user_.indices[at + 1] == by_user_.indices[at]) {
      arithmetic_.step(p, q, pull);
      return is_last ? 0.0 : arithmetic_.dot(q, p);
    }
    return arithmetic_.step_and_dot(p, q, item_row(at + 1), pull);
  }

  [[nodiscard]] double baseline(std::size_t user, std::size_t at) const {
    return rows_.biased ? rows_.global_mean + rows_.bu[user] + rows_.bi[item(at)] : 0.0;
  }

  void step_biases(std::size_t user, std::size_t at, double pull) {
    step_bias<Arithmetic>(rows_.bu[user], pull, options_.lr_bu, options_.reg_bu);
    step_bias<Arithmetic>(rows_.bi[item(at)], pull, options_.lr_bi, options_.reg_bi);
  }

  [[nodiscard]] std::size_t item(std::size_t at) const {
    return static_cast<std::size_t>(by_user_.indices[at]);
  }
  [[nodiscard]] double* item_row(std::size_t at) { return rows_.q.row(item(at)); }

  const WideCsr& by_user_;
  std::span<const double> weights_;
  BiasedRows& rows_;
  const SgdOptions& options_;
  Arithmetic arithmetic_;
};

// One epoch, each defined in the file of its solver.
double run_sequential(const WideCsr& by_user, std::span<const double> weights, BiasedRows& rows,
                      const SgdOptions& options);
double run_bitwise(const WideCsr& by_user, std::span<const double> weights, BiasedRows& rows,
                   const SgdOptions& options);

}  // namespace astonish::internal::sgd
