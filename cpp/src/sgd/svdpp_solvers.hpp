// The solvers of SVD++, each in a file of its own floating-point flags; see svdpp.hpp.
#pragma once

#include <cmath>
#include <cstddef>

#include "astonish/svdpp.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::sgd {

using ratings::WideCsr;

[[noreturn]] void throw_diverged(int epoch, const SvdppOptions& options);

// train_user(user, items, ratings) returns the sum of the squared errors of the user's ratings.
// Returns that of all ratings in the last epoch.
template <typename TrainUser>
double run_epochs(const WideCsr& by_user, const SvdppOptions& options,
                  const EpochCallback& on_epoch, const TrainUser& train_user) {
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

// Each defined in the file of its solver.
double run_svdpp_sequential(const WideCsr& by_user, const BiasedFactors<double>& model,
                            MatrixView<double> yj, const SvdppOptions& options,
                            const EpochCallback& on_epoch);
double run_svdpp_bitwise(const WideCsr& by_user, const BiasedFactors<double>& model,
                         MatrixView<double> yj, const SvdppOptions& options,
                         const EpochCallback& on_epoch);

}  // namespace astonish::internal::sgd
