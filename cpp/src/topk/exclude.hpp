// The excluded items of a block of queries, for one tile of items after the other.
//
// Exclusions come in any order (a user's ratings in the order they were made), tiles are visited
// from left to right. A counting sort by tile, once a block, costs O(exclusions); entering a tile
// marks its own in a bitmap, one row a query, which is asked only for scores that beat a threshold.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "astonish/csr.hpp"
#include "problem.hpp"

namespace astonish::internal::topk {

class TileExclusions {
 public:
  // Of the rows `queries` of `exclude`, and of the items `items` in tiles of `tile`.
  TileExclusions(const WideCsr* exclude, Range queries, Range items, std::size_t tile)
      : items_(items), tile_(tile), words_((tile + kBits - 1) / kBits) {
    if (exclude == nullptr) return;
    sort(*exclude, queries);
    marks_.resize(queries.size() * words_);
  }

  // `first` is the first item of a tile.
  void enter(std::size_t first) {
    if (sorted_.empty()) return;
    const std::size_t tile = (first - items_.begin) / tile_;
    std::fill(marks_.begin(), marks_.end(), std::uint64_t{0});
    for (std::size_t k = begins_[tile]; k < begins_[tile + 1]; ++k) {
      const std::size_t index = sorted_[k].item - first;
      marks_[sorted_[k].row * words_ + index / kBits] |= std::uint64_t{1} << index % kBits;
    }
  }

  [[nodiscard]] bool any() const { return !sorted_.empty(); }

  // Whether item `index` of the tile is excluded for the query of row `row` of the block.
  [[nodiscard]] bool holds(std::size_t row, std::size_t index) const {
    return (marks_[row * words_ + index / kBits] >> index % kBits & 1U) != 0;
  }

 private:
  struct Exclusion {
    std::uint32_t row;
    std::uint32_t item;
  };

  static constexpr std::size_t kBits = 64;

  void sort(const WideCsr& exclude, Range queries) {
    begins_.assign((items_.size() + tile_ - 1) / tile_ + 1, 0);
    for_each(exclude, queries, [&](Exclusion excluded) { ++begins_[tile_of(excluded) + 1]; });
    for (std::size_t t = 1; t < begins_.size(); ++t) begins_[t] += begins_[t - 1];
    sorted_.resize(begins_.back());
    std::vector<std::size_t> next = begins_;
    for_each(exclude, queries,
             [&](Exclusion excluded) { sorted_[next[tile_of(excluded)]++] = excluded; });
  }

  template <typename Visit>
  void for_each(const WideCsr& exclude, Range queries, Visit visit) const {
    for (std::size_t query = queries.begin; query < queries.end; ++query) {
      for (const std::int32_t index : exclude.row_indices(query)) {
        const auto item = static_cast<std::uint32_t>(index);
        if (item < items_.begin || item >= items_.end) continue;
        visit({static_cast<std::uint32_t>(query - queries.begin), item});
      }
    }
  }

  [[nodiscard]] std::size_t tile_of(Exclusion excluded) const {
    return (excluded.item - items_.begin) / tile_;
  }

  Range items_;
  std::size_t tile_;
  std::size_t words_;                // of a row of marks_
  std::vector<std::size_t> begins_;  // of each tile in sorted_, and one end
  std::vector<Exclusion> sorted_;
  std::vector<std::uint64_t> marks_;
};

}  // namespace astonish::internal::topk
