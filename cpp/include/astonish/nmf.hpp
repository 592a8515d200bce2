// Non-negative matrix factorization of ratings, by multiplicative updates.
//
// An epoch takes est = <pu, qi> of every rating r, and then scales the factors:
//
//   pu *= sum over i of qi * r / (sum over i of qi * est + n_u * reg_pu * pu)
//   qi *= sum over u of pu * r / (sum over u of pu * est + n_i * reg_qi * qi)
//
// with the n_u ratings of user u and the n_i of item i, both from the factors before the epoch.
// Factors that start non-negative stay so, as long as ratings are not negative. A biased model has
// est = global_mean + bu + bi + <pu, qi> and moves the biases during the epoch, one rating after
// the other, as in sgd.hpp. A factor of zero stays zero, and a factor whose denominator is zero
// (where scikit-surprise raises ZeroDivisionError) stays as it is.
//
// Every sum is taken in scikit-surprise's order, users ascending and each user's ratings in the
// order of the row, and every operation is rounded: the factors equal scikit-surprise's to the
// last bit with every number of threads. Cost: n_epochs * n_ratings * n_factors * 10 flops, divided
// among the threads, but for the biases; 28 bytes a rating, two copies of the users' factors and
// one of the items'.
//
// Source: Luo, Zhou, Xia, Zhu: An efficient non-negative matrix-factorization-based approach to
// collaborative filtering for recommender systems. 2014.
#pragma once

#include <memory>

#include "astonish/csr.hpp"
#include "astonish/epochs.hpp"
#include "astonish/factors.hpp"

namespace astonish {

struct NmfOptions {
  int n_epochs = 50;                    // 0 leaves the factors as they are
  double reg_pu = 0.06, reg_qi = 0.06;  // L2 regularisation
  double lr_bu = 0.005, lr_bi = 0.005;  // learning rates, of a biased model only
  double reg_bu = 0.02, reg_bi = 0.02;  // L2 regularisation, of a biased model only
};

// The model in training, for callers that look at it between epochs.
class NmfTrainer {
 public:
  // Copies `initial` and borrows the ratings, which must outlive the trainer. Of `options` the
  // rates are used: the caller counts the epochs. Throws std::invalid_argument for shapes that do
  // not match or n_epochs < 0.
  template <typename Offset>
  NmfTrainer(const CsrView<Offset>& by_user, const BiasedFactors<const double>& initial,
             const NmfOptions& options);
  ~NmfTrainer();
  NmfTrainer(NmfTrainer&&) noexcept;
  NmfTrainer& operator=(NmfTrainer&&) noexcept;

  // Trains one epoch and returns the sum of the squared errors of its estimates, which are those of
  // the factors before it. Throws std::invalid_argument for n_threads < 1, std::domain_error when
  // the factors stop being finite (the message names the epoch): they are lost.
  double run_epoch(int n_threads);

  // Writes the four arrays of parameters as they are now; biases of an unbiased model are left
  // alone. Throws std::invalid_argument when the shapes are not those of the initial model.
  void copy_to(const BiasedFactors<double>& model) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Trains all epochs and then writes `model`: what throws leaves it as it was. Throws as NmfTrainer
// does, Cancelled when on_epoch says so, and whatever on_epoch throws.
template <typename Offset>
void fit_nmf(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
             const NmfOptions& options, int n_threads, const EpochCallback& on_epoch = {});

}  // namespace astonish
