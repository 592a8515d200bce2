// As many numbers as a vector register holds, as one value.
//
// Compilers put a short array of running sums into scalars as soon as they unroll the loop over it.
// A value of this type stays in its register. Every operation works lane by lane and rounds as on
// single numbers.
#pragma once

#include <cstddef>
#include <cstring>

namespace astonish {

#if defined(__AVX512F__)
inline constexpr std::size_t kVectorBytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t kVectorBytes = 32;
#else
inline constexpr std::size_t kVectorBytes = 16;
#endif

template <typename T>
inline constexpr std::size_t kLanesOf = kVectorBytes / sizeof(T);

#if defined(__GNUC__) || defined(__clang__)
template <typename T>
struct LanesType {
  using Type __attribute__((vector_size(kVectorBytes))) = T;
};
template <typename T>
using LanesOf = typename LanesType<T>::Type;
#else
template <typename T>
struct LanesOf {
  T values[kLanesOf<T>];

  T operator[](std::size_t lane) const { return values[lane]; }
  LanesOf& operator+=(const LanesOf& other) {
    for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) values[lane] += other.values[lane];
    return *this;
  }
  LanesOf& operator-=(const LanesOf& other) {
    for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) values[lane] -= other.values[lane];
    return *this;
  }
  friend LanesOf operator*(LanesOf lanes, T factor) {
    for (T& value : lanes.values) value *= factor;
    return lanes;
  }
  friend LanesOf operator*(LanesOf lanes, const LanesOf& other) {
    for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) lanes.values[lane] *= other.values[lane];
    return lanes;
  }
};
#endif

template <typename T>
LanesOf<T> load_lanes(const T* from) {
  LanesOf<T> lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

template <typename T>
void store_lanes(const LanesOf<T>& lanes, T* to) {
  std::memcpy(to, &lanes, sizeof(lanes));
}

inline constexpr std::size_t kLanes = kLanesOf<double>;
using Lanes = LanesOf<double>;

}  // namespace astonish
