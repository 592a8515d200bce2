// Batch normalisation in training: each column of a batch gets a mean and a variance that are
// learnt.
//
//   out = weight * (in - mean) / sqrt(variance + eps) + bias
//
// with the mean and the biased variance of the batch. Running means of both (the variance unbiased)
// are what estimates are normalised by after training.
//
// Source: Ioffe, Szegedy: Batch normalization: accelerating deep network training by reducing
// internal covariate shift. ICML 2015. The constants are those of torch.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "adam/matrix.hpp"
#include "astonish/embedding_network.hpp"

namespace astonish::internal::network {

using adam::AdamMatrix;
using adam::AdamSteps;
using adam::AdamViews;
using adam::Range;
using linear_algebra::PaddedRows;

inline constexpr double kNormEps = 1e-5;
inline constexpr double kNormMomentum = 0.1;  // what a batch adds to the running means

template <typename T>
class BatchNorm {
 public:
  BatchNorm(const AdamViews<const T>& weight, const AdamViews<const T>& bias,
            const NormBuffers<const T>& running)
      : weight_(weight, 1, false),
        bias_(bias, 1, false),
        running_mean_(running.mean.begin(), running.mean.end()),
        running_variance_(running.variance.begin(), running.variance.end()),
        mean_(weight_.weights.width()),
        inverse_(mean_.size()) {
    running_mean_.resize(mean_.size());
    running_variance_.resize(mean_.size());
  }

  void copy_to(const AdamViews<T>& weight, const AdamViews<T>& bias) const {
    weight_.copy_to(weight);
    bias_.copy_to(bias);
  }

  void copy_to(const NormBuffers<T>& running) const {
    std::copy_n(running_mean_.begin(), running.mean.size(), running.mean.begin());
    std::copy_n(running_variance_.begin(), running.variance.size(), running.variance.begin());
  }

  // n samples, at least 2.
  void forward(const PaddedRows<T>& in, std::size_t n, PaddedRows<T>& out, const Range& columns) {
    measure(in, n, columns);
    const T* weight = weight_.weights.row(0);
    const T* bias = bias_.weights.row(0);
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* from = in.row(sample);
      T* to = out.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) {
        to[c] = weight[c] * ((from[c] - mean_[c]) * inverse_[c]) + bias[c];
      }
    }
  }

  // Turns the gradients by the outputs into those by the inputs `in` of forward().
  void backward(const PaddedRows<T>& in, std::size_t n, PaddedRows<T>& gradient,
                const Range& columns) {
    gradient_of_parameters(in, n, gradient, columns);
    const T* weight = weight_.weights.row(0);
    const T* by_weight = weight_.gradients.row(0);
    const T* by_bias = bias_.gradients.row(0);
    const T share = T{1} / static_cast<T>(n);
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* from = in.row(sample);
      T* row = gradient.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) {
        const T normal = (from[c] - mean_[c]) * inverse_[c];
        row[c] = weight[c] * inverse_[c] * (row[c] - share * (by_bias[c] + normal * by_weight[c]));
      }
    }
  }

  void move(const Range& columns, std::size_t step, const AdamSteps& steps) {
    weight_.move(columns, step, steps);
    bias_.move(columns, step, steps);
  }

 private:
  void measure(const PaddedRows<T>& in, std::size_t n, const Range& columns) {
    T* mean = mean_.data();
    T* variance = inverse_.data();
    std::fill(mean + columns.begin, mean + columns.end, T{0});
    std::fill(variance + columns.begin, variance + columns.end, T{0});
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* row = in.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) mean[c] += row[c];
    }
    for (std::size_t c = columns.begin; c < columns.end; ++c) mean[c] /= static_cast<T>(n);
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* row = in.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) {
        variance[c] += (row[c] - mean[c]) * (row[c] - mean[c]);
      }
    }
    for (std::size_t c = columns.begin; c < columns.end; ++c) conclude(c, static_cast<T>(n));
  }

  // The sum of squares of a column is in inverse_; its root takes the place.
  void conclude(std::size_t c, T n) {
    constexpr T fresh = static_cast<T>(kNormMomentum);
    const T squares = inverse_[c];
    running_mean_[c] += fresh * (mean_[c] - running_mean_[c]);
    running_variance_[c] += fresh * (squares / (n - T{1}) - running_variance_[c]);
    inverse_[c] = T{1} / std::sqrt(squares / n + static_cast<T>(kNormEps));
  }

  void gradient_of_parameters(const PaddedRows<T>& in, std::size_t n, const PaddedRows<T>& gradient,
                              const Range& columns) {
    T* by_weight = weight_.gradients.row(0);
    T* by_bias = bias_.gradients.row(0);
    std::fill(by_weight + columns.begin, by_weight + columns.end, T{0});
    std::fill(by_bias + columns.begin, by_bias + columns.end, T{0});
    for (std::size_t sample = 0; sample < n; ++sample) {
      const T* from = in.row(sample);
      const T* row = gradient.row(sample);
#pragma GCC ivdep
      for (std::size_t c = columns.begin; c < columns.end; ++c) {
        by_weight[c] += row[c] * ((from[c] - mean_[c]) * inverse_[c]);
        by_bias[c] += row[c];
      }
    }
  }

  AdamMatrix<T> weight_, bias_;  // one row each
  std::vector<T> running_mean_, running_variance_;
  std::vector<T> mean_, inverse_;  // of the batch: its mean, and 1 / sqrt(variance + eps)
};

}  // namespace astonish::internal::network
