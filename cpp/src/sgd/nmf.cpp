// See nmf.hpp. This file is compiled without contraction of multiply and add (Variants.cmake),
// because one rounding less is another result.
#include "astonish/nmf.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "astonish/parallel.hpp"
#include "factors/training.hpp"
#include "linear_algebra/lanes.hpp"
#include "linear_algebra/padded.hpp"
#include "linear_algebra/prefetch.hpp"
#include "sgd_loop.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::factors::all_finite;
using internal::factors::check_training;
using internal::linear_algebra::kLanes;
using internal::linear_algebra::Lanes;
using internal::linear_algebra::load_lanes;
using internal::linear_algebra::PaddedRows;
using internal::linear_algebra::prefetch;
using namespace internal::sgd;

namespace {

using Indices = std::span<const std::int32_t>;

constexpr std::size_t kRowsPerChunk = 32;
constexpr std::size_t kPrefetch = 16;  // ratings ahead

struct InOrder {};  // names this file's instantiation of step_bias

// The ratings of each item, users ascending, and where they lie among those of by_user.
class ByItem {
 public:
  template <typename Offset>
  explicit ByItem(const CsrView<Offset>& by_user)
      : begins_(by_user.n_cols + 1),
        users_(by_user.indices.size()),
        positions_(by_user.indices.size()),
        ratings_(by_user.indices.size()) {
    for (const std::int32_t item : by_user.indices) ++begins_[static_cast<std::size_t>(item) + 1];
    for (std::size_t item = 0; item < by_user.n_cols; ++item) begins_[item + 1] += begins_[item];
    std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
    for (std::size_t user = 0, position = 0; user < by_user.n_rows(); ++user) {
      for (const std::int32_t item : by_user.row_indices(user)) {
        const std::size_t place = next[static_cast<std::size_t>(item)]++;
        users_[place] = static_cast<std::int32_t>(user);
        positions_[place] = position;
        ratings_[place] = by_user.values[position++];
      }
    }
  }

  [[nodiscard]] Indices users(std::size_t item) const { return of(users_, item); }
  [[nodiscard]] std::span<const std::size_t> positions(std::size_t item) const {
    return of(positions_, item);
  }
  [[nodiscard]] std::span<const double> ratings(std::size_t item) const {
    return of(ratings_, item);
  }

 private:
  template <typename T>
  [[nodiscard]] std::span<const T> of(const std::vector<T>& values, std::size_t item) const {
    return {values.data() + begins_[item], begins_[item + 1] - begins_[item]};
  }

  std::vector<std::size_t> begins_;
  std::vector<std::int32_t> users_;
  std::vector<std::size_t> positions_;
  std::vector<double> ratings_;
};

// From left to right. Each addition waits for the one before it, but the CPU works on the products
// of the next ratings meanwhile.
double dot(const double* a, const double* b, std::size_t n) {
  double sum = 0.0;
  for (std::size_t f = 0; f < n; ++f) sum += a[f] * b[f];
  return sum;
}

double scaled(double factor, double numerator, double denominator) {
  const double product = factor * (numerator / denominator);
  return factor != 0.0 && denominator != 0.0 ? product : factor;
}

// The ratings of one row of factors, and the rows at their other ends.
template <typename Estimate>
struct RowRatings {
  const PaddedRows<double>& others;
  Indices indices;
  std::span<const double> ratings;
  Estimate estimate;  // estimate(k) of the k-th rating
  double reg;

  [[nodiscard]] const double* other(std::size_t k) const {
    return others.row(static_cast<std::size_t>(indices[k]));
  }
  [[nodiscard]] double penalty() const { return static_cast<double>(indices.size()) * reg; }
};

// Scales the factors [at, at + n * kLanes) of `row` into `out`.
template <std::size_t n, typename Ratings>
void scale_lanes(const double* row, double* out, std::size_t at, const Ratings& of) {
  Lanes numerators[n] = {};
  Lanes denominators[n] = {};
  for (std::size_t k = 0; k < of.indices.size(); ++k) {
    const double* const other = of.other(k) + at;
    const double rating = of.ratings[k];
    const double estimate = of.estimate(k);
    for (std::size_t vector = 0; vector < n; ++vector) {
      const Lanes factors = load_lanes(other + vector * kLanes);
      numerators[vector] += factors * rating;
      denominators[vector] += factors * estimate;
    }
  }
  for (std::size_t f = 0; f < n * kLanes; ++f) {
    const double old = row[at + f];
    const double denominator = denominators[f / kLanes][f % kLanes] + of.penalty() * old;
    out[at + f] = scaled(old, numerators[f / kLanes][f % kLanes], denominator);
  }
}

template <typename Ratings>
void scale_row(std::size_t width, const double* row, double* out, const Ratings& of) {
  std::size_t at = 0;
  for (; at + 4 * kLanes <= width; at += 4 * kLanes) scale_lanes<4>(row, out, at, of);
  for (; at + 2 * kLanes <= width; at += 2 * kLanes) scale_lanes<2>(row, out, at, of);
  for (; at < width; at += kLanes) scale_lanes<1>(row, out, at, of);
}

template <typename Offset>
class Trainer {
 public:
  Trainer(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
          const NmfOptions& options, int n_threads)
      : by_user_(by_user),
        model_(model),
        options_(options),
        n_threads_(n_threads),
        by_item_(by_user),
        p_(model.pu),
        next_p_(model.pu.rows, model.pu.cols),
        q_(model.qi),
        estimates_(by_user.indices.size()) {}

