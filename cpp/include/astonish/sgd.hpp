// Stochastic gradient descent for biased matrix factorization ("Funk SVD").
//
// For each rating r of user u and item i, in the order of the CSR rows,
// with err = r - estimate(u, i):
//
//   bu += lr_bu * (err - reg_bu * bu)          pu += lr_pu * (err * qi - reg_pu * pu)
//   bi += lr_bi * (err - reg_bi * bi)          qi += lr_qi * (err * pu - reg_qi * qi)
//
// where both factor updates read the old rows. The order is never shuffled: it is
// scikit-surprise's, and two solvers follow it with different rounding.
//   sequential: vectorised dot products, fused multiply-add; equals scikit-surprise to about 1e-12
//   bitwise:    sums from left to right, every operation rounded; equals it to the last bit
// A rating's weight, where there are weights, multiplies err in the updates.
// Cost: n_epochs * n_ratings * n_factors * 6 flops, one thread, no allocation beyond one row.
//
// Sources: Funk: Netflix update: try this at home. 2006. Koren, Bell, Volinsky 2009 (see
// factors.hpp).
#pragma once

#include <span>

#include "astonish/csr.hpp"
#include "astonish/epochs.hpp"
#include "astonish/factors.hpp"

namespace astonish {

enum class SgdSolver { sequential, bitwise };

struct SgdOptions {
  SgdSolver solver = SgdSolver::sequential;
  int n_epochs = 20;  // 0 leaves the factors as they are
  double lr_bu = 0.005, lr_bi = 0.005, lr_pu = 0.005, lr_qi = 0.005;  // learning rates
  double reg_bu = 0.02, reg_bi = 0.02, reg_pu = 0.02, reg_qi = 0.02;  // L2 regularisation
  int first_epoch = 0;  // the number of the first one, for callers that train one at a time
};

// Trains `model` in place; a run that throws leaves it half-trained, so pass a copy you can drop.
// `weights` holds one weight for each rating of by_user, or none. Returns the sum of the weighted
// squared errors of the last epoch, each before its update; 0 without epochs. Throws
// std::invalid_argument for shapes that do not match or n_epochs < 0, std::domain_error when
// the factors stop being finite (the message names the epoch and the learning rates), Cancelled
// when on_epoch says so, and whatever on_epoch throws.
template <typename Offset>
double fit_sgd(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
               const SgdOptions& options, const EpochCallback& on_epoch = {},
               std::span<const double> weights = {});

}  // namespace astonish
