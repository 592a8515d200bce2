// The excluded items of a block of queries, bucketed by tile of items.
//
// Exclusions come in any order (a user's ratings in the order they were made), tiles are visited
// from left to right. A counting sort by tile, once a block, costs O(exclusions) and lets each tile
// strike out exactly its own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "astonish/csr.hpp"

namespace astonish {

struct Exclusion {
  std::int32_t row;   // within the block of queries
  std::int32_t item;  // within all items
};

class TileExclusions {
 public:
  TileExclusions(std::size_t n_items, std::size_t tile)
      : tile_(tile), begins_(n_items / tile + 2) {}

  template <typename Offset>
  void assign(const CsrView<Offset>& exclude, std::size_t begin, std::size_t end) {
    std::fill(begins_.begin(), begins_.end(), std::size_t{0});
    for (std::size_t query = begin; query < end; ++query) {
      for (const std::int32_t item : exclude.row_indices(query)) ++begins_[tile_of(item) + 1];
    }
    for (std::size_t t = 1; t < begins_.size(); ++t) begins_[t] += begins_[t - 1];
    exclusions_.resize(begins_.back());
    next_.assign(begins_.begin(), begins_.end());
    for (std::size_t query = begin; query < end; ++query) {
      const auto row = static_cast<std::int32_t>(query - begin);
      for (const std::int32_t item : exclude.row_indices(query)) {
        exclusions_[next_[tile_of(item)]++] = {row, item};
      }
    }
  }

  [[nodiscard]] std::span<const Exclusion> of_tile(std::size_t tile) const {
    return std::span(exclusions_).subspan(begins_[tile], begins_[tile + 1] - begins_[tile]);
  }

 private:
  [[nodiscard]] std::size_t tile_of(std::int32_t item) const {
    return static_cast<std::size_t>(item) / tile_;
  }

  std::size_t tile_;
  std::vector<std::size_t> begins_;  // of each tile in exclusions_, and one end
  std::vector<std::size_t> next_;
  std::vector<Exclusion> exclusions_;
};

}  // namespace astonish
