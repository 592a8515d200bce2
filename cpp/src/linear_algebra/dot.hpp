// The inner product as the hardware likes it.
//
// One running sum waits for each addition to finish. `lanes` sums run side by side and are folded
// pairwise at the end: the compiler turns them into vector registers without being allowed to
// reorder anything, so the result is the same on every CPU that rounds alike. FMA, where the
// variant has it, changes the last bits.
#pragma once

#include <cstddef>

namespace astonish::internal::linear_algebra {

template <std::size_t lanes, typename T>
inline std::size_t add_products(const T* a, const T* b, std::size_t n, std::size_t begin, T* sums) {
  for (; begin + lanes <= n; begin += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      sums[lane] += a[begin + lane] * b[begin + lane];
    }
  }
  return begin;
}

template <std::size_t from, std::size_t to, typename T>
inline void fold(T* sums) {
  for (std::size_t half = from / 2; half >= to; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
}

template <typename T>
inline T dot(const T* a, const T* b, std::size_t n) {
  constexpr std::size_t lanes = 256 / sizeof(T);  // four 64-byte vectors
  constexpr std::size_t few = 32 / sizeof(T);
  T sums[lanes] = {};
  std::size_t at = add_products<lanes>(a, b, n, 0, sums);
  at = add_products<few>(a, b, n, at, sums);
  if (n >= lanes) fold<lanes, few>(sums);
  fold<few, 1>(sums);
  T sum = sums[0];
  for (; at < n; ++at) sum += a[at] * b[at];
  return sum;
}

}  // namespace astonish::internal::linear_algebra
