#include "linear_algebra/dot.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::internal::linear_algebra::dot;

namespace {

// The documented order: sums of 256 bytes side by side, then 32 bytes at a time into the first of
// them, halves folded onto each other, and what is left one by one.
template <typename T>
T naive_dot(const T* a, const T* b, std::size_t n) {
  constexpr std::size_t lanes = 256 / sizeof(T), few = 32 / sizeof(T);
  std::vector<T> sums(lanes, T{0});
  std::size_t at = 0;
  for (const std::size_t step : {lanes, few}) {
    for (; at + step <= n; at += step) {
      for (std::size_t lane = 0; lane < step; ++lane) sums[lane] += a[at + lane] * b[at + lane];
    }
  }
  for (std::size_t half = lanes / 2; half >= 1; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  for (; at < n; ++at) sums[0] += a[at] * b[at];
  return sums[0];
}

}  // namespace

TEST_CASE_TEMPLATE("dot: adds up in the documented order, to the last bit", T, float, double) {
  const auto a = testing::normal_matrix<T>(1, 1, 300);
  const auto b = testing::normal_matrix<T>(2, 1, 300);
  for (std::size_t n = 0; n <= 299; ++n) {
    CAPTURE(n);
    const T* const shifted = a.data.data() + 1;  // rows lie at any address
    CHECK(dot(shifted, b.data.data(), n) == naive_dot(shifted, b.data.data(), n));
  }
}
