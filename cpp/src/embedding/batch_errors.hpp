// The errors of a batch: its loss, and the slopes of it that a training goes down.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "run_batches.hpp"
#include "scaled_sigmoid.hpp"

namespace astonish::internal::embedding {

template <typename T>
class BatchErrors {
 public:
  explicit BatchErrors(const std::optional<YRange>& range) : y_(range) {}

  // Makes room for batches of n samples.
  void reserve(std::size_t n) {
    scale_ = T{2} / static_cast<T>(n);
    squares_.resize(n);
  }

  // The slope of the loss by the sum that estimates a sample of the batch. Calls for different
  // samples may run at the same time.
  T slope(std::size_t sample, T sum, T rating) {
    const T error = y_.estimate(sum) - rating;
    squares_[sample] = static_cast<double>(error) * static_cast<double>(error);
    return scale_ * error * y_.slope(sum);
  }

  // The mean square, once slope() was called for all samples; throws as batch_loss() does.
  [[nodiscard]] double loss(std::size_t batch, double lr) const {
    return batch_loss(squares_, batch, lr);
  }

 private:
  ScaledSigmoid<T> y_;
  T scale_ = 0;
  std::vector<double> squares_;
};

}  // namespace astonish::internal::embedding
