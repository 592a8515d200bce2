// A tile of items in float32, cut into the groups that topk's kernel takes.
//
// float32 rows are borrowed, float64 rows converted a tile at a time, so no float32 copy of the
// factors exists. On the way the largest norm and bias are noted: the bound on rounding needs them,
// and here they are in cache.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "kernel.hpp"
#include "problem.hpp"

namespace astonish::internal::topk {

using linear_algebra::larger_lanes;
using linear_algebra::load_lanes;

// Bounds over all items that were looked at.
struct ItemSizes {
  double norm = 0.0;
  double bias = 0.0;

  void include(const ItemSizes& other) {
    norm = std::max(norm, other.norm);
    bias = std::max(bias, other.bias);
  }
};

// An upper bound of the Euclidean norms of a group: the largest sum of squares of each lane, added
// up. One fold for all rows; at most sqrt(kGroup) too large, in practice a third. Infinity where a
// square overflows; rows of NaN, which nothing lists, do not count.
inline double norm_bound(const ItemGroup& group, std::size_t n) {
  FloatLanes largest = {};
  float largest_rest = 0.0F;
  for (const float* row : group.rows) {
    FloatLanes sums = {};
    std::size_t at = 0;
    for (; at + kFloatLanes <= n; at += kFloatLanes) {
      const FloatLanes values = load_lanes(row + at);
      sums += values * values;
    }
    float rest = 0.0F;
    for (; at < n; ++at) rest += row[at] * row[at];
    largest = larger_lanes<float>(sums, largest);
    largest_rest = std::max(largest_rest, rest);
  }
  auto sum = static_cast<double>(largest_rest);
  for (std::size_t lane = 0; lane < kFloatLanes; ++lane) sum += static_cast<double>(largest[lane]);
  const auto length = static_cast<double>(n);
  // What n roundings may have taken away, and what vanished below 2^-149.
  return std::sqrt(sum * (1.0 + length * 0x1.0p-23) + length * 0x1.0p-149);
}

template <typename T>
class ItemTile {
 public:
  // As many items as stay in the second-level cache beside a block of queries.
  static std::size_t rows_for(std::size_t n_factors) {
    constexpr std::size_t kFloats = 32768;
    constexpr std::size_t kMultiple = 24;  // of every kGroup
    const std::size_t rows = kFloats / std::max<std::size_t>(n_factors, 1);
    return std::clamp<std::size_t>(rows, 48, 504) / kMultiple * kMultiple;
  }

  void assign(const Problem<T>& problem, Range items) {
    const std::size_t width = problem.items.cols;
    const float* rows = as_float(problem.items.row(items.begin).data(), items.size() * width);
    groups_.resize((items.size() + kGroup - 1) / kGroup);
    for (std::size_t index = 0; index < groups_.size() * kGroup; ++index) {
      // The last group is filled up with the last item.
      const std::size_t item = std::min(index, items.size() - 1);
      groups_[index / kGroup].rows[index % kGroup] = rows + item * width;
      groups_[index / kGroup].bias[index % kGroup] = bias(problem, items.begin + item);
    }
    for (const ItemGroup& group : groups_) {
      sizes_.norm = std::max(sizes_.norm, norm_bound(group, width));
    }
  }

  [[nodiscard]] const std::vector<ItemGroup>& groups() const { return groups_; }
  [[nodiscard]] const ItemSizes& sizes() const { return sizes_; }

 private:
  const float* as_float(const float* values, std::size_t /*n*/) { return values; }
  const float* as_float(const double* values, std::size_t n) {
    converted_.resize(n);
    std::transform(values, values + n, converted_.begin(),
                   [](double value) { return static_cast<float>(value); });
    return converted_.data();
  }

  float bias(const Problem<T>& problem, std::size_t item) {
    const T value = problem.bias(item);
    const bool listable = value != -std::numeric_limits<T>::infinity();
    if (listable) sizes_.bias = std::max(sizes_.bias, std::abs(static_cast<double>(value)));
    return static_cast<float>(value);
  }

  std::vector<ItemGroup> groups_;
  std::vector<float> converted_;
  ItemSizes sizes_;
};

}  // namespace astonish::internal::topk
