// y_range.hpp for kernels: the estimate of a sum, and its slope; the sum itself where there is no
// range.
#pragma once

#include <cmath>
#include <optional>

#include "astonish/y_range.hpp"

namespace astonish::internal::embedding {

template <typename T>
class ScaledSigmoid {
 public:
  explicit ScaledSigmoid(const std::optional<YRange>& range)
      : bounded_(range.has_value()),
        low_(range ? static_cast<T>(range->low) : T{0}),
        width_(range ? static_cast<T>(range->high - range->low) : T{0}) {}

  [[nodiscard]] T estimate(T sum) const { return bounded_ ? low_ + width_ * sigmoid(sum) : sum; }

  // The derivative of the estimate by the sum.
  [[nodiscard]] T slope(T sum) const {
    if (!bounded_) return T{1};
    const T share = sigmoid(sum);
    return width_ * share * (T{1} - share);
  }

 private:
  static T sigmoid(T sum) { return T{1} / (T{1} + std::exp(-sum)); }

  bool bounded_;
  T low_, width_;
};

}  // namespace astonish::internal::embedding
