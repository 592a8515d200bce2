// The ratings of some columns, listed by the row that gave them.
//
// A walk over rows in the order of falling similarity reads them and fills the columns. A column
// with many ratings is full after few rows, so columns are numbered anew, as slots, from the fewest
// ratings to the most: full slots gather at the end, where a walk may cut off every list.
//
// Cost: O(ratings of the columns + rows + columns * log(columns)) of time, O(the same ratings +
// rows) of memory. Lists are built once and then only read, by any number of threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "neighbor_options.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::neighbors {

struct RaterList {
  std::span<const std::int32_t> slots;   // ascending
  std::span<const std::size_t> indices;  // in their columns; empty where all columns are ordered
  std::span<const double> deviations;    // of the rating from the centers
};

class RaterLists {
 public:
  RaterLists(const ratings::WideCsr& by_col, std::span<const std::int32_t> cols,
             const NeighborOptions& options)
      : index_of_slot_(cols.size()), offsets_(by_col.n_cols + 1) {
    const auto raters_of = [&](std::size_t index) {
      return by_col.row_indices(static_cast<std::size_t>(cols[index]));
    };
    std::iota(index_of_slot_.begin(), index_of_slot_.end(), std::size_t{0});
    std::stable_sort(
        index_of_slot_.begin(), index_of_slot_.end(),
        [&](std::size_t a, std::size_t b) { return raters_of(a).size() < raters_of(b).size(); });
    for (const std::size_t index : index_of_slot_) count(raters_of(index));
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
    resize(offsets_.back());
    std::vector<std::size_t> ends(offsets_.begin(), offsets_.end() - 1);
    for (std::size_t slot = 0; slot < cols.size(); ++slot)
      append(by_col, static_cast<std::size_t>(cols[index_of_slot_[slot]]), slot, options, ends);
    for (std::size_t row = 0; row < by_col.n_cols; ++row)
      if (offsets_[row] < offsets_[row + 1]) raters_.push_back(static_cast<std::int32_t>(row));
  }

  // The column of a slot, as an index of `cols`.
  [[nodiscard]] std::span<const std::size_t> index_of_slot() const { return index_of_slot_; }
  // The rows that have a list, ascending.
  [[nodiscard]] std::span<const std::int32_t> raters() const { return raters_; }
  // Whether the ratings of every column are ordered by row.
  [[nodiscard]] bool are_ordered() const { return are_ordered_; }

  [[nodiscard]] RaterList operator[](std::size_t row) const {
    const std::size_t begin = offsets_[row];
    const std::size_t length = offsets_[row + 1] - begin;
    RaterList list{std::span(slots_).subspan(begin, length),
                   {},
                   std::span(deviations_).subspan(begin, length)};
    if (!are_ordered_) list.indices = std::span(indices_).subspan(begin, length);
    return list;
  }

 private:
  void count(std::span<const std::int32_t> raters) {
    are_ordered_ = are_ordered_ && std::is_sorted(raters.begin(), raters.end());
    for (const std::int32_t row : raters) ++offsets_[static_cast<std::size_t>(row) + 1];
  }

  void resize(std::size_t n_ratings) {
    slots_.resize(n_ratings);
    if (!are_ordered_) indices_.resize(n_ratings);
    deviations_.resize(n_ratings);
  }

  void append(const ratings::WideCsr& by_col, std::size_t col, std::size_t slot,
              const NeighborOptions& options, std::vector<std::size_t>& ends) {
    const auto raters = by_col.row_indices(col);
    const auto ratings = by_col.row_values(col);
    const double col_center = at_or(options.col_centers, col, 0.0);
    for (std::size_t index = 0; index < raters.size(); ++index) {
      const auto row = static_cast<std::size_t>(raters[index]);
      const std::size_t end = ends[row]++;
      slots_[end] = static_cast<std::int32_t>(slot);
      if (!are_ordered_) indices_[end] = index;
      deviations_[end] = ratings[index] - (at_or(options.row_centers, row, 0.0) + col_center);
    }
  }

  std::vector<std::size_t> index_of_slot_;
  std::vector<std::size_t> offsets_;  // of the lists, by row
  std::vector<std::int32_t> slots_;
  std::vector<std::size_t> indices_;
  std::vector<double> deviations_;
  std::vector<std::int32_t> raters_;
  bool are_ordered_ = true;
};

}  // namespace astonish::internal::neighbors
