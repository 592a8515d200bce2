#include "astonish/sgd.hpp"

#include <stdexcept>

#include "factors/training.hpp"
#include "ratings/wide_csr.hpp"
#include "sgd_loop.hpp"
#include "support/instantiate.hpp"

namespace astonish::internal::sgd {

void throw_diverged(int epoch, const SgdOptions& options) {
  factors::throw_diverged("stochastic gradient descent", epoch,
                          {{"lr_bu", options.lr_bu},
                           {"lr_bi", options.lr_bi},
                           {"lr_pu", options.lr_pu},
                           {"lr_qi", options.lr_qi}});
}

}  // namespace astonish::internal::sgd

namespace astonish {

using internal::factors::check_training;
using internal::factors::check_weights;
using internal::factors::has_finite_factors;
using internal::ratings::is_narrow;
using internal::ratings::Widened;
using namespace internal::sgd;

namespace {

double run(const WideCsr& by_user, const BiasedFactors<double>& model, const SgdOptions& options,
           const EpochCallback& on_epoch, std::span<const double> weights) {
  switch (options.solver) {
    case SgdSolver::sequential:
      return run_sequential(by_user, model, options, on_epoch, weights);
    case SgdSolver::bitwise:
      return run_bitwise(by_user, model, options, on_epoch, weights);
  }
  throw std::invalid_argument("unknown solver");
}

}  // namespace

template <typename Offset>
double fit_sgd(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
               const SgdOptions& options, const EpochCallback& on_epoch,
               std::span<const double> weights) {
  if constexpr (is_narrow<Offset>) {
    return fit_sgd(Widened(by_user).view, model, options, on_epoch, weights);
  } else {
    check_training(by_user, model, options.n_epochs);
    check_weights(weights, by_user.indices.size());
    const double squared_error = run(by_user, model, options, on_epoch, weights);
    if (options.n_epochs > 0 && !has_finite_factors(model)) {
      throw_diverged(options.first_epoch + options.n_epochs - 1, options);
    }
    return squared_error;
  }
}

#define ASTONISH_INSTANTIATE(Offset)                                                               \
  template double fit_sgd(const CsrView<Offset>&, const BiasedFactors<double>&, const SgdOptions&, \
                          const EpochCallback&, std::span<const double>);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
