// A hidden layer in training: linear, rectified, normalised by the batch, partly dropped.
//
// All of it but the product works on each column alone, so a part of the columns goes through the
// whole layer, forward or backward, without waiting for the other parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "batch_norm.hpp"
#include "dense_layer.hpp"
#include "dropout.hpp"

namespace astonish::internal::network {

using adam::AdamSteps;
using adam::Range;
using linear_algebra::PaddedRows;

template <typename T>
class HiddenLayer {
 public:
  HiddenLayer(DenseLayer<T> its_linear, std::optional<BatchNorm<T>> its_norm,
              const Dropout<T>& dropout)
      : linear(std::move(its_linear)), norm(std::move(its_norm)), dropout_(dropout) {}

  // Makes room for batches of n samples.
  void reserve(std::size_t n) {
    outputs = PaddedRows<T>(whole_tiles(n), linear.n_out());
    gradients = outputs;
    if (norm) rectified_ = outputs;
    dropout_.reserve(n, linear.n_out());
  }

  void forward(const PaddedRows<T>& in, std::size_t n, const Range& columns, std::uint64_t step) {
    linear.forward(in, n, outputs, columns);
    rectify(n, norm ? rectified_ : outputs, columns);
    if (norm) norm->forward(rectified_, n, outputs, columns);
    dropout_.forward(outputs, n, columns, step);
  }

  // From the gradients of the layer above to those of the sums and weights of this one.
  void backward(const DenseLayer<T>& above, const PaddedRows<T>& its_gradients,
                const PaddedRows<T>& in, std::size_t n, const Range& columns) {
    above.gradient_of_inputs(its_gradients, n, gradients, columns);
    dropout_.backward(gradients, n, columns);
    if (norm) norm->backward(rectified_, n, gradients, columns);
    rectify_gradients(norm ? rectified_ : outputs, n, columns);
    linear.gradient_of_weights(in, gradients, n, columns);
  }

  void move(const Range& columns, std::size_t step, const AdamSteps& steps) {
    linear.move(columns, step, steps);
    if (norm) norm->move(columns, step, steps);
  }

  DenseLayer<T> linear;
  std::optional<BatchNorm<T>> norm;
  PaddedRows<T> outputs{0, 1};
  PaddedRows<T> gradients{0, 1};  // of the loss by the outputs, then by the sums

 private:
  // Not max(): a sum that is NaN stays one.
  void rectify(std::size_t n, PaddedRows<T>& to, const Range& columns) const {
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* sums = outputs.row(sample);
      T* row = to.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) {
        row[c] = sums[c] < T{0} ? T{0} : sums[c];
      }
    }
  }

  void rectify_gradients(const PaddedRows<T>& rectified, std::size_t n, const Range& columns) {
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* values = rectified.row(sample);
      T* row = gradients.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) {
        row[c] = values[c] > T{0} ? row[c] : T{0};
      }
    }
  }

  Dropout<T> dropout_;
  PaddedRows<T> rectified_{0, 1};
};

}  // namespace astonish::internal::network