  void train_epoch() {
    if (model_.biased) {
      for_each_row(model_.pu.rows, [&](std::size_t user) { multiply(user); });
      step_biases();
    }
    for_each_row(model_.pu.rows, [&](std::size_t user) {
      if (!model_.biased) multiply(user);
      scale_user(user);
    });
    for_each_row(model_.qi.rows, [&](std::size_t item) { scale_item(item); });
    std::swap(p_, next_p_);
  }

  [[nodiscard]] bool is_finite() const {
    return all_finite(p_.values()) && all_finite(q_.values()) &&
           (!model_.biased || (all_finite(model_.bu) && all_finite(model_.bi)));
  }

  void copy_factors() const {
    p_.copy_to(model_.pu);
    q_.copy_to(model_.qi);
  }

 private:
  template <typename Body>
  void for_each_row(std::size_t n_rows, const Body& body) {
    parallel_for(n_rows, n_threads_, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) body(row);
    });
  }

  [[nodiscard]] std::size_t begin(std::size_t user) const {
    return static_cast<std::size_t>(by_user_.offsets[user]);
  }

  void multiply(std::size_t user) {
    double* estimate = estimates_.data() + begin(user);
    for (const std::int32_t item : by_user_.row_indices(user)) {
      const double* const q = q_.row(static_cast<std::size_t>(item));
      *estimate++ = dot(q, p_.row(user), model_.pu.cols);
    }
  }

  // One after the other: an estimate has the biases that the ratings before it left.
  void step_biases() {
    for (std::size_t user = 0, position = 0; user < by_user_.n_rows(); ++user) {
      double& bu = model_.bu[user];
      for (const std::int32_t item : by_user_.row_indices(user)) {
        double& bi = model_.bi[static_cast<std::size_t>(item)];
        const double estimate = model_.global_mean + bu + bi + estimates_[position];
        const double err = by_user_.values[position] - estimate;
        step_bias<InOrder>(bu, err, options_.lr_bu, options_.reg_bu);
        step_bias<InOrder>(bi, err, options_.lr_bi, options_.reg_bi);
        estimates_[position++] = estimate;
      }
    }
  }

  void scale_user(std::size_t user) {
    const double* const estimates = estimates_.data() + begin(user);
    const RowRatings ratings{q_, by_user_.row_indices(user), by_user_.row_values(user),
                             [=](std::size_t k) { return estimates[k]; }, options_.reg_pu};
    scale_row(p_.width(), p_.row(user), next_p_.row(user), ratings);
  }

  // In place: the other rows are those of users.
  void scale_item(std::size_t item) {
    const auto positions = by_item_.positions(item);
    const double* const estimates = estimates_.data();
    const auto estimate = [=](std::size_t k) {
      if (k + kPrefetch < positions.size()) prefetch(estimates + positions[k + kPrefetch]);
      return estimates[positions[k]];
    };
    const RowRatings ratings{p_, by_item_.users(item), by_item_.ratings(item), estimate,
                             options_.reg_qi};
    scale_row(q_.width(), q_.row(item), q_.row(item), ratings);
  }

  const CsrView<Offset>& by_user_;
  const BiasedFactors<double>& model_;
  const NmfOptions& options_;
  int n_threads_;
  ByItem by_item_;
  PaddedRows<double> p_;
  PaddedRows<double> next_p_;
  PaddedRows<double> q_;
  std::vector<double> estimates_;  // of each rating, in the order of by_user
};

[[noreturn]] void throw_diverged(int epoch, const NmfOptions& options, bool biased) {
  constexpr const char* method = "non-negative matrix factorization";
  if (!biased) internal::factors::throw_diverged(method, epoch, {});
  internal::factors::throw_diverged(method, epoch,
                                    {{"lr_bu", options.lr_bu}, {"lr_bi", options.lr_bi}});
}

}  // namespace

template <typename Offset>
void fit_nmf(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
             const NmfOptions& options, int n_threads, const EpochCallback& on_epoch) {
  check_training(by_user, model, options.n_epochs);
  Trainer<Offset> trainer(by_user, model, options, n_threads);
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    begin_epoch(on_epoch, epoch);
    trainer.train_epoch();
    if (!trainer.is_finite()) throw_diverged(epoch, options, model.biased);
  }
  trainer.copy_factors();
}

#define ASTONISH_INSTANTIATE(Offset)                                                             \
  template void fit_nmf(const CsrView<Offset>&, const BiasedFactors<double>&, const NmfOptions&, \
                        int, const EpochCallback&);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
