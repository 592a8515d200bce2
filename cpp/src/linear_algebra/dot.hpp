// The inner product as the hardware likes it.
//
// One running sum waits for each addition to finish. Sums of 256 bytes run side by side in vector
// registers and are folded pairwise at the end. The order is the same for registers of any width,
// so the result is the same on every CPU that rounds alike. FMA, where the variant has it, changes
// the last bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "linear_algebra/lanes.hpp"

namespace astonish::internal::linear_algebra {

// Running sums in n registers, a power of two. Members, since compilers keep arrays in memory.
template <typename T, std::size_t n>
struct RunningSums {
  RunningSums<T, n / 2> low, high;

  template <std::size_t lanes>
  void add_products(const T* a, const T* b) {
    low.template add_products<lanes>(a, b);
    high.template add_products<lanes>(a + n / 2 * lanes, b + n / 2 * lanes);
  }

  RunningSums& operator+=(const RunningSums& other) {
    low += other.low;
    high += other.high;
    return *this;
  }

  template <std::size_t first>
  auto& head() {
    if constexpr (first == n) {
      return *this;
    } else {
      return low.template head<first>();
    }
  }

  LanesOf<T> total() {
    low += high;
    return low.total();
  }
};

template <typename T>
struct RunningSums<T, 1> {
  LanesOf<T> sum{};

  // Of the first `lanes` numbers; to the other lanes it adds 0.
  template <std::size_t lanes>
  void add_products(const T* a, const T* b) {
    LanesOf<T> x{}, y{};
    std::memcpy(&x, a, lanes * sizeof(T));
    std::memcpy(&y, b, lanes * sizeof(T));
    sum += x * y;
  }

  RunningSums& operator+=(const RunningSums& other) {
    sum += other.sum;
    return *this;
  }

  template <std::size_t>
  auto& head() {
    return *this;
  }

  LanesOf<T> total() { return sum; }
};

template <typename T>
inline T dot(const T* a, const T* b, std::size_t n) {
  constexpr std::size_t n_registers = 256 / kVectorBytes;
  constexpr std::size_t step = n_registers * kLanesOf<T>;
  constexpr std::size_t tail = 32 / sizeof(T);
  constexpr std::size_t tail_registers = std::max<std::size_t>(1, tail / kLanesOf<T>);
  RunningSums<T, n_registers> sums;
  std::size_t at = 0;
  for (; at + step <= n; at += step) sums.template add_products<kLanesOf<T>>(a + at, b + at);
  for (; at + tail <= n; at += tail) {
    sums.template head<tail_registers>().template add_products<tail / tail_registers>(a + at,
                                                                                      b + at);
  }
  T sum = sum_lanes<T>(sums.total())[0];
  for (; at < n; ++at) sum += a[at] * b[at];
  return sum;
}

}  // namespace astonish::internal::linear_algebra
