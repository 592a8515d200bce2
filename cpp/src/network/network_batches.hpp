// One batch of EmbeddingNetwork: its phases, and what they share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "embedding/batch_errors.hpp"
#include "embedding/embedding_batch.hpp"
#include "embedding/run_batches.hpp"
#include "hidden_layer.hpp"
#include "network_arrays.hpp"
#include "parallel/phases.hpp"

namespace astonish::internal::network {

using adam::lines_of;
using adam::Range;
using embedding::BatchErrors;
using embedding::BatchRun;
using embedding::EmbeddingBatch;
using linear_algebra::PaddedRows;

template <typename T>
struct NetworkState {
  NetworkState(const NetworkViews<const T>& initial, std::span<const NormBuffers<const T>> buffers,
               const EmbeddingNetworkOptions& its_options, NetworkShape its_shape)
      : options(its_options),
        shape(std::move(its_shape)),
        errors(options.y_range),
        users(initial.pu(), 0),
        items(initial.qi(), shape.user_width),
        drop_inputs(options.embed_p, options.seed, 0),
        last(initial.weight(shape.n_hidden()),
             initial.vector(shape.n_hidden(), &LayerArrays<const T>::bias)) {
    for (std::size_t k = 0; k < shape.n_hidden(); ++k) {
      std::optional<BatchNorm<T>> norm;
      if (options.use_bn) {
        norm.emplace(initial.vector(k, &LayerArrays<const T>::norm_weight),
                     initial.vector(k, &LayerArrays<const T>::norm_bias), buffers[k]);
      }
      const double p = options.ps.empty() ? 0.0 : options.ps[k];
      hidden.emplace_back(
          DenseLayer<T>(initial.weight(k), initial.vector(k, &LayerArrays<const T>::bias)),
          std::move(norm), Dropout<T>(p, options.seed, k + 1));
    }
  }

  // Makes room for batches of n samples.
  void reserve(std::size_t n) {
    if (n == batch_size) return;
    batch_size = 0;  // until there is room for all of it
    users.reserve(n);
    items.reserve(n);
    inputs = PaddedRows<T>(whole_tiles(n), shape.user_width + shape.item_width);
    input_gradients = inputs;
    drop_inputs.reserve(n, inputs.width());
    for (HiddenLayer<T>& layer : hidden) layer.reserve(n);
    sums = PaddedRows<T>(whole_tiles(n), 1);
    sum_gradients = sums;
    errors.reserve(n);
    batch_size = n;
  }

  // What goes into hidden layer k, or into the last.
  [[nodiscard]] const PaddedRows<T>& inputs_of(std::size_t k) const {
    return k == 0 ? inputs : hidden[k - 1].outputs;
  }
  [[nodiscard]] DenseLayer<T>& linear(std::size_t k) {
    return k < hidden.size() ? hidden[k].linear : last;
  }
  [[nodiscard]] const PaddedRows<T>& gradients_of(std::size_t k) const {
    return k < hidden.size() ? hidden[k].gradients : sum_gradients;
  }

  // Multiply-adds of the longest phase of a batch.
  [[nodiscard]] std::size_t n_terms(std::size_t n_samples) const {
    std::size_t n_in = inputs.width(), most = 0;
    for (const std::size_t n_out : shape.outputs) {
      most = std::max(most, n_in * n_out);
      n_in = n_out;
    }
    return n_samples * most;
  }

  EmbeddingNetworkOptions options;
  NetworkShape shape;
  BatchErrors<T> errors;
  EmbeddingBatch<T> users, items;
  Dropout<T> drop_inputs;
  std::vector<HiddenLayer<T>> hidden;
  DenseLayer<T> last;

  std::size_t batch_size = 0;
  PaddedRows<T> inputs{0, 1}, input_gradients{0, 1};
  PaddedRows<T> sums{0, 1}, sum_gradients{0, 1};  // of the last layer
};

// The phases of one batch after the other; each needs all of the one before.
template <typename T>
class NetworkBatches {
 public:
  NetworkBatches(NetworkState<T>& state, const BatchRun<T>& run) : state_(state), run_(run) {}

  // find rows, gather, drop; each hidden layer; the errors; each hidden layer; inputs, move
  static std::size_t phases_of(const NetworkState<T>& state) { return 6 + 2 * state.hidden.size(); }

