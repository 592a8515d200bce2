// Baseline estimates: what a rating owes to its user and to its item alone.
//
//   baseline(u, i) = global_mean + bu[u] + bi[i]
//
// Alternating least squares, in the decoupled form that scikit-surprise computes: the items' biases
// from the users', then the users' from the items', each bias a mean of what the other side leaves
// over, shrunken towards zero:
//
//   bi[i] = sum of ((r - global_mean) - bu[u]) over the ratings of i / (reg_i + their number)
//
// Rows are independent, so they are shared among threads; each is summed in the order of its
// ratings and every operation is rounded as written. The result equals scikit-surprise's to the
// last bit with any number of threads. Cost: n_epochs * n_ratings * 6 flops, divided among the
// threads.
//
// Source: Koren: Factor in the neighbors: scalable and accurate collaborative filtering. 2010,
// section 2.1.
#pragma once

#include <span>

#include "astonish/csr.hpp"
#include "astonish/epochs.hpp"

namespace astonish {

struct BaselineOptions {
  int n_epochs = 10;    // 0 leaves all biases zero
  double reg_u = 15.0;  // shrinks the biases of users
  double reg_i = 10.0;  // and those of items
};

// Writes the biases to `bu` and `bi`, which begin as zeros whatever they held. A bias whose divisor
// is zero (a row without ratings under no regularisation) is zero. The two CSR hold the same valid
// ratings. Throws std::invalid_argument for shapes that do not match, n_epochs < 0 or n_threads <
// 1, Cancelled when on_epoch says so, and whatever on_epoch throws.
template <typename Offset>
void fit_baselines(const CsrView<Offset>& by_user, const CsrView<Offset>& by_item,
                   double global_mean, const BaselineOptions& options, std::span<double> bu,
                   std::span<double> bi, int n_threads, const EpochCallback& on_epoch = {});

}  // namespace astonish
