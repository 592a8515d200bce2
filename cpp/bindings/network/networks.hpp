// The arrays of a network as Python has them: a list of pu, qi, and those of each layer in turn:
// its weight, its bias where it has one, and the weight and bias of its normalisation. The means
// and variances of normalisation are another list, two arrays a hidden layer.
#pragma once

#include "arrays.hpp"
#include "astonish/embedding_network.hpp"

namespace astonish::bindings {

template <typename T>
using Arrays = std::vector<Array<T>>;

// Takes arrays one after the other; `Matrix` and `Vector` make a view of one.
template <typename T, typename List, typename Matrix, typename Vector>
NetworkArrays<T> network_views(const char* name, List& arrays, bool use_bn, const Matrix& matrix,
                               const Vector& vector) {
  const std::size_t per_hidden = use_bn ? 3 : 2;
  if (arrays.size() < 4 || (arrays.size() - 4) % per_hidden != 0) {
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(arrays.size()) +
                                " arrays, expected 4 and " + std::to_string(per_hidden) +
                                " for each hidden layer");
  }
  const std::size_t n_hidden = (arrays.size() - 4) / per_hidden;
  NetworkArrays<T> views{matrix(name, arrays[0]), matrix(name, arrays[1]), {}};
  auto next = arrays.begin() + 2;
  for (std::size_t k = 0; k <= n_hidden; ++k) {
    const bool normed = use_bn && k < n_hidden;
    LayerArrays<T> layer{matrix(name, *next++), {}, {}, {}};
    if (!normed) layer.bias = vector(name, *next++);
    if (normed) layer.norm_weight = vector(name, *next++);
    if (normed) layer.norm_bias = vector(name, *next++);
    views.layers.push_back(layer);
  }
  return views;
}

template <typename T>
NetworkArrays<const T> read_network(const char* name, const Arrays<T>& arrays, bool use_bn) {
  return network_views<const T>(name, arrays, use_bn, read_matrix<T>, read<T>);
}

template <typename T>
NetworkArrays<T> write_network(const char* name, Arrays<T>& arrays, bool use_bn) {
  return network_views<T>(name, arrays, use_bn, write_matrix<T>, write<T>);
}

template <typename T, typename List, typename Vector>
std::vector<NormBuffers<T>> buffer_views(List& arrays, const Vector& vector) {
  if (arrays.size() % 2 != 0) {
    throw std::invalid_argument("buffers has " + std::to_string(arrays.size()) +
                                " arrays, expected 2 for each hidden layer");
  }
  std::vector<NormBuffers<T>> views;
  for (std::size_t k = 0; k < arrays.size(); k += 2) {
    views.push_back({vector("buffers", arrays[k]), vector("buffers", arrays[k + 1])});
  }
  return views;
}

template <typename T>
std::vector<NormBuffers<const T>> read_buffers(const Arrays<T>& arrays) {
  return buffer_views<const T>(arrays, read<T>);
}

template <typename T>
std::vector<NormBuffers<T>> write_buffers(Arrays<T>& arrays) {
  return buffer_views<T>(arrays, write<T>);
}

}  // namespace astonish::bindings
