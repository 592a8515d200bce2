// What the kernels in scikit-surprise's order share: users in order, and the ratings of each user
// in order.
//
// What they do to a rating lives in an unnamed namespace of each file, and a type of it is an
// argument of these templates, so that no instantiation can be merged with one that was compiled
// under other floating-point flags.
#pragma once

#include <cmath>
#include <cstddef>

#include "astonish/sgd.hpp"
#include "astonish/svdpp.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::sgd {

using ratings::WideCsr;

template <typename Arithmetic>
void step_bias(double& bias, double err, double lr, double reg) {
  bias += lr * (err - reg * bias);
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

}  // namespace astonish::internal::sgd
