#include "astonish/sgd.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include "sgd_loop.hpp"

namespace astonish {

namespace {

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

// The last update of a run has no later error that would show its overflow.
bool has_finite_factors(const BiasedFactors<double>& model) {
  return all_finite({model.pu.data, model.pu.rows * model.pu.cols}) &&
         all_finite({model.qi.data, model.qi.rows * model.qi.cols}) &&
         (!model.biased || (all_finite(model.bu) && all_finite(model.bi)));
}

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
  std::ostringstream message;
  message << "stochastic gradient descent diverged in epoch " << epoch
          << ": the factors are no longer finite; lower the learning rates (lr_bu=" << options.lr_bu
          << ", lr_bi=" << options.lr_bi << ", lr_pu=" << options.lr_pu
          << ", lr_qi=" << options.lr_qi << ") or the regularisation";
  throw std::domain_error(message.str());
}

template <typename Offset>
void fit_sgd(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
             const SgdOptions& options, const EpochCallback& on_epoch) {
  check_shapes(model);
  if (options.n_epochs < 0) {
    throw std::invalid_argument("n_epochs is " + std::to_string(options.n_epochs) +
                                ", it must not be negative");
  }
  if (by_user.n_rows() != model.pu.rows || by_user.n_cols != model.qi.rows) {
    throw std::invalid_argument("ratings of " + std::to_string(by_user.n_rows()) + " users and " +
                                std::to_string(by_user.n_cols) + " items do not fit factors of " +
                                std::to_string(model.pu.rows) + " and " +
                                std::to_string(model.qi.rows));
  }
  if (by_user.values.size() != by_user.indices.size()) {
    throw std::invalid_argument("by_user has no ratings, only indices");
  }
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
