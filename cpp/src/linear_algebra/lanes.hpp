// As many numbers as a vector register holds, as one value.
//
// Compilers put a short array of running sums into scalars as soon as they unroll the loop over it.
// A value of this type stays in its register. Every operation works lane by lane and rounds as on
// single numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace astonish::internal::linear_algebra {

#if defined(__AVX512F__)
inline constexpr std::size_t kVectorBytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t kVectorBytes = 32;
#else
inline constexpr std::size_t kVectorBytes = 16;
#endif

#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr std::size_t kVectorRegisters = 32;
#else
inline constexpr std::size_t kVectorRegisters = 16;
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

// The larger of two numbers, lane by lane; b where a is NaN.
template <typename T>
LanesOf<T> larger_lanes(const LanesOf<T>& a, const LanesOf<T>& b) {
  return a > b ? a : b;
}
#else
template <typename T>
struct LanesOf {
  T values[kLanesOf<T>];

  T operator[](std::size_t lane) const { return values[lane]; }
  T& operator[](std::size_t lane) { return values[lane]; }
  LanesOf& operator+=(const LanesOf& other) {
    for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) values[lane] += other.values[lane];
    return *this;
  }
  LanesOf& operator-=(const LanesOf& other) {
    for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) values[lane] -= other.values[lane];
    return *this;
  }
  LanesOf& operator*=(const LanesOf& other) {
    for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) values[lane] *= other.values[lane];
    return *this;
  }
  LanesOf& operator/=(const LanesOf& other) {
    for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) values[lane] /= other.values[lane];
    return *this;
  }
  friend LanesOf operator+(LanesOf a, const LanesOf& b) { return a += b; }
  friend LanesOf operator-(LanesOf a, const LanesOf& b) { return a -= b; }
  friend LanesOf operator*(LanesOf a, const LanesOf& b) { return a *= b; }
  friend LanesOf operator/(LanesOf a, const LanesOf& b) { return a /= b; }
  friend LanesOf operator-(T number, LanesOf lanes) {
    for (T& value : lanes.values) value = number - value;
    return lanes;
  }
  friend LanesOf operator*(T factor, const LanesOf& lanes) { return lanes * factor; }
  friend LanesOf operator*(LanesOf lanes, T factor) {
    for (T& value : lanes.values) value *= factor;
    return lanes;
  }
};

template <typename T>
LanesOf<T> larger_lanes(LanesOf<T> a, const LanesOf<T>& b) {
  for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) {
    a.values[lane] = a.values[lane] > b.values[lane] ? a.values[lane] : b.values[lane];
  }
  return a;
}
#endif

inline constexpr std::size_t kLanes = kLanesOf<double>;
using Lanes = LanesOf<double>;

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

// The same number in every lane.
template <typename T>
LanesOf<T> all_lanes(T value) {
  LanesOf<T> lanes;
  for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) lanes[lane] = value;
  return lanes;
}

// Lane k of the result is lane k ^ distance.
template <typename T, std::size_t distance, std::size_t... lane>
LanesOf<T> exchanged(const LanesOf<T>& lanes, std::index_sequence<lane...>) {
#if defined(__clang__)
  return __builtin_shufflevector(lanes, lanes, (lane ^ distance)...);
#elif defined(__GNUC__)
  using Index = std::conditional_t<sizeof(T) == sizeof(std::int32_t), std::int32_t, std::int64_t>;
  return __builtin_shuffle(lanes, LanesOf<Index>{static_cast<Index>(lane ^ distance)...});
#else
  return {{lanes[lane ^ distance]...}};
#endif
}

// The sum of all lanes in every lane, to the same bits in each: pairs are added, then pairs of
// them.
template <typename T, std::size_t distance = kLanesOf<T> / 2>
LanesOf<T> sum_lanes(LanesOf<T> lanes) {
  lanes += exchanged<T, distance>(lanes, std::make_index_sequence<kLanesOf<T>>{});
  if constexpr (distance > 1) {
    return sum_lanes<T, distance / 2>(lanes);
  } else {
    return lanes;
  }
}

}  // namespace astonish::internal::linear_algebra
