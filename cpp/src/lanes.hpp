// As many doubles as a vector register holds, as one value.
//
// Compilers put a short array of running sums into scalars as soon as they unroll the loop over it.
// A value of this type stays in its register. Every operation works lane by lane and rounds as on
// single doubles.
#pragma once

#include <cstddef>
#include <cstring>

namespace astonish {

#if defined(__AVX512F__)
inline constexpr std::size_t kLanes = 8;
#elif defined(__AVX__)
inline constexpr std::size_t kLanes = 4;
#else
inline constexpr std::size_t kLanes = 2;
#endif

#if defined(__GNUC__) || defined(__clang__)
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));
#else
struct Lanes {
  double values[kLanes];

  double operator[](std::size_t lane) const { return values[lane]; }
  Lanes& operator+=(const Lanes& other) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) values[lane] += other.values[lane];
    return *this;
  }
  friend Lanes operator*(Lanes lanes, double factor) {
    for (double& value : lanes.values) value *= factor;
    return lanes;
  }
};
#endif

inline Lanes load_lanes(const double* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

}  // namespace astonish
