// Surprise's order of updates at the speed of the vector units: see sgd.hpp.
#include "linear_algebra/dot.hpp"
#include "sgd_loop.hpp"

namespace astonish::internal::sgd {

namespace {

struct Vectorised {
  static double dot(const double* q, const double* p, std::size_t n) {
    return linear_algebra::dot(q, p, n);
  }

  // p <- (1 - lr * reg) p + (lr * err) q: the update of sgd.hpp with its constants taken out.
  static void step(double* p, double* q, std::size_t n, double err, const SgdOptions& options) {
    const double keep_p = 1.0 - options.lr_pu * options.reg_pu;
    const double keep_q = 1.0 - options.lr_qi * options.reg_qi;
    const double move_p = options.lr_pu * err;
    const double move_q = options.lr_qi * err;
#pragma GCC ivdep
    for (std::size_t f = 0; f < n; ++f) {
      const double old_p = p[f];
      const double old_q = q[f];
      p[f] = keep_p * old_p + move_p * old_q;
      q[f] = keep_q * old_q + move_q * old_p;
    }
  }
};

}  // namespace

double run_sequential(const WideCsr& by_user, const BiasedFactors<double>& model,
                      const SgdOptions& options, const EpochCallback& on_epoch,
                      std::span<const double> weights) {
  return run_sgd<Vectorised>(by_user, model, options, on_epoch, weights);
}

}  // namespace astonish::internal::sgd
