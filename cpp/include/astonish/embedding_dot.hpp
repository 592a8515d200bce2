// Matrix factorization by mini-batches of Adam: the model of fastai's collab_learner.
//
//   estimate(u, i) = y(<pu[u], qi[i]> + bu[u] + bi[i])
//
// with a scaled sigmoid y, or none, and without the biases where the model is not biased; the loss
// of a batch is its mean squared error. Adam and its weight decay move all rows in every batch
// (adam.hpp). Rows that have no sample in it are taken there when they are next needed, so a batch
// costs what it touches.
//
// Cost: about 12 flops a factor and sample, and a division a parameter and batch. The same bits for
// any number of threads; they help from some hundreds of samples a batch on.
// Memory: 3 numbers a parameter, in rows of whole cache lines.
//
// Source: Howard, Gugger: fastai: a layered API for deep learning. Information 11(2), 2020.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "astonish/adam.hpp"
#include "astonish/matrix.hpp"
#include "astonish/parallel.hpp"
#include "astonish/y_range.hpp"

namespace astonish {

// One array of each kind: parameters, or one of Adam's running means of them.
template <typename T>
struct DotArrays {
  MatrixView<T> pu;  // n_users x n_factors
  MatrixView<T> qi;  // n_items x n_factors
  std::span<T> bu;   // n_users
  std::span<T> bi;   // n_items
};

// Ratings to draw batches from. Rows of users and items are inside the model.
template <typename T>
struct RatedPairs {
  std::span<const std::int32_t> users;
  std::span<const std::int32_t> items;
  std::span<const T> ratings;
};

// Batches of a run: batch k has the samples [k * size, (k + 1) * size).
struct SampleBatches {
  std::span<const std::int32_t> samples;  // positions in the ratings
  std::size_t size = 64;
};

struct EmbeddingDotOptions {
  AdamOptions adam;
  std::optional<YRange> y_range;
  bool biased = true;        // else biases are not read, and written as zeros
  bool trains_users = true;  // else pu and bu stay
  bool trains_items = true;  // else qi and bi stay
};

// T is float or double: the type of the parameters and of the arithmetic.
template <typename T>
class EmbeddingDot {
 public:
  // Copies what it is given. Throws std::invalid_argument when shapes contradict each other or an
  // option is out of range.
  EmbeddingDot(const DotArrays<const T>& weights, const DotArrays<const T>& averages,
               const DotArrays<const T>& squares, const EmbeddingDotOptions& options);
  ~EmbeddingDot();
  EmbeddingDot(EmbeddingDot&&) noexcept;
  EmbeddingDot& operator=(EmbeddingDot&&) noexcept;

  // Trains on the batches in turn, as many as there are rates, and writes the loss of each before
  // its update. Throws std::invalid_argument for lengths that do not fit, batches of none or of
  // more than 2^31 - 1 samples, and n_threads < 1; std::out_of_range for a sample, a user or an
  // item that does not exist; std::domain_error when a loss is not finite (the message names the
  // batch), and Cancelled when `keep_going` says no, which is asked several times a batch: in both
  // cases the parameters are lost.
  void run(const RatedPairs<T>& pairs, const SampleBatches& batches, const BatchRates& rates,
           std::span<double> losses, int n_threads, const KeepGoing& keep_going = {});

  // Writes everything as it is now; shapes as at the beginning, else std::invalid_argument.
  void copy_to(const DotArrays<T>& weights, const DotArrays<T>& averages,
               const DotArrays<T>& squares) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace astonish
