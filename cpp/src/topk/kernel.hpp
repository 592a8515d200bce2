// The innermost product of topk: a few items against a panel of queries, in registers.
//
// A panel holds its queries factor by factor, so one vector register takes one factor of 4 to 16
// queries; an item's factor is broadcast. Items are therefore read where they lie, row by row, and
// a query's threshold stands in a lane: whether any score beats it is asked before a score leaves
// its register. kGroup x kPanelVectors running sums hide the latency of an addition and fit the
// register file.
//
// Source: Goto, van de Geijn: Anatomy of high-performance matrix multiplication. ACM TOMS 34(3),
// 2008; here the result is consumed and not stored.
#pragma once

#include <cstddef>
#include <limits>

#include "linear_algebra/lanes.hpp"

namespace astonish::internal::topk {

using linear_algebra::all_lanes;
using linear_algebra::kLanesOf;
using linear_algebra::LanesOf;
using linear_algebra::larger_lanes;
using linear_algebra::load_lanes;
using linear_algebra::store_lanes;

inline constexpr std::size_t kGroup = linear_algebra::kVectorRegisters == 32 ? 8 : 6;
inline constexpr std::size_t kPanelVectors = linear_algebra::kVectorRegisters == 32 ? 3 : 2;

using FloatLanes = LanesOf<float>;
inline constexpr std::size_t kFloatLanes = kLanesOf<float>;
inline constexpr std::size_t kPanelWidth = kPanelVectors * kFloatLanes;

// kGroup items: their rows and what is added to their scores.
struct ItemGroup {
  const float* rows[kGroup];
  float bias[kGroup];
};

// The scores of a group, one row an item, and the lanes that hold one above their threshold.
struct GroupScores {
  float of_item[kGroup][kPanelWidth];
  alignas(64) unsigned char above[kPanelWidth] = {};
};

// The running sums of a group for `vectors` vectors of queries.
template <std::size_t vectors>
class GroupSums {
 public:
  explicit GroupSums(const float* bias) {
    for_each([&](std::size_t i, std::size_t v) { sums_[i][v] = all_lanes(bias[i]); });
  }

  void add_factor(const float* queries, const float* const* rows, std::size_t f) {
    FloatLanes factors[vectors];
#pragma GCC unroll 3
    for (std::size_t v = 0; v < vectors; ++v) factors[v] = load_lanes(queries + v * kFloatLanes);
    for_each([&](std::size_t i, std::size_t v) { sums_[i][v] += factors[v] * rows[i][f]; });
  }

  // Of each lane; NaN counts as nothing.
  void write_largest(float* largest) const {
    FloatLanes of_lane[vectors];
#pragma GCC unroll 3
    for (auto& each : of_lane) each = all_lanes(-std::numeric_limits<float>::infinity());
    for_each([&](std::size_t i, std::size_t v) {
      of_lane[v] = larger_lanes<float>(sums_[i][v], of_lane[v]);
    });
#pragma GCC unroll 3
    for (std::size_t v = 0; v < vectors; ++v) {
      store_lanes<float>(of_lane[v], largest + v * kFloatLanes);
    }
  }

  void write(float (*scores)[kPanelWidth]) const {
    for_each([&](std::size_t i, std::size_t v) {
      store_lanes<float>(sums_[i][v], scores[i] + v * kFloatLanes);
    });
  }

 private:
  // Unrolled, so that every sum has a register of its own.
  template <typename Body>
  static void for_each(Body body) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kGroup; ++i) {
#pragma GCC unroll 3
      for (std::size_t v = 0; v < vectors; ++v) body(i, v);
    }
  }

  FloatLanes sums_[kGroup][vectors];
};

// Sets above[lane] for `n` lanes; returns whether any is set.
template <std::size_t n>
bool compare(const float* scores, const float* thresholds, unsigned char* above) {
  for (std::size_t lane = 0; lane < n; ++lane) {
    above[lane] = static_cast<unsigned char>(scores[lane] > thresholds[lane]);
  }
  unsigned char any = 0;
  for (std::size_t lane = 0; lane < n; ++lane) any |= above[lane];
  return any != 0;
}

// Scores a group for the queries of `panel`, which holds `vectors` vectors a factor. Returns
// whether a score beats its query's threshold; only then `scores` is complete.
template <std::size_t vectors>
bool score_group(const float* panel, std::size_t n_factors, const ItemGroup& items,
                 const float* thresholds, GroupScores& scores) {
  constexpr std::size_t width = vectors * kFloatLanes;
  GroupSums<vectors> sums(items.bias);
  for (std::size_t f = 0; f < n_factors; ++f) sums.add_factor(panel + f * width, items.rows, f);
  float largest[width];
  sums.write_largest(largest);
  if (!compare<width>(largest, thresholds, scores.above)) return false;
  sums.write(scores.of_item);
  return true;
}

}  // namespace astonish::internal::topk
