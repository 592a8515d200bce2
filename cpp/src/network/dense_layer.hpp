// A linear layer in training: out = in * W^T + bias, and its gradients.
//
// Activations lie sample by sample. The weights are kept as they are and transposed, so that the
// three products of a layer (outputs, gradients of inputs, gradients of weights) read memory in
// order. The work is cut by columns of what is written, in whole cache lines: a part needs no other
// part of its phase, and every number is one sum in one order whatever the parts are.
//
// Activations and gradients are rows of a batch, filled up with zeros to whole tiles.
//
// Cost: 6 flops a sample and weight; 5 numbers of memory a weight.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include "adam/matrix.hpp"
#include "linear_algebra/tile_product.hpp"

namespace astonish::internal::network {

using adam::AdamMatrix;
using adam::AdamSteps;
using adam::AdamViews;
using adam::Range;
using linear_algebra::ColumnsAsRows;
using linear_algebra::kPerLine;
using linear_algebra::kTileRows;
using linear_algebra::LeftFactor;
using linear_algebra::multiply;
using linear_algebra::padded;
using linear_algebra::PaddedRows;

// The rows that n samples of a batch take.
constexpr std::size_t whole_tiles(std::size_t n) {
  return (n + kTileRows - 1) / kTileRows * kTileRows;
}

template <typename T>
class DenseLayer {
 public:
  // There is a bias where `bias` has columns.
  DenseLayer(const AdamViews<const T>& weight, const AdamViews<const T>& bias)
      : n_in_(weight.weights.cols),
        n_out_(weight.weights.rows),
        weight_(weight, padded<T>(n_out_), true),
        transposed_(n_in_, n_out_) {
    if (bias.weights.cols > 0) bias_.emplace(bias, 1, false);
    transpose({0, width()});
  }

  [[nodiscard]] std::size_t n_out() const { return n_out_; }
  // The numbers of a row of outputs.
  [[nodiscard]] std::size_t width() const { return transposed_.width(); }

  void copy_to(const AdamViews<T>& weight, const AdamViews<T>& bias) const {
    weight_.copy_to(weight);
    if (bias_) bias_->copy_to(bias);
  }

  void forward(const PaddedRows<T>& in, std::size_t n, PaddedRows<T>& out,
               const Range& columns) const {
    multiply(LeftFactor<T>{in.row(0), in.width(), 1}, transposed_.row(0) + columns.begin, width(),
             n_in_, out.row(0) + columns.begin, width(), whole_tiles(n), columns.size());
    if (bias_) add_bias(out, n, columns);
  }

  // `columns` of the gradients by the inputs, from those by the outputs.
  void gradient_of_inputs(const PaddedRows<T>& gradient, std::size_t n, PaddedRows<T>& out,
                          const Range& columns) const {
    multiply(LeftFactor<T>{gradient.row(0), width(), 1}, weight_.weights.row(0) + columns.begin,
             out.width(), n_out_, out.row(0) + columns.begin, out.width(), whole_tiles(n),
             columns.size());
  }

  // The gradients of the weights of a range of outputs.
  void gradient_of_weights(const PaddedRows<T>& in, const PaddedRows<T>& gradient, std::size_t n,
                           const Range& outputs) {
    if (outputs.size() == 0) return;
    multiply(ColumnsAsRows<T>{gradient.row(0) + outputs.begin, {}, width()}, in.row(0), in.width(),
             n, weight_.gradients.row(outputs.begin), in.width(), outputs.size(), in.width());
    if (bias_) gradient_of_bias(gradient, n, outputs);
  }

  void move(const Range& outputs, std::size_t step, const AdamSteps& steps) {
    const std::size_t n = weight_.weights.width();
    weight_.move({outputs.begin * n, outputs.end * n}, step, steps);
    if (bias_) bias_->move(outputs, step, steps);
    transpose(outputs);
  }

 private:
  void add_bias(PaddedRows<T>& out, std::size_t n, const Range& columns) const {
    const T* bias = bias_->weights.row(0);
    for (std::size_t sample = 0; sample < n; ++sample) {
      T* sums = out.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) sums[c] += bias[c];
    }
  }

  void gradient_of_bias(const PaddedRows<T>& gradient, std::size_t n, const Range& outputs) {
    T* sums = bias_->gradients.row(0);
    std::fill(sums + outputs.begin, sums + outputs.end, T{0});
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* row = gradient.row(sample);
#pragma GCC ivdep
      for (std::size_t c = outputs.begin; c < outputs.end; ++c) sums[c] += row[c];
    }
  }

  // One cache line of outputs after the other.
  void transpose(const Range& outputs) {
    for (std::size_t line = outputs.begin; line < outputs.end; line += kPerLine<T>) {
      const T* from = weight_.weights.row(line);
      for (std::size_t k = 0; k < n_in_; ++k) {
        T* to = transposed_.row(k) + line;
        for (std::size_t c = 0; c < kPerLine<T>; ++c) to[c] = from[c * weight_.weights.width() + k];
      }
    }
  }

  std::size_t n_in_, n_out_;
  AdamMatrix<T> weight_;               // n_out x n_in
  std::optional<AdamMatrix<T>> bias_;  // one row
  PaddedRows<T> transposed_;
};

}  // namespace astonish::internal::network
