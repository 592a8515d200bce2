// The first stage of topk: candidates from matrix products in float32.
//
// A block of queries meets one tile of items after another. The tile's scores are compared with
// the queries' thresholds in registers; what beats them is offered to the query's selector.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "exclude.hpp"
#include "kernel.hpp"
#include "linear_algebra/prefetch.hpp"
#include "panels.hpp"
#include "problem.hpp"
#include "select.hpp"
#include "tile.hpp"

namespace astonish::internal::topk {

using linear_algebra::prefetch_row;

// What a search among some items found for a block of queries.
struct Found {
  std::vector<TopkSelector<float>> of_query;
  ItemSizes sizes;
};

template <typename T>
class BlockSearch {
 public:
  BlockSearch(const Problem<T>& problem, std::size_t n_candidates, Range queries, Range items)
      : problem_(problem),
        items_(items),
        tile_rows_(ItemTile<T>::rows_for(problem.items.cols)),
        panels_(problem.queries, queries),
        exclusions_(problem.exclude, queries, items, tile_rows_),
        selectors_(queries.size(), TopkSelector<float>(n_candidates)) {}

  Found run() && {
    for (std::size_t first = items_.begin; first < items_.end; first += tile_rows_) {
      const Range tile{first, std::min(first + tile_rows_, items_.end)};
      tile_.assign(problem_, tile);
      exclusions_.enter(first);
      for (std::size_t panel = 0; panel < panels_.n_panels(); ++panel) meet(panel, tile);
    }
    return {std::move(selectors_), tile_.sizes()};
  }

 private:
  void meet(std::size_t panel, Range tile) {
    switch (panels_.n_vectors(panel)) {
      case 1:
        return meet_vectors<1>(panel, tile);
      case 2:
        return meet_vectors<2>(panel, tile);
      default:
        return meet_vectors<kPanelVectors>(panel, tile);
    }
  }

  template <std::size_t vectors>
  void meet_vectors(std::size_t panel, Range tile) {
    const float* factors = panels_.factors(panel);
    const float* thresholds = panels_.thresholds(panel);
    for (std::size_t g = 0; g < tile_.groups().size(); ++g) {
      const ItemGroup& group = tile_.groups()[g];
      // Memory brings the group at this index of the next tile while this one is scored.
      if (panel == 0) {
        const std::span<const T> next = rows_from(tile.end + g * kGroup);
        prefetch_row(next.data(), next.size());
      }
      if (score_group<vectors>(factors, problem_.items.cols, group, thresholds, scores_)) {
        take(panel, tile, g * kGroup);
      }
    }
  }

  [[nodiscard]] std::span<const T> rows_from(std::size_t item) const {
    const std::size_t begin = std::min(item, items_.end);
    const std::size_t end = std::min(begin + kGroup, items_.end);
    const std::size_t width = problem_.items.cols;
    return {problem_.items.data + begin * width, (end - begin) * width};
  }

  // Offers the scores of the group that begins at `index` of the tile to the queries of a panel.
  void take(std::size_t panel, Range tile, std::size_t index) {
    constexpr std::size_t kFew = 4;  // lanes to skip together; every vector has as many
    for (std::size_t first = 0; first < panels_.n_queries(panel); first += kFew) {
      std::uint32_t any;
      std::memcpy(&any, scores_.above + first, kFew);
      if (any == 0) continue;
      for (std::size_t lane = first; lane < first + kFew; ++lane) {
        if (scores_.above[lane] != 0) offer(panel, lane, tile, index);
      }
    }
  }

  void offer(std::size_t panel, std::size_t lane, Range tile, std::size_t index) {
    const std::size_t count = std::min(kGroup, tile.size() - index);
    const std::size_t row = panel * kPanelWidth + lane;
    if (exclusions_.any()) strike_out(row, lane, index, count);
    selectors_[row].offer(&scores_.of_item[0][lane], kPanelWidth, count,
                          static_cast<std::int32_t>(tile.begin + index));
    panels_.thresholds(panel)[lane] = selectors_[row].threshold();
  }

  void strike_out(std::size_t row, std::size_t lane, std::size_t index, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (exclusions_.holds(row, index + i)) {
        scores_.of_item[i][lane] = -std::numeric_limits<float>::infinity();
      }
    }
  }

  const Problem<T>& problem_;
  Range items_;
  std::size_t tile_rows_;
  QueryPanels panels_;
  TileExclusions exclusions_;
  std::vector<TopkSelector<float>> selectors_;
  ItemTile<T> tile_;
  GroupScores scores_;
};

}  // namespace astonish::internal::topk
