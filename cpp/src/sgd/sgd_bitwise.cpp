// Surprise's order of updates and of roundings: see sgd.hpp. This file is compiled without
// contraction of multiply and add (Variants.cmake), because one rounding less is another result.
#include "sgd_loop.hpp"

namespace astonish::internal::sgd {

namespace {

struct InOrder {
  static double dot(const double* q, const double* p, std::size_t n) {
    double sum = 0.0;
    for (std::size_t f = 0; f < n; ++f) sum += q[f] * p[f];
    return sum;
  }

  // Elementwise, so vectorising it moves no rounding.
  static void step(double* p, double* q, std::size_t n, double err, const SgdOptions& options) {
#pragma GCC ivdep
    for (std::size_t f = 0; f < n; ++f) {
      const double old_p = p[f];
      const double old_q = q[f];
      p[f] = old_p + options.lr_pu * (err * old_q - options.reg_pu * old_p);
      q[f] = old_q + options.lr_qi * (err * old_p - options.reg_qi * old_q);
    }
  }
};

}  // namespace

double run_bitwise(const WideCsr& by_user, const BiasedFactors<double>& model,
                   const SgdOptions& options, const EpochCallback& on_epoch,
                   std::span<const double> weights) {
  return run_sgd<InOrder>(by_user, model, options, on_epoch, weights);
}

}  // namespace astonish::internal::sgd
