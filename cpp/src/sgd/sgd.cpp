#include "astonish/sgd.hpp"

#include <cmath>
#include <stdexcept>

#include "diverged.hpp"
#include "factors/training.hpp"
#include "ratings/wide_csr.hpp"
#include "sgd_pass.hpp"
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
using internal::ratings::WideCsr;
using internal::ratings::Widened;
using namespace internal::sgd;

struct SgdTrainer::State {
  template <typename Offset>
  State(const CsrView<Offset>& ratings, const BiasedFactors<const double>& initial,
        const SgdOptions& sgd_options, std::span<const double> of_ratings)
      : by_user(ratings),
        weights(of_ratings),
        rows(initial),
        options(sgd_options),
        epoch(sgd_options.first_epoch) {}

  double train_epoch() {
    switch (options.solver) {
      case SgdSolver::sequential:
        return run_sequential(by_user.view, weights, rows, options);
      case SgdSolver::bitwise:
        return run_bitwise(by_user.view, weights, rows, options);
    }
    throw std::invalid_argument("unknown solver");
  }

  Widened by_user;
  std::span<const double> weights;
  BiasedRows rows;
  SgdOptions options;
  int epoch;
};

template <typename Offset>
SgdTrainer::SgdTrainer(const CsrView<Offset>& by_user, const BiasedFactors<const double>& initial,
                       const SgdOptions& options, std::span<const double> weights) {
  check_training(by_user, initial, options.n_epochs);
  check_weights(weights, by_user.indices.size());
  state_ = std::make_unique<State>(by_user, initial, options, weights);
}

SgdTrainer::~SgdTrainer() = default;
SgdTrainer::SgdTrainer(SgdTrainer&&) noexcept = default;
SgdTrainer& SgdTrainer::operator=(SgdTrainer&&) noexcept = default;

double SgdTrainer::run_epoch() {
  State& state = *state_;
  const double squared_error = state.train_epoch();
  if (!std::isfinite(squared_error) || !state.rows.is_finite()) {
    throw_diverged(state.epoch, state.options);
  }
  ++state.epoch;
  return squared_error;
}

void SgdTrainer::copy_to(const BiasedFactors<double>& model) const { state_->rows.copy_to(model); }

template <typename Offset>
double fit_sgd(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
               const SgdOptions& options, const EpochCallback& on_epoch,
               std::span<const double> weights) {
  SgdTrainer trainer(by_user,
                     {model.pu, model.qi, model.bu, model.bi, model.global_mean, model.biased},
                     options, weights);
  double squared_error = 0.0;
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    begin_epoch(on_epoch, options.first_epoch + epoch);
    squared_error = trainer.run_epoch();
    if (on_epoch || epoch + 1 == options.n_epochs) trainer.copy_to(model);
  }
  return squared_error;
}

#define ASTONISH_INSTANTIATE(Offset)                                                               \
  template SgdTrainer::SgdTrainer(const CsrView<Offset>&, const BiasedFactors<const double>&,      \
                                  const SgdOptions&, std::span<const double>);                     \
  template double fit_sgd(const CsrView<Offset>&, const BiasedFactors<double>&, const SgdOptions&, \
                          const EpochCallback&, std::span<const double>);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