  void operator()(std::size_t position, std::size_t part) const {
    const std::size_t n_hidden = state_.hidden.size();
    const std::size_t batch = position / phases_of(state_);
    const std::size_t phase = position % phases_of(state_);
    if (phase == 0) return find_rows(batch, part);
    if (phase == 1) return gather(batch, part);
    if (phase == 2) return drop_inputs(batch, part);
    if (phase < 3 + n_hidden) return forward(phase - 3, batch, part);
    if (phase == 3 + n_hidden) return measure(batch, part);
    if (phase < 4 + 2 * n_hidden) return backward(3 + 2 * n_hidden - phase, part);
    if (phase == 4 + 2 * n_hidden) return backward_to_inputs(part);
    move(batch, part);
  }

 private:
  [[nodiscard]] Range columns(std::size_t width, std::size_t part) const {
    return lines_of<T>(width, part, run_.n_parts);
  }

  // Steps since the first training of the network.
  [[nodiscard]] std::uint64_t step(std::size_t batch) const {
    return run_.steps.options.first_step + batch;
  }

  void find_rows(std::size_t batch, std::size_t part) const {
    if (part == 0) state_.users.find_rows(run_.pairs.users, run_.samples(batch));
    if (part == run_.n_parts - 1) state_.items.find_rows(run_.pairs.items, run_.samples(batch));
  }

  void gather(std::size_t batch, std::size_t part) const {
    state_.users.gather(state_.inputs, part, run_.n_parts, batch, run_.steps);
    state_.items.gather(state_.inputs, part, run_.n_parts, batch, run_.steps);
  }

  void drop_inputs(std::size_t batch, std::size_t part) const {
    state_.drop_inputs.forward(state_.inputs, run_.batches.size,
                               columns(state_.inputs.width(), part), step(batch));
  }

  void forward(std::size_t k, std::size_t batch, std::size_t part) const {
    HiddenLayer<T>& layer = state_.hidden[k];
    layer.forward(state_.inputs_of(k), run_.batches.size, columns(layer.linear.width(), part),
                  step(batch));
  }

  // The last layer, the loss and where it leads: too little to be shared.
  void measure(std::size_t batch, std::size_t part) const {
    if (part != 0) return;
    const std::size_t n = run_.batches.size;
    const Range all{0, state_.last.width()};
    const PaddedRows<T>& inputs = state_.inputs_of(state_.hidden.size());
    state_.last.forward(inputs, n, state_.sums, all);
    const auto samples = run_.samples(batch);
    for (std::size_t k = 0; k < n; ++k) {
      state_.sum_gradients.row(k)[0] =
          state_.errors.slope(k, state_.sums.row(k)[0], run_.rating(samples[k]));
    }
    run_.losses[batch] = state_.errors.loss(batch, run_.rates.lrs[batch]);
    state_.last.gradient_of_weights(inputs, state_.sum_gradients, n, all);
  }

  void backward(std::size_t k, std::size_t part) const {
    HiddenLayer<T>& layer = state_.hidden[k];
    layer.backward(state_.linear(k + 1), state_.gradients_of(k + 1), state_.inputs_of(k),
                   run_.batches.size, columns(layer.linear.width(), part));
  }

  void backward_to_inputs(std::size_t part) const {
    const Range part_columns = columns(state_.inputs.width(), part);
    state_.linear(0).gradient_of_inputs(state_.gradients_of(0), run_.batches.size,
                                        state_.input_gradients, part_columns);
    state_.drop_inputs.backward(state_.input_gradients, run_.batches.size, part_columns);
  }

  void move(std::size_t batch, std::size_t part) const {
    state_.users.move(state_.input_gradients, part, run_.n_parts, batch, run_.steps);
    state_.items.move(state_.input_gradients, part, run_.n_parts, batch, run_.steps);
    for (HiddenLayer<T>& layer : state_.hidden) {
      layer.move(columns(layer.linear.width(), part), batch, run_.steps);
    }
    state_.last.move(columns(state_.last.width(), part), batch, run_.steps);
  }

  NetworkState<T>& state_;
  const BatchRun<T>& run_;
};

}  // namespace astonish::internal::network
