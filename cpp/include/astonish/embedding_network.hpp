// A network over two embeddings, by mini-batches of Adam: fastai's EmbeddingNN.
//
//   x = [pu[u], qi[i]]                                     partly dropped
//   x = norm(max(0, W x))  or  max(0, W x + b)             each hidden layer, then partly dropped
//   estimate(u, i) = y(W x + b)                            the last layer, of one output
//
// with batch normalisation or biases, and a scaled sigmoid y or none; the loss of a batch is its
// mean squared error. Rows of the embeddings that have no sample in a batch are moved when they are
// next needed, with the numbers that adam.hpp says.
//
// Cost: 6 flops a sample and weight of the layers, and what the embeddings of EmbeddingDot cost.
// The same bits for any number of threads.
//
// Source: Guo, Berkhahn: Entity embeddings of categorical variables. 2016. Details are those of
// fastai 2.8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "astonish/adam.hpp"
#include "astonish/embedding_dot.hpp"
#include "astonish/matrix.hpp"
#include "astonish/parallel.hpp"
#include "astonish/y_range.hpp"

namespace astonish {

template <typename T>
struct LayerArrays {
  MatrixView<T> weight;      // n_out x n_in
  std::span<T> bias;         // n_out; empty where batch normalisation follows
  std::span<T> norm_weight;  // n_out; empty where it does not
  std::span<T> norm_bias;    // n_out; likewise
};

// One array of each kind: parameters, or one of Adam's running means of them.
template <typename T>
struct NetworkArrays {
  MatrixView<T> pu;                    // n_users x its width
  MatrixView<T> qi;                    // n_items x its width
  std::vector<LayerArrays<T>> layers;  // the hidden ones, and the last
};

// What batch normalisation takes for the mean and the variance of a layer after training.
template <typename T>
struct NormBuffers {
  std::span<T> mean;      // n_out
  std::span<T> variance;  // n_out
};

struct EmbeddingNetworkOptions {
  AdamOptions adam;
  std::optional<YRange> y_range;
  bool use_bn = true;      // normalise the hidden layers
  double embed_p = 0.0;    // share of the embeddings that is dropped, in [0, 1)
  std::vector<double> ps;  // of each hidden layer's outputs; none: nothing is
  std::uint64_t seed = 0;  // of what is dropped
};

// T is float or double: the type of the parameters and of the arithmetic.
template <typename T>
class EmbeddingNetwork {
 public:
  // Copies what it is given; `buffers` are of the hidden layers if they are normalised, else none.
  // Throws std::invalid_argument when shapes contradict each other or an option is out of range.
  EmbeddingNetwork(const NetworkArrays<const T>& weights, const NetworkArrays<const T>& averages,
                   const NetworkArrays<const T>& squares,
                   std::span<const NormBuffers<const T>> buffers,
                   const EmbeddingNetworkOptions& options);
  ~EmbeddingNetwork();
  EmbeddingNetwork(EmbeddingNetwork&&) noexcept;
  EmbeddingNetwork& operator=(EmbeddingNetwork&&) noexcept;

  // As EmbeddingDot::run; a batch of one sample cannot be normalised: std::invalid_argument.
  void run(const RatedPairs<T>& pairs, const SampleBatches& batches, const BatchRates& rates,
           std::span<double> losses, int n_threads, const KeepGoing& keep_going = {});

  // Writes everything as it is now; shapes as at the beginning, else std::invalid_argument.
  void copy_to(const NetworkArrays<T>& weights, const NetworkArrays<T>& averages,
               const NetworkArrays<T>& squares, std::span<const NormBuffers<T>> buffers) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace astonish
