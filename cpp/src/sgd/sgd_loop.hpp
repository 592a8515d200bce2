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
#include "astonish/svdpp.hpp"
#include "linear_algebra/prefetch.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::sgd {

using linear_algebra::prefetch_row;
using ratings::WideCsr;

template <typename Arithmetic>
void step_bias(double& bias, double err, double lr, double reg) {
  bias += lr * (err - reg * bias);
}

// One pass over the ratings of one user, with their weights or none; returns the sum of the
// weighted squared errors.
template <typename Arithmetic>
double train_user(std::size_t user, std::span<const std::int32_t> items,
                  std::span<const double> ratings, std::span<const double> weights,
                  const BiasedFactors<double>& model, const SgdOptions& options) {
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
    const double pull = weights.empty() ? err : weights[k] * err;
    if (model.biased) {
      step_bias<Arithmetic>(bu, pull, options.lr_bu, options.reg_bu);
      step_bias<Arithmetic>(bi, pull, options.lr_bi, options.reg_bi);
    }
    Arithmetic::step(p, q, n_factors, pull, options);
    squared_error += pull * err;
  }
  return squared_error;
}

// Before run_epochs, which must see both.
[[noreturn]] void throw_diverged(int epoch, const SgdOptions& options);
[[noreturn]] void throw_diverged(int epoch, const SvdppOptions& options);

// train_user(user, items, ratings) returns the sum of the squared errors of the user's ratings.
// Returns that of all ratings in the last epoch.
template <typename Options, typename TrainUser>
double run_epochs(const WideCsr& by_user, const Options& options, const EpochCallback& on_epoch,
                  const TrainUser& train_user) {
  double squared_error = 0.0;
  for (int k = 0; k < options.n_epochs; ++k) {
    const int epoch = options.first_epoch + k;
    begin_epoch(on_epoch, epoch);
    squared_error = 0.0;
    for (std::size_t user = 0; user < by_user.n_rows(); ++user) {
      squared_error += train_user(user, by_user.row_indices(user), by_user.row_values(user));
    }
    if (!std::isfinite(squared_error)) throw_diverged(epoch, options);
  }
  return squared_error;
}

template <typename Arithmetic>
double run_sgd(const WideCsr& by_user, const BiasedFactors<double>& model,
               const SgdOptions& options, const EpochCallback& on_epoch,
               std::span<const double> weights) {
  return run_epochs(by_user, options, on_epoch, [&](std::size_t user, auto items, auto ratings) {
    const auto begin = static_cast<std::size_t>(by_user.offsets[user]);
    const auto its_weights = weights.empty() ? weights : weights.subspan(begin, items.size());
    return train_user<Arithmetic>(user, items, ratings, its_weights, model, options);
  });
}

// Defined in the file of each solver, for int32 and int64 offsets.
double run_sequential(const WideCsr& by_user, const BiasedFactors<double>& model,
                      const SgdOptions& options, const EpochCallback& on_epoch,
                      std::span<const double> weights);
double run_bitwise(const WideCsr& by_user, const BiasedFactors<double>& model,
                   const SgdOptions& options, const EpochCallback& on_epoch,
                   std::span<const double> weights);

}  // namespace astonish::internal::sgd
