// The arrays of a network: that they fit each other, and one layer of all three kinds.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "adam/matrix.hpp"
#include "astonish/embedding_network.hpp"
#include "support/check.hpp"

namespace astonish::internal::network {

using adam::AdamViews;
using adam::as_row;
using support::check_length;
using support::check_shape;

// The sizes of a network, once they are known to be right.
struct NetworkShape {
  std::size_t n_users, n_items, user_width, item_width;
  std::vector<std::size_t> outputs;  // of each layer
  bool use_bn;

  [[nodiscard]] std::size_t n_hidden() const { return outputs.size() - 1; }
};

// Throws std::invalid_argument, as check_network does, unless there are layers and widths.
template <typename T>
NetworkShape shape_of(const NetworkArrays<T>& weights, bool use_bn) {
  const auto refuse = [](const std::string& what) { throw std::invalid_argument(what); };
  if (weights.pu.cols == 0) refuse("weights.pu has no columns");
  if (weights.qi.cols == 0) refuse("weights.qi has no columns");
  if (weights.layers.empty()) refuse("weights has no layers");
  NetworkShape shape{weights.pu.rows, weights.qi.rows, weights.pu.cols, weights.qi.cols, {},
                     use_bn};
  for (const auto& layer : weights.layers) {
    if (layer.weight.rows == 0) refuse("weights has a layer without outputs");
    shape.outputs.push_back(layer.weight.rows);
  }
  if (shape.outputs.back() != 1) {
    refuse("the last layer has " + std::to_string(shape.outputs.back()) + " outputs, expected 1");
  }
  return shape;
}

template <typename T>
void check_network(const std::string& name, const NetworkArrays<T>& arrays,
                   const NetworkShape& shape) {
  const auto full = [&](const std::string& rest) { return name + rest; };
  check_shape(full(".pu").c_str(), arrays.pu, shape.n_users, shape.user_width);
  check_shape(full(".qi").c_str(), arrays.qi, shape.n_items, shape.item_width);
  check_length(full(".layers").c_str(), arrays.layers.size(), shape.outputs.size());
  std::size_t n_in = shape.user_width + shape.item_width;
  for (std::size_t k = 0; k < arrays.layers.size(); ++k) {
    const auto& layer = arrays.layers[k];
    const std::string place = full(".layers[" + std::to_string(k) + "]");
    const std::size_t n_out = shape.outputs[k];
    const std::size_t normed = shape.use_bn && k < shape.n_hidden() ? n_out : 0;
    check_shape((place + ".weight").c_str(), layer.weight, n_out, n_in);
    check_length((place + ".bias").c_str(), layer.bias.size(), n_out - normed);
    check_length((place + ".norm_weight").c_str(), layer.norm_weight.size(), normed);
    check_length((place + ".norm_bias").c_str(), layer.norm_bias.size(), normed);
    n_in = n_out;
  }
}

template <typename T>
void check_buffers(std::span<const NormBuffers<T>> buffers, const NetworkShape& shape) {
  check_length("buffers", buffers.size(), shape.use_bn ? shape.n_hidden() : 0);
  for (std::size_t k = 0; k < buffers.size(); ++k) {
    const std::string place = "buffers[" + std::to_string(k) + "]";
    check_length((place + ".mean").c_str(), buffers[k].mean.size(), shape.outputs[k]);
    check_length((place + ".variance").c_str(), buffers[k].variance.size(), shape.outputs[k]);
  }
}

// The three kinds of arrays, side by side.
template <typename T>
struct NetworkViews {
  const NetworkArrays<T>&weights, &averages, &squares;

  [[nodiscard]] AdamViews<T> pu() const { return {weights.pu, averages.pu, squares.pu}; }
  [[nodiscard]] AdamViews<T> qi() const { return {weights.qi, averages.qi, squares.qi}; }
  [[nodiscard]] AdamViews<T> weight(std::size_t layer) const {
    return {weights.layers[layer].weight, averages.layers[layer].weight,
            squares.layers[layer].weight};
  }
  [[nodiscard]] AdamViews<T> vector(std::size_t layer, std::span<T> LayerArrays<T>::*which) const {
    return {as_row(weights.layers[layer].*which), as_row(averages.layers[layer].*which),
            as_row(squares.layers[layer].*which)};
  }

  void check(const NetworkShape& shape) const {
    check_network("weights", weights, shape);
    check_network("averages", averages, shape);
    check_network("squares", squares, shape);
  }
};

}  // namespace astonish::internal::network
