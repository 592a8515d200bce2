// Asks for memory before it is needed, where the compiler knows how.
#pragma once

#include <cstddef>

namespace astonish::internal::linear_algebra {

inline void prefetch(const void* address) {
#if defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(address);
#else
  static_cast<void>(address);
#endif
}

template <typename T>
void prefetch_row(const T* row, std::size_t n) {
  constexpr std::size_t per_line = 64 / sizeof(T);
  for (std::size_t at = 0; at < n; at += per_line) prefetch(row + at);
}

}  // namespace astonish::internal::linear_algebra
