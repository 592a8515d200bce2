// Surprise's order of updates and of roundings: see sgd.hpp. This file is compiled without
// contraction of multiply and add (Variants.cmake), because one rounding less is another result.
//
// Updates are elementwise, so vectors move no rounding; products are added from left to right. That
// chain of additions, one latency each, is the bound of this solver.
#include <algorithm>

#include "linear_algebra/lanes.hpp"
#include "sgd_pass.hpp"

namespace astonish::internal::sgd {

namespace {

using linear_algebra::kLanes;
using linear_algebra::Lanes;
using linear_algebra::load_lanes;
using linear_algebra::store_lanes;

class InOrder {
 public:
  InOrder(const BiasedRows& rows, const SgdOptions& options)
      : n_(rows.n_factors),
        lr_p_(options.lr_pu),
        reg_p_(options.reg_pu),
        lr_q_(options.lr_qi),
        reg_q_(options.reg_qi) {}

  [[nodiscard]] double dot(const double* q, const double* p) const {
    return sum(
        [&](std::size_t at) { return load_lanes<double>(q + at) * load_lanes<double>(p + at); });
  }

  void step(double* p, double* q, double err) const {
    for (std::size_t at = 0; at < n_; at += kLanes) move(p + at, q + at, err);
  }

  [[nodiscard]] double step_and_dot(double* p, double* q, const double* next, double err) const {
    return sum(
        [&](std::size_t at) { return load_lanes<double>(next + at) * move(p + at, q + at, err); });
  }

 private:
  // Of the first n_ products, from left to right; those of the filling are left out.
  template <typename Product>
  [[nodiscard]] double sum(const Product& product) const {
    double total = 0.0;
    std::size_t at = 0;
    for (; at + kLanes <= n_; at += kLanes) {
      const Lanes products = product(at);
      for (std::size_t lane = 0; lane < kLanes; ++lane) total += products[lane];
    }
    if (at == n_) return total;
    const Lanes products = product(at);
    for (std::size_t lane = 0; lane < n_ - at; ++lane) total += products[lane];
    return total;
  }

  // Returns the new p.
  Lanes move(double* p, double* q, double err) const {
    const Lanes old_p = load_lanes<double>(p), old_q = load_lanes<double>(q);
    const Lanes new_p = old_p + lr_p_ * (err * old_q - reg_p_ * old_p);
    store_lanes<double>(new_p, p);
    store_lanes<double>(old_q + lr_q_ * (err * old_p - reg_q_ * old_q), q);
    return new_p;
  }

  std::size_t n_;
  double lr_p_, reg_p_, lr_q_, reg_q_;
};

}  // namespace

double run_bitwise(const WideCsr& by_user, std::span<const double> weights, BiasedRows& rows,
                   const SgdOptions& options) {
  return SgdPass<InOrder>(by_user, weights, rows, options).run();
}

}  // namespace astonish::internal::sgd
