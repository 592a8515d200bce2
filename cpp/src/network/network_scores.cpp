#include "astonish/network_scores.hpp"

#include <algorithm>

#include "astonish/parallel.hpp"
#include "network_forward.hpp"
#include "support/check.hpp"

namespace astonish {

using internal::linear_algebra::PaddedRows;
using internal::support::check_codes;
using internal::support::check_length;
using internal::support::check_shape;
using namespace internal::network;

namespace {

constexpr std::size_t kPairsPerChunk = 1024;

template <typename T>
const TrainedNetwork<T>& checked(const TrainedNetwork<T>& network) {
  const NetworkShape shape = shape_of(network.arrays, !network.buffers.empty());
  check_network("weights", network.arrays, shape);
  check_buffers(std::span(network.buffers), shape);
  if (network.y_range) check_y_range(*network.y_range);
  return network;
}

// Calls body(first, n) for up to kSamples of [begin, end) at a time.
template <typename T, typename Body>
void each_tile(std::size_t begin, std::size_t end, const Body& body) {
  constexpr std::size_t most = NetworkForward<T>::kSamples;
  for (; begin < end; begin += most) body(begin, std::min(most, end - begin));
}

template <typename T>
void gather(MatrixView<const T> embedding, std::span<const std::int32_t> codes,
            PaddedRows<T>& rows) {
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (codes[k] < 0) {
      std::fill_n(rows.row(k), embedding.cols, T{0});
    } else {
      std::copy_n(embedding.row(static_cast<std::size_t>(codes[k])).data(), embedding.cols,
                  rows.row(k));
    }
  }
}

template <typename T>
void gather(MatrixView<const T> embedding, std::size_t first, std::size_t n, PaddedRows<T>& rows) {
  for (std::size_t k = 0; k < n; ++k) {
    std::copy_n(embedding.row(first + k).data(), embedding.cols, rows.row(k));
  }
}

}  // namespace

template <typename T>
void network_estimates(const TrainedNetwork<T>& network, std::span<const std::int32_t> users,
                       std::span<const std::int32_t> items, std::span<double> out, int n_threads) {
  const NetworkForward<T> forward(checked(network));
  check_length("items", items.size(), users.size());
  check_length("out", out.size(), users.size());
  check_codes("users", users, -1, network.arrays.pu.rows);
  check_codes("items", items, -1, network.arrays.qi.rows);
  parallel_for(out.size(), n_threads, kPairsPerChunk, [&](std::size_t begin, std::size_t end) {
    auto activations = forward.activations();
    auto user_rows = forward.user_rows(), item_rows = forward.item_rows();
    auto user_sums = activations[0], item_sums = activations[0];
    each_tile<T>(begin, end, [&](std::size_t first, std::size_t n) {
      gather(network.arrays.pu, users.subspan(first, n), user_rows);
      gather(network.arrays.qi, items.subspan(first, n), item_rows);
      forward.user_sums(user_rows, n, user_sums.row(0));
      forward.item_sums(item_rows, n, item_sums.row(0));
      forward.add_sums(user_sums.row(0), user_sums.width(), item_sums.row(0), activations, n);
      forward.finish(activations, n, out.data() + first);
    });
  });
}

template <typename T>
struct NetworkScores<T>::State {
  State(const TrainedNetwork<T>& network, int n_threads)
      : forward(network),
        n_items(network.arrays.qi.rows),
        user_width(network.arrays.pu.cols),
        item_sums(whole_tiles(n_items), network.arrays.layers[0].weight.rows) {
    constexpr std::size_t most = NetworkForward<T>::kSamples;
    parallel_for(n_items, n_threads, most, [&](std::size_t begin, std::size_t end) {
      auto rows = forward.item_rows();
      gather(network.arrays.qi, begin, end - begin, rows);
      forward.item_sums(rows, end - begin, item_sums.row(begin));
    });
  }

  NetworkForward<T> forward;
  std::size_t n_items, user_width;
  PaddedRows<T> item_sums;
};

template <typename T>
NetworkScores<T>::NetworkScores(const TrainedNetwork<T>& network, int n_threads)
    : state_(std::make_unique<const State>(checked(network), n_threads)) {}

template <typename T>
NetworkScores<T>::~NetworkScores() = default;
template <typename T>
NetworkScores<T>::NetworkScores(NetworkScores&&) noexcept = default;
template <typename T>
NetworkScores<T>& NetworkScores<T>::operator=(NetworkScores&&) noexcept = default;

template <typename T>
void NetworkScores<T>::score(MatrixView<const T> users, MatrixView<T> out, int n_threads) const {
  const State& state = *state_;
  check_shape("users", users, users.rows, state.user_width);
  check_shape("out", out, users.rows, state.n_items);
  parallel_for(users.rows, n_threads, 1, [&](std::size_t user, std::size_t) {
    auto activations = state.forward.activations();
    auto rows = state.forward.user_rows();
    auto sums = activations[0];
    gather(users, user, 1, rows);
    state.forward.user_sums(rows, 1, sums.row(0));
    each_tile<T>(0, state.n_items, [&](std::size_t first, std::size_t n) {
      state.forward.add_sums(sums.row(0), 0, state.item_sums.row(first), activations, n);
      state.forward.finish(activations, n, out.row(user).data() + first);
    });
  });
}

#define ASTONISH_INSTANTIATE(T)                                                            \
  template void network_estimates(const TrainedNetwork<T>&, std::span<const std::int32_t>, \
                                  std::span<const std::int32_t>, std::span<double>, int);  \
  template class NetworkScores<T>;
ASTONISH_INSTANTIATE(float)
ASTONISH_INSTANTIATE(double)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
