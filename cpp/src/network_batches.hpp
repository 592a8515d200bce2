// One batch of EmbeddingNetwork: its phases, and what they share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "embedding_batch.hpp"
#include "hidden_layer.hpp"
#include "network_arrays.hpp"
#include "phases.hpp"
#include "run_batches.hpp"
#include "scaled_sigmoid.hpp"

namespace astonish {

template <typename T>
struct NetworkState {
  NetworkState(const NetworkViews<const T>& initial, std::span<const NormBuffers<const T>> buffers,
               const EmbeddingNetworkOptions& its_options, NetworkShape its_shape)
      : options(its_options),
        shape(std::move(its_shape)),
        y(options.y_range),
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
    squared_errors.resize(n);
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
  ScaledSigmoid<T> y;
  EmbeddingBatch<T> users, items;
  Dropout<T> drop_inputs;
  std::vector<HiddenLayer<T>> hidden;
  DenseLayer<T> last;

  std::size_t batch_size = 0;
  PaddedRows<T> inputs{0, 1}, input_gradients{0, 1};
  PaddedRows<T> sums{0, 1}, sum_gradients{0, 1};  // of the last layer
  std::vector<double> squared_errors;
};

// The phases of one batch after the other; each needs all of the one before.
template <typename T>
class NetworkBatches {
 public:
  NetworkBatches(NetworkState<T>& state, const RatedPairs<T>& pairs, const SampleBatches& batches,
                 const AdamSteps& steps, const BatchRates& rates, std::span<double> losses,
                 std::size_t n_parts)
      : state_(state),
        pairs_(pairs),
        batches_(batches),
        steps_(steps),
        rates_(rates),
        losses_(losses),
        n_parts_(n_parts) {}

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
  [[nodiscard]] std::span<const std::int32_t> samples(std::size_t batch) const {
    return batches_.samples.subspan(batch * batches_.size, batches_.size);
  }

  [[nodiscard]] Range columns(std::size_t width, std::size_t part) const {
    return lines_of<T>(width, part, n_parts_);
  }

  // Steps since the first training of the network.
  [[nodiscard]] std::uint64_t step(std::size_t batch) const {
    return steps_.options.first_step + batch;
  }

  void find_rows(std::size_t batch, std::size_t part) const {
    if (part == 0) state_.users.find_rows(pairs_.users, samples(batch));
    if (part == n_parts_ - 1) state_.items.find_rows(pairs_.items, samples(batch));
  }

  void gather(std::size_t batch, std::size_t part) const {
    state_.users.gather(state_.inputs, part, n_parts_, batch, steps_);
    state_.items.gather(state_.inputs, part, n_parts_, batch, steps_);
  }

  void drop_inputs(std::size_t batch, std::size_t part) const {
    state_.drop_inputs.forward(state_.inputs, batches_.size, columns(state_.inputs.width(), part),
                               step(batch));
  }

  void forward(std::size_t k, std::size_t batch, std::size_t part) const {
    HiddenLayer<T>& layer = state_.hidden[k];
    layer.forward(state_.inputs_of(k), batches_.size, columns(layer.linear.width(), part),
                  step(batch));
  }

  // The last layer, the loss and where it leads: too little to be shared.
  void measure(std::size_t batch, std::size_t part) const {
    if (part != 0) return;
    const std::size_t n = batches_.size;
    const Range all{0, state_.last.width()};
    const PaddedRows<T>& inputs = state_.inputs_of(state_.hidden.size());
    state_.last.forward(inputs, n, state_.sums, all);
    const T scale = T{2} / static_cast<T>(n);
    for (std::size_t k = 0; k < n; ++k) {
      const T sum = state_.sums.row(k)[0];
      const auto sample = static_cast<std::size_t>(samples(batch)[k]);
      const T error = state_.y.estimate(sum) - pairs_.ratings[sample];
      state_.sum_gradients.row(k)[0] = scale * error * state_.y.slope(sum);
      state_.squared_errors[k] = static_cast<double>(error) * static_cast<double>(error);
    }
    losses_[batch] = batch_loss(state_.squared_errors, batch, rates_.lrs[batch]);
    state_.last.gradient_of_weights(inputs, state_.sum_gradients, n, all);
  }

  void backward(std::size_t k, std::size_t part) const {
    HiddenLayer<T>& layer = state_.hidden[k];
    layer.backward(state_.linear(k + 1), state_.gradients_of(k + 1), state_.inputs_of(k),
                   batches_.size, columns(layer.linear.width(), part));
  }

  void backward_to_inputs(std::size_t part) const {
    const Range its = columns(state_.inputs.width(), part);
    state_.linear(0).gradient_of_inputs(state_.gradients_of(0), batches_.size,
                                        state_.input_gradients, its);
    state_.drop_inputs.backward(state_.input_gradients, batches_.size, its);
  }

  void move(std::size_t batch, std::size_t part) const {
    state_.users.move(state_.input_gradients, part, n_parts_, batch, steps_);
    state_.items.move(state_.input_gradients, part, n_parts_, batch, steps_);
    for (HiddenLayer<T>& layer : state_.hidden) {
      layer.move(columns(layer.linear.width(), part), batch, steps_);
    }
    state_.last.move(columns(state_.last.width(), part), batch, steps_);
  }

  NetworkState<T>& state_;
  const RatedPairs<T>& pairs_;
  const SampleBatches& batches_;
  const AdamSteps& steps_;
  const BatchRates& rates_;
  std::span<double> losses_;
  std::size_t n_parts_;
};

}  // namespace astonish
