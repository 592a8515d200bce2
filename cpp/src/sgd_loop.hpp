// The loops that all kernels in scikit-surprise's order share: users in order, and the ratings of
// each user in order. What a rating changes is the Arithmetic of each solver of fit_sgd:
//
//   static double dot(const double* q, const double* p, std::size_t n);
//   static void step(double* p, double* q, std::size_t n, double err, const SgdOptions&);
//
// Each solver's Arithmetic (or TrainUser) lives in an unnamed namespace, so that no instantiation
// of these templates can be merged with one that was compiled under other floating-point flags.
#pragma once

#include <cmath>
#include <cstddef>

#include "astonish/sgd.hpp"
#include "prefetch.hpp"

namespace astonish {

template <typename Arithmetic>
void step_bias(double& bias, double err, double lr, double reg) {
  bias += lr * (err - reg * bias);
}

// One pass over the ratings of one user; returns the sum of the squared errors.
template <typename Arithmetic>
double train_user(std::size_t user, std::span<const std::int32_t> items,
                  std::span<const double> ratings, const BiasedFactors<double>& model,
                  const SgdOptions& options) {
  const std::size_t n_factors = model.pu.cols;
  double* const p = model.pu.row(user).data();
  double& bu = model.bu[user];
  double squared_error = 0.0;
  for (std::size_t k = 0; k < items.size(); ++k) {
    const auto item = static_cast<std::size_t>(items[k]);
    double* const q = model.qi.row(item).data();
    if (k + 1 < items.size()) {
      prefetch_row(model.qi.row(static_cast<std::size_t>(items[k + 1])).data(), n_factors);
    }
    double& bi = model.bi[item];
    const double baseline = model.biased ? model.global_mean + bu + bi : 0.0;
    const double err = ratings[k] - (baseline + Arithmetic::dot(q, p, n_factors));
    if (model.biased) {
      step_bias<Arithmetic>(bu, err, options.lr_bu, options.reg_bu);
      step_bias<Arithmetic>(bi, err, options.lr_bi, options.reg_bi);
    }
    Arithmetic::step(p, q, n_factors, err, options);
    squared_error += err * err;
  }
  return squared_error;
}

[[noreturn]] void throw_diverged(int epoch, const SgdOptions& options);

// train_user(user, items, ratings) returns the sum of the squared errors of the user's ratings.
template <typename Offset, typename Options, typename TrainUser>
void run_epochs(const CsrView<Offset>& by_user, const Options& options,
                const EpochCallback& on_epoch, const TrainUser& train_user) {
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    begin_epoch(on_epoch, epoch);
    double squared_error = 0.0;
    for (std::size_t user = 0; user < by_user.n_rows(); ++user) {
      squared_error += train_user(user, by_user.row_indices(user), by_user.row_values(user));
    }
    if (!std::isfinite(squared_error)) throw_diverged(epoch, options);
  }
}

template <typename Arithmetic, typename Offset>
void run_sgd(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
             const SgdOptions& options, const EpochCallback& on_epoch) {
  run_epochs(by_user, options, on_epoch, [&](std::size_t user, auto items, auto ratings) {
    return train_user<Arithmetic>(user, items, ratings, model, options);
  });
}

// Defined in the file of each solver, for int32 and int64 offsets.
template <typename Offset>
void run_sequential(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
                    const SgdOptions& options, const EpochCallback& on_epoch);
template <typename Offset>
void run_bitwise(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
                 const SgdOptions& options, const EpochCallback& on_epoch);

}  // namespace astonish
