// The second stage of topk: the candidates' own scores decide, and a bound proves them complete.
//
// A matrix product rounds differently with the shape of its blocks; `dot` does not. So what a query
// is answered depends on that query alone: not on its neighbours, the tiles or the threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "astonish/parallel.hpp"
#include "dot.hpp"
#include "topk_exclude.hpp"
#include "topk_problem.hpp"
#include "topk_select.hpp"

namespace astonish {

// The Euclidean norm, in float64 so that squares of float32 neither overflow nor vanish.
template <typename T>
double norm(std::span<const T> row) {
  constexpr std::size_t lanes = 16;
  double sums[lanes] = {};
  std::size_t at = 0;
  for (; at + lanes <= row.size(); at += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const auto value = static_cast<double>(row[at + lane]);
      sums[lane] += value * value;
    }
  }
  for (; at < row.size(); ++at) {
    sums[0] += static_cast<double>(row[at]) * static_cast<double>(row[at]);
  }
  return std::sqrt(std::accumulate(sums, sums + lanes, 0.0));
}

// Bounds |score of the search - score by dot|, infinity when float32 overflows (Higham: Accuracy
// and stability of numerical algorithms, 2002, section 3.1): n_factors products and additions and
// the rounding of each input, once in float32 and once in T.
class RoundingBound {
 public:
  template <typename T, typename Offset>
  RoundingBound(const Problem<T, Offset>& problem, int n_threads)
      : unit_(static_cast<double>(problem.items.cols + 8) *
              (kFloatUnit + static_cast<double>(std::numeric_limits<T>::epsilon()) / 2)),
        item_norm_(largest_norm(problem.items, n_threads)) {
    for (const T bias : problem.item_bias) {
      const bool listable = bias != -std::numeric_limits<T>::infinity();
      if (listable) bias_ = std::max(bias_, std::abs(static_cast<double>(bias)));
    }
  }

  template <typename T>
  [[nodiscard]] double of(std::span<const T> query) const {
    const double query_norm = norm(query);
    const double largest_score = query_norm * item_norm_ + bias_;
    const bool fits = query_norm < kOverflow && item_norm_ < kOverflow && largest_score < kOverflow;
    if (!fits) return std::numeric_limits<double>::infinity();
    return unit_ * (largest_score + kUnderflow * (query_norm + item_norm_ + 1.0));
  }

 private:
  static constexpr std::size_t kRowsPerChunk = 4096;
  static constexpr double kFloatUnit = 0x1.0p-24;
  static constexpr double kOverflow = 1e38;  // beyond it float32 may have none of the answers
  // What vanishes below float32's smallest normal number, 2^-126, as a multiple of its unit.
  static constexpr double kUnderflow = 0x1.0p-102;

  template <typename T>
  static double largest_norm(MatrixView<const T> items, int n_threads) {
    std::vector<double> largest(items.rows / kRowsPerChunk + 1);
    parallel_for(items.rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
      double& chunk = largest[begin / kRowsPerChunk];
      for (std::size_t item = begin; item < end; ++item) {
        chunk = std::max(chunk, norm(items.row(item)));
      }
    });
    return *std::max_element(largest.begin(), largest.end());
  }

  double unit_;
  double item_norm_;
  double bias_ = 0.0;
};

template <typename T, typename Offset>
class Decision {
 public:
  Decision(const Problem<T, Offset>& problem, const RoundingBound& bound)
      : problem_(problem), bound_(bound), exclusions_(problem.items.rows, kTile) {}

  // The n best items of a query, best first; valid until the next call.
  std::span<const Candidate<T>> decide(std::size_t query, TopkSelector<float>& proposed) {
    const double bound = bound_.of(problem_.queries.row(query));
    if (!std::isfinite(bound)) return scan(query);
    exact_.clear();
    for (const auto& candidate : proposed.best()) {
      exact_.push_back({score(query, candidate.item), candidate.item});
    }
    std::sort(exact_.begin(), exact_.end());
    const double outside = static_cast<double>(proposed.threshold()) + bound;
    const bool nothing_outside = std::isinf(outside) || exact_.size() == problem_.items.rows;
    if (nothing_outside || static_cast<double>(exact_[problem_.n - 1].score) > outside) {
      return exact_;
    }
    return scan(query);
  }

 private:
  [[nodiscard]] T score(std::size_t query, std::int32_t item) const {
    const auto row = static_cast<std::size_t>(item);
    return problem_.bias(row) + dot(problem_.queries.row(query).data(),
                                    problem_.items.row(row).data(), problem_.items.cols);
  }

  std::span<const Candidate<T>> scan(std::size_t query) {
    selector_.reset(problem_.n);
    if (problem_.exclude != nullptr) exclusions_.assign(*problem_.exclude, query, query + 1);
    for (std::size_t first = 0; first < problem_.items.rows; first += kTile) {
      scores_.resize(std::min(kTile, problem_.items.rows - first));
      for (std::size_t j = 0; j < scores_.size(); ++j) {
        scores_[j] = score(query, static_cast<std::int32_t>(first + j));
      }
      for (const auto& excluded : exclusions_.of_tile(first / kTile)) {
        scores_[static_cast<std::size_t>(excluded.item) - first] =
            -std::numeric_limits<T>::infinity();
      }
      selector_.offer(scores_, static_cast<std::int32_t>(first));
    }
    return selector_.best();
  }

  const Problem<T, Offset>& problem_;
  const RoundingBound& bound_;
  TileExclusions exclusions_;
  TopkSelector<T> selector_;
  std::vector<Candidate<T>> exact_;
  std::vector<T> scores_;
};

}  // namespace astonish
