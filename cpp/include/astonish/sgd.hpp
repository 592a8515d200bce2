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
// Cost: n_epochs * n_ratings * n_factors * 6 flops, one thread; a copy of the factors, in rows of
// whole cache lines. The sequential solver is bound by reading and writing rows, the bitwise one by
// n_factors additions one after the other.
//
// Sources: Funk: Netflix update: try this at home. 2006. Koren, Bell, Volinsky 2009 (see
// factors.hpp).
#pragma once

#include <memory>
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

// A factor model in training, one epoch after the other.
class SgdTrainer {
 public:
  // Copies what it is given, but for the ratings and the weights, which must outlive it. The caller
  // counts the epochs, which errors number from options.first_epoch on. `weights` holds one weight
  // for each rating of by_user, or none. Throws std::invalid_argument for shapes that do not match.
  template <typename Offset>
  SgdTrainer(const CsrView<Offset>& by_user, const BiasedFactors<const double>& initial,
             const SgdOptions& options, std::span<const double> weights = {});
  ~SgdTrainer();
  SgdTrainer(SgdTrainer&&) noexcept;
  SgdTrainer& operator=(SgdTrainer&&) noexcept;

  // Passes over all ratings once and returns the sum of their weighted squared errors, each before
  // its update. Throws std::domain_error when the factors stop being finite (the message names the
  // epoch and the learning rates): they are lost.
  double run_epoch();

  // Writes the four arrays of parameters as they are now; biases of an unbiased model are left
  // alone. Throws std::invalid_argument when the shapes are not those of the initial model.
  void copy_to(const BiasedFactors<double>& model) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Trains `model` for n_epochs. With on_epoch, which may read it before each of them, it is that of
// the last complete epoch, also after an error; without, an error leaves it as it was. Returns the
// sum of the weighted squared errors of the last
// epoch; 0 without epochs. Throws what SgdTrainer does, std::invalid_argument for n_epochs < 0,
// Cancelled when on_epoch says so, and whatever on_epoch throws.
template <typename Offset>
double fit_sgd(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
               const SgdOptions& options, const EpochCallback& on_epoch = {},
               std::span<const double> weights = {});

}  // namespace astonish
