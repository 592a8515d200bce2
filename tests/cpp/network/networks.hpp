// Networks over two embeddings, owned.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "astonish/embedding_network.hpp"
#include "helpers.hpp"

namespace astonish::testing {

template <typename T>
struct Layer {
  Matrix<T> weight;
  std::vector<T> bias, norm_weight, norm_bias;
  std::vector<T> mean, variance;  // none where it is not normalised
};

template <typename T>
struct Network {
  // Random numbers.
  Network(std::size_t n_users, std::size_t n_items, std::size_t user_width, std::size_t item_width,
          const std::vector<std::size_t>& hidden, bool use_bn)
      : pu(n_users, user_width), qi(n_items, item_width) {
    std::size_t n_in = user_width + item_width;
    for (const std::size_t n_out : hidden) {
      layers.push_back(use_bn ? normed(n_out, n_in) : plain(n_out, n_in));
      n_in = n_out;
    }
    layers.push_back(plain(1, n_in));
    draw();
  }

  [[nodiscard]] Network zeros() const {
    Network result = *this;
    for (std::vector<T>* array : result.arrays()) array->assign(array->size(), T{0});
    return result;
  }

  // The same weights, and biases instead of normalisation.
  [[nodiscard]] Network without_norms() const {
    Network result = *this;
    for (Layer<T>& layer : result.layers) {
      if (layer.mean.empty()) continue;
      layer = {layer.weight, layer.norm_bias, {}, {}, {}, {}};
    }
    return result;
  }

  // All parameters.
  [[nodiscard]] std::vector<std::vector<T>*> arrays() { return arrays_of<std::vector<T>*>(*this); }
  [[nodiscard]] std::vector<const std::vector<T>*> arrays() const {
    return arrays_of<const std::vector<T>*>(*this);
  }

  [[nodiscard]] NetworkArrays<T> view() { return view_of<T>(*this); }
  [[nodiscard]] NetworkArrays<const T> view() const { return view_of<const T>(*this); }
  [[nodiscard]] std::vector<NormBuffers<T>> buffer_views() { return buffers_of<T>(*this); }
  [[nodiscard]] std::vector<NormBuffers<const T>> buffer_views() const {
    return buffers_of<const T>(*this);
  }

  Matrix<T> pu, qi;
  std::vector<Layer<T>> layers;

 private:
  static Layer<T> plain(std::size_t n_out, std::size_t n_in) {
    return {{n_out, n_in}, std::vector<T>(n_out), {}, {}, {}, {}};
  }
  static Layer<T> normed(std::size_t n_out, std::size_t n_in) {
    const std::vector<T> zeros(n_out);
    return {{n_out, n_in}, {}, zeros, zeros, zeros, zeros};
  }

  void draw() {
    RowRandom random(29, 0);
    for (std::vector<T>* array : arrays()) fill_normal<T>(*array, random, 0.5);
    for (Layer<T>& layer : layers) {
      for (T& value : layer.norm_weight) value += T{1};
      fill_normal<T>(layer.mean, random, 0.5);
      for (T& value : layer.variance) value = static_cast<T>(0.5 + random.uniform());
    }
  }

  template <typename Pointer, typename Self>
  static std::vector<Pointer> arrays_of(Self& self) {
    std::vector<Pointer> all{&self.pu.data, &self.qi.data};
    for (auto& layer : self.layers) {
      for (Pointer array :
           {&layer.weight.data, &layer.bias, &layer.norm_weight, &layer.norm_bias}) {
        all.push_back(array);
      }
    }
    return all;
  }

  template <typename U, typename Self>
  static NetworkArrays<U> view_of(Self& self) {
    NetworkArrays<U> arrays{self.pu.view(), self.qi.view(), {}};
    for (auto& layer : self.layers) {
      arrays.layers.push_back(
          {layer.weight.view(), layer.bias, layer.norm_weight, layer.norm_bias});
    }
    return arrays;
  }

  template <typename U, typename Self>
  static std::vector<NormBuffers<U>> buffers_of(Self& self) {
    std::vector<NormBuffers<U>> buffers;
    for (auto& layer : self.layers) {
      if (!layer.mean.empty()) buffers.push_back({layer.mean, layer.variance});
    }
    return buffers;
  }
};

template <typename T>
bool same_bits(const Network<T>& a, const Network<T>& b) {
  const auto ours = a.arrays(), theirs = b.arrays();
  for (std::size_t k = 0; k < ours.size(); ++k) {
    if (!same_bits(*ours[k], *theirs[k])) return false;
  }
  for (std::size_t k = 0; k < a.layers.size(); ++k) {
    if (!same_bits(a.layers[k].mean, b.layers[k].mean)) return false;
    if (!same_bits(a.layers[k].variance, b.layers[k].variance)) return false;
  }
  return ours.size() == theirs.size();
}

}  // namespace astonish::testing
