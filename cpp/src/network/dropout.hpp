// Dropout in training: each number of a batch is zero with probability p, and 1 / (1 - p) times
// itself otherwise.
//
// What is dropped is a function of (seed, step, layer, sample of the batch, column), so neither the
// number of threads nor the order in which they work changes it.
//
// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout: a simple way to
// prevent neural networks from overfitting. JMLR 15, 2014.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "adam/matrix.hpp"
#include "astonish/random.hpp"

namespace astonish::internal::network {

using adam::Range;
using linear_algebra::PaddedRows;

template <typename T>
class Dropout {
 public:
  // Layer 0 is the embeddings.
  Dropout(double p, std::uint64_t seed, std::size_t layer)
      : threshold_(static_cast<std::uint64_t>(p * 0x1p32)),
        kept_(static_cast<T>(1.0 / (1.0 - p))),
        key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)},
        layer_(static_cast<std::uint32_t>(layer)) {}

  [[nodiscard]] bool drops() const { return threshold_ > 0; }

  // Makes room for n samples of `width` numbers.
  void reserve(std::size_t n, std::size_t width) {
    if (drops()) factors_ = PaddedRows<T>(n, width);
  }

  // Draws what is dropped of these columns in a step, and drops it.
  void forward(PaddedRows<T>& values, std::size_t n, const Range& columns, std::uint64_t step) {
    if (!drops()) return;
    for (std::size_t sample = 0; sample < n; ++sample) draw(sample, columns, step);
    backward(values, n, columns);
  }

  // Drops the same of the gradients.
  void backward(PaddedRows<T>& values, std::size_t n, const Range& columns) const {
    if (!drops()) return;
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* factors = factors_.row(sample);
      T* row = values.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) row[c] *= factors[c];
    }
  }

 private:
  void draw(std::size_t sample, const Range& columns, std::uint64_t step) {
    T* factors = factors_.row(sample);
    for (std::size_t c = columns.begin; c < columns.end; c += kWords) {
      const PhiloxBlock words =
          philox({static_cast<std::uint32_t>(c / kWords), layer_,
                  static_cast<std::uint32_t>(sample), static_cast<std::uint32_t>(step)},
                 key_);
      for (std::size_t k = 0; k < kWords; ++k) {
        factors[c + k] = words[k] < threshold_ ? T{0} : kept_;
      }
    }
  }

  static constexpr std::size_t kWords = std::tuple_size_v<PhiloxBlock>;

  std::uint64_t threshold_;
  T kept_;
  std::array<std::uint32_t, 2> key_;
  std::uint32_t layer_;
  PaddedRows<T> factors_{0, 1};
};

}  // namespace astonish::internal::network
