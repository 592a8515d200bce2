#include "astonish/sgd.hpp"

#include <stdexcept>

#include "sgd_loop.hpp"
#include "training.hpp"

namespace astonish {

namespace {

template <typename Offset>
void run(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
         const SgdOptions& options, const EpochCallback& on_epoch) {
  switch (options.solver) {
    case SgdSolver::sequential:
      return run_sequential(by_user, model, options, on_epoch);
    case SgdSolver::bitwise:
      return run_bitwise(by_user, model, options, on_epoch);
  }
  throw std::invalid_argument("unknown solver");
}

}  // namespace

void throw_diverged(int epoch, const SgdOptions& options) {
  throw_diverged("stochastic gradient descent", epoch,
                 {{"lr_bu", options.lr_bu},
                  {"lr_bi", options.lr_bi},
                  {"lr_pu", options.lr_pu},
                  {"lr_qi", options.lr_qi}});
}

template <typename Offset>
void fit_sgd(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
             const SgdOptions& options, const EpochCallback& on_epoch) {
  check_training(by_user, model, options.n_epochs);
  run(by_user, model, options, on_epoch);
  if (options.n_epochs > 0 && !has_finite_factors(model)) {
    throw_diverged(options.n_epochs - 1, options);
  }
}

template void fit_sgd(const CsrView<std::int32_t>&, const BiasedFactors<double>&, const SgdOptions&,
                      const EpochCallback&);
template void fit_sgd(const CsrView<std::int64_t>&, const BiasedFactors<double>&, const SgdOptions&,
                      const EpochCallback&);

}  // namespace astonish
