// The second stage of topk: the candidates' own scores decide, and a bound proves them complete.
//
// A matrix product rounds differently with the shape of its blocks; `dot` does not. So what a query
// is answered depends on that query alone: not on its neighbours, the tiles or the threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

#include "exclude.hpp"
#include "linear_algebra/dot.hpp"
#include "problem.hpp"
#include "search.hpp"
#include "select.hpp"

namespace astonish::internal::topk {

using linear_algebra::dot;

// Bounds |score of the search - score by dot|: infinity when float32 overflows, 0 when the search
// is exact (Higham: Accuracy and stability of numerical algorithms, 2002, section 3.1): n_factors
// products and additions and the rounding of each input, once in float32 and once in T.
template <typename T>
class RoundingBound {
 public:
  RoundingBound(std::size_t n_factors, const ItemSizes& items)
      : unit_(static_cast<double>(n_factors + 8) *
              (kFloatUnit + static_cast<double>(std::numeric_limits<T>::epsilon()) / 2)),
        items_(items) {}

  [[nodiscard]] double of(std::span<const T> query) const {
    const double query_norm = norm(query);
    const double largest_score = query_norm * items_.norm + items_.bias;
    const bool fits =
        query_norm < kOverflow && items_.norm < kOverflow && largest_score < kOverflow;
    if (!fits) return std::numeric_limits<double>::infinity();
    if (query_norm == 0.0 && scores_by_bias(query)) return 0.0;
    return unit_ * (largest_score + kUnderflow * (query_norm + items_.norm + 1.0));
  }

 private:
  static constexpr double kFloatUnit = 0x1.0p-24;
  static constexpr double kOverflow = 1e38;  // beyond it float32 may have none of the answers
  // What vanishes below float32's smallest normal number, 2^-126, as a multiple of its unit.
  static constexpr double kUnderflow = 0x1.0p-102;

  // A query of zeros, such as that of a user without ratings, leaves the bias.
  [[nodiscard]] bool scores_by_bias(std::span<const T> query) const {
    const bool is_float32 = std::is_same_v<T, float> || items_.bias == 0.0;
    return is_float32 && std::ranges::all_of(query, [](T value) { return value == T{0}; });
  }

  // In float64 so that squares of float32 neither overflow nor vanish.
  static double norm(std::span<const T> row) {
    return std::sqrt(std::transform_reduce(row.begin(), row.end(), 0.0, std::plus<>(), [](T value) {
      return static_cast<double>(value) * static_cast<double>(value);
    }));
  }

  double unit_;
  ItemSizes items_;
};

template <typename T>
class Decision {
 public:
  // `slices` hold what was found among all items for the queries from `first_query` on.
  Decision(const Problem<T>& problem, std::span<Found> slices, std::size_t first_query)
      : problem_(problem),
        slices_(slices),
        first_query_(first_query),
        bound_(problem.items.cols, sizes_of(slices)),
        selector_(problem.n) {}

  // The n best items of a query, best first, and perhaps others after them; valid until the next
  // call.
  std::span<const Candidate<T>> decide(std::size_t query) {
    const double bound = bound_.of(problem_.queries.row(query));
    if (!std::isfinite(bound)) return scan(query);
    const auto outside = static_cast<double>(gather(query));
    const bool nothing_outside = std::isinf(outside) || best_.size() == problem_.items.rows;
    if (bound == 0.0 || nothing_outside) return best_;
    const auto last = static_cast<double>(best_[problem_.n - 1].score);
    return last > outside + bound ? std::span<const Candidate<T>>(best_) : scan(query);
  }

 private:
  static ItemSizes sizes_of(std::span<const Found> slices) {
    ItemSizes sizes;
    for (const Found& slice : slices) sizes.include(slice.sizes);
    return sizes;
  }

  // Lets the candidates' own scores order them; returns what no other item's float32 score beats.
  float gather(std::size_t query) {
    float outside = -std::numeric_limits<float>::infinity();
    best_.clear();
    for (Found& slice : slices_) {
      auto& proposed = slice.of_query[query - first_query_];
      for (const auto& candidate : proposed.best()) {
        best_.push_back({score(query, candidate.item), candidate.item});
      }
      outside = std::max(outside, proposed.threshold());
    }
    std::sort(best_.begin(), best_.end());
    return outside;
  }

  [[nodiscard]] T score(std::size_t query, std::int32_t item) const {
    const auto row = static_cast<std::size_t>(item);
    return problem_.bias(row) + dot(problem_.queries.row(query).data(),
                                    problem_.items.row(row).data(), problem_.items.cols);
  }

  std::span<const Candidate<T>> scan(std::size_t query) {
    constexpr std::size_t kTile = 512;
    const Range items{0, problem_.items.rows};
    TileExclusions exclusions(problem_.exclude, {query, query + 1}, items, kTile);
    selector_.clear();
    for (std::size_t first = 0; first < items.end; first += kTile) {
      exclusions.enter(first);
      const Range tile{first, std::min(first + kTile, items.end)};
      scan_tile(query, tile, exclusions);
    }
    const auto best = selector_.best();
    best_.assign(best.begin(), best.end());
    std::sort(best_.begin(), best_.end());
    return best_;
  }

  void scan_tile(std::size_t query, Range tile, const TileExclusions& exclusions) {
    constexpr std::size_t kStride = TopkSelector<T>::kStride;
    T scores[kStride];
    for (std::size_t first = tile.begin; first < tile.end; first += kStride) {
      const std::size_t count = std::min(kStride, tile.end - first);
      for (std::size_t j = 0; j < count; ++j) {
        const bool excluded = exclusions.any() && exclusions.holds(0, first + j - tile.begin);
        scores[j] = excluded ? -std::numeric_limits<T>::infinity()
                             : score(query, static_cast<std::int32_t>(first + j));
      }
      selector_.offer(scores, 1, count, static_cast<std::int32_t>(first));
    }
  }

  const Problem<T>& problem_;
  std::span<Found> slices_;
  std::size_t first_query_;
  RoundingBound<T> bound_;
  TopkSelector<T> selector_;
  std::vector<Candidate<T>> best_;
};

}  // namespace astonish::internal::topk
