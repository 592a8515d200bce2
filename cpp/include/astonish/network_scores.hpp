// What a trained network (embedding_network.hpp) estimates: of pairs, and of all items for a user.
//
// Nothing is dropped, and layers are normalised by their buffers, which is a product and a sum a
// number and taken into the next layer's weights. The sums of the first layer are those of a user
// and those of an item, so all items of a user cost no more than the other layers do.
//
// A code of -1 stands for a user or item that the network does not know: an embedding of zeros.
// Both ways give the same estimate to the last bit, with any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "astonish/embedding_network.hpp"
#include "astonish/matrix.hpp"
#include "astonish/y_range.hpp"

namespace astonish {

// Borrowed. Hidden layers are normalised if there are buffers.
template <typename T>
struct TrainedNetwork {
  NetworkArrays<const T> arrays;
  std::vector<NormBuffers<const T>> buffers;
  std::optional<YRange> y_range;
};

// Writes one estimate per pair to `out`. Throws std::invalid_argument when shapes or lengths
// differ, std::out_of_range for a code outside [-1, n).
template <typename T>
void network_estimates(const TrainedNetwork<T>& network, std::span<const std::int32_t> users,
                       std::span<const std::int32_t> items, std::span<double> out, int n_threads);

template <typename T>
class NetworkScores {
 public:
  // Copies what it needs, and takes all items through the first layer. Throws
  // std::invalid_argument when shapes differ or n_threads < 1.
  NetworkScores(const TrainedNetwork<T>& network, int n_threads);
  ~NetworkScores();
  NetworkScores(NetworkScores&&) noexcept;
  NetworkScores& operator=(NetworkScores&&) noexcept;

  // Writes the estimates of all items for users of these embeddings, one a row; `out` is users x
  // items. Throws std::invalid_argument when shapes differ or n_threads < 1.
  void score(MatrixView<const T> users, MatrixView<T> out, int n_threads) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace astonish
