// The layers of a trained network, made ready for estimates: transposed, and with the normalisation
// of a layer taken into the next one.
//
//   W (scale x + shift) + b  =  (W scale) x + (b + W shift)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "astonish/network_scores.hpp"
#include "batch_norm.hpp"
#include "dense_layer.hpp"
#include "embedding/scaled_sigmoid.hpp"
#include "network_arrays.hpp"

namespace astonish::internal::network {

using embedding::ScaledSigmoid;
using linear_algebra::LeftFactor;
using linear_algebra::multiply;
using linear_algebra::PaddedRows;

template <typename T>
class NetworkForward {
 public:
  static constexpr std::size_t kSamples = 64;  // at once; their activations stay in cache

  explicit NetworkForward(const TrainedNetwork<T>& network)
      : y_(network.y_range),
        user_layer_(part_of(network.arrays.layers[0], 0, network.arrays.pu.cols)),
        item_layer_(
            part_of(network.arrays.layers[0], network.arrays.pu.cols, network.arrays.qi.cols)) {
    const auto& layers = network.arrays.layers;
    std::copy(layers[0].bias.begin(), layers[0].bias.end(), user_layer_.bias.row(0));
    for (std::size_t k = 1; k < layers.size(); ++k) {
      later_.push_back(part_of(layers[k], 0, layers[k].weight.cols));
      std::copy(layers[k].bias.begin(), layers[k].bias.end(), later_.back().bias.row(0));
      if (!network.buffers.empty()) fold(layers[k - 1], network.buffers[k - 1], later_.back());
    }
  }

  // Room for the embeddings of kSamples users or items.
  [[nodiscard]] PaddedRows<T> user_rows() const { return {kSamples, user_layer_.n_in}; }
  [[nodiscard]] PaddedRows<T> item_rows() const { return {kSamples, item_layer_.n_in}; }
  // Room for their sums in each layer.
  [[nodiscard]] std::vector<PaddedRows<T>> activations() const {
    std::vector<PaddedRows<T>> all{{kSamples, user_layer_.n_out}};
    for (const Layer& layer : later_) all.emplace_back(kSamples, layer.n_out);
    return all;
  }

  // What users, or items, add to the sums of the first layer.
  void user_sums(const PaddedRows<T>& rows, std::size_t n, T* out) const {
    user_layer_.sums(rows, n, out);
  }
  void item_sums(const PaddedRows<T>& rows, std::size_t n, T* out) const {
    item_layer_.sums(rows, n, out);
  }

  // activations[0] becomes the sums of the first layer of n samples. A user's, or an item's, stay
  // where they are with a stride of 0.
  void add_sums(const T* of_users, std::size_t user_stride, const T* of_items,
                std::vector<PaddedRows<T>>& activations, std::size_t n) const {
    const std::size_t width = activations[0].width();
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* user = of_users + sample * user_stride;
      const T* item = of_items + sample * width;
      T* to = activations[0].row(sample);
#pragma GCC ivdep
      for (std::size_t c = 0; c < width; ++c) to[c] = user[c] + item[c];
    }
  }

  // From the sums of the first layer to the estimates of n samples.
  template <typename Out>
  void finish(std::vector<PaddedRows<T>>& activations, std::size_t n, Out* out) const {
    for (std::size_t k = 0; k < later_.size(); ++k) {
      rectify(activations[k], n);
      later_[k].sums(activations[k], n, activations[k + 1].row(0));
    }
    for (std::size_t sample = 0; sample < n; ++sample) {
      out[sample] = y_.estimate(activations.back().row(sample)[0]);
    }
  }

 private:
  struct Layer {
    std::size_t n_out;
    std::size_t n_in;
    PaddedRows<T> weight;  // n_in x n_out
    PaddedRows<T> bias;    // one row

    void sums(const PaddedRows<T>& in, std::size_t n, T* out) const {
      const std::size_t width = weight.width();
      multiply(LeftFactor<T>{in.row(0), in.width(), 1}, weight.row(0), width, n_in, out, width,
               whole_tiles(n), width);
      for (std::size_t sample = 0; sample < n; ++sample) {
#pragma GCC ivdep
        for (std::size_t c = 0; c < width; ++c) out[sample * width + c] += bias.row(0)[c];
      }
    }
  };

  // The inputs first, first + 1, ... of a layer, without its bias.
  static Layer part_of(const LayerArrays<const T>& layer, std::size_t first, std::size_t n) {
    const std::size_t n_out = layer.weight.rows;
    Layer part{n_out, n, PaddedRows<T>(n, n_out), PaddedRows<T>(1, n_out)};
    for (std::size_t out = 0; out < n_out; ++out) {
      const auto weights = layer.weight.row(out);
      for (std::size_t in = 0; in < n; ++in) part.weight.row(in)[out] = weights[first + in];
    }
    return part;
  }

  static void fold(const LayerArrays<const T>& below, const NormBuffers<const T>& norm,
                   Layer& layer) {
    T* bias = layer.bias.row(0);
    for (std::size_t in = 0; in < layer.n_in; ++in) {
      const T scale =
          below.norm_weight[in] / std::sqrt(norm.variance[in] + static_cast<T>(kNormEps));
      const T shift = below.norm_bias[in] - norm.mean[in] * scale;
      T* weights = layer.weight.row(in);
      for (std::size_t out = 0; out < layer.n_out; ++out) {
        bias[out] += weights[out] * shift;
        weights[out] *= scale;
      }
    }
  }

  static void rectify(PaddedRows<T>& rows, std::size_t n) {
    T* values = rows.row(0);
    for (std::size_t k = 0; k < n * rows.width(); ++k) {
      values[k] = values[k] < T{0} ? T{0} : values[k];
    }
  }

  ScaledSigmoid<T> y_;
  Layer user_layer_, item_layer_;  // the first one; its bias is the users'
  std::vector<Layer> later_;
};

}  // namespace astonish::internal::network
