// Stochastic gradient descent on all CPUs, with the same bits for any number of threads.
//
// The updates are those of sgd.hpp; their order is another. Users and items are shuffled by the
// seed and cut into n strips each, of about as many ratings, and the ratings into n x n blocks. An
// epoch has n rounds of n blocks that share no user and no item, in an order drawn from (seed,
// epoch). A block waits for the blocks of the rounds before that have its users or its items, so
// every parameter sees its ratings in one order, whoever computes them. n depends on the numbers of
// users and ratings alone. In a block two users take turns, rating by rating, so that one user's
// arithmetic runs while the other's waits for its sum.
//
// Memory: parameters in rows of whole cache lines, with the biases in front of the factors, and
// about 10 bytes a rating (float; with doubles 14, with weights 4 or 8 more). Users with few
// ratings cost 12 bytes more for each block that they have ratings in.
// Cost: 6 flops a factor and rating; one pass over the ratings to count and one to place them.
//
// Sources: Gemulla, Nijkamp, Haas, Sismanis: Large-scale matrix factorization with distributed
// stochastic gradient descent. KDD 2011. Chin, Zhuang, Juan, Lin: A fast parallel stochastic
// gradient method for matrix factorization in shared memory systems. ACM TIST 2015.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "astonish/csr.hpp"
#include "astonish/factors.hpp"
#include "astonish/sgd.hpp"

namespace astonish {

// T is float or double: the type of the parameters and of the arithmetic.
template <typename T>
class ParallelSgd {
 public:
  // Copies what it is given. Of `options` the rates are used: the caller counts the epochs.
  // `weights`, one for each rating of by_user or none, multiply the errors that move the
  // parameters. Throws std::invalid_argument when shapes or lengths contradict each other.
  template <typename Offset>
  ParallelSgd(const CsrView<Offset>& by_user, const BiasedFactors<const T>& initial,
              const SgdOptions& options, std::uint64_t seed, std::span<const double> weights = {},
              int n_threads = 1);
  ~ParallelSgd();
  ParallelSgd(ParallelSgd&&) noexcept;
  ParallelSgd& operator=(ParallelSgd&&) noexcept;

  // Passes over all ratings once and returns the sum of their weighted squared errors, each before
  // its update. Threads beyond n have nothing to do. Throws std::domain_error when the errors stop
  // being finite (the message names the epoch and the learning rates): the parameters are lost.
  double run_epoch(int n_threads);

  // Writes the four arrays of parameters as they are now; biases of an unbiased model are left
  // alone. Throws std::invalid_argument when the shapes are not those of the initial model,
  // std::domain_error when the last update left a parameter that is not finite.
  void copy_to(const BiasedFactors<T>& model, int n_threads = 1) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace astonish
