// Fills the columns of one row at a time: raters come in the order of falling similarity and add
// what they rated to the columns that lack neighbours.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "linear_algebra/prefetch.hpp"
#include "rater_lists.hpp"
#include "tied_ratings.hpp"

namespace astonish::internal::neighbors {

class NeighborWalk {
 public:
  NeighborWalk(const RaterLists& lists, std::size_t k, std::span<const double> scales)
      : lists_(lists),
        k_(static_cast<std::int32_t>(
            std::min<std::size_t>(k, std::numeric_limits<std::int32_t>::max()))),
        scales_(scales),
        counts_(lists.index_of_slot().size()),
        sums_(counts_.size()),
        tied_(counts_.size()) {}

  // Writes the means and the numbers of neighbours of all columns.
  void fill(std::span<const double> similarities, std::span<double> means,
            std::span<std::int32_t> counts) {
    begin(similarities);
    const bool ordered = lists_.are_ordered();
    for (std::size_t first = 0; first < order_.size() && n_open_ > 0;) {
      const std::size_t last = ordered ? first + 1 : end_of_tie(first);
      prefetch(last + kAhead);
      if (last - first == 1)
        add(order_[first]);
      else
        add_tied(std::span(order_).subspan(first, last - first));
      close();
      first = last;
    }
    finish(means, counts);
  }

 private:
  static constexpr std::size_t kAhead = 8;        // raters
  static constexpr std::size_t kPrefetched = 32;  // of the ratings of a list

  struct Rater {
    double similarity;
    std::int32_t row;
  };
  struct Sums {
    double weighted = 0.0, weights = 0.0;
  };

  // A walk reads the beginnings of lists all over memory.
  void prefetch(std::size_t next) const {
    if (next >= order_.size()) return;
    const RaterList list = lists_[static_cast<std::size_t>(order_[next].row)];
    linear_algebra::prefetch_row(list.slots.data(), std::min(list.slots.size(), kPrefetched));
    linear_algebra::prefetch_row(list.deviations.data(),
                                 std::min(list.deviations.size(), kPrefetched));
  }

  void begin(std::span<const double> similarities) {
    order_.clear();
    for (const std::int32_t row : lists_.raters()) {
      const double similarity = similarities[static_cast<std::size_t>(row)];
      if (similarity > 0.0) order_.push_back({similarity, row});
    }
    std::sort(order_.begin(), order_.end(), [](const Rater& a, const Rater& b) {
      return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
    });
    std::fill(counts_.begin(), counts_.end(), 0);
    std::fill(sums_.begin(), sums_.end(), Sums{});
    n_open_ = static_cast<std::int32_t>(counts_.size());
    close();
  }

  // Slots from n_open_ on are full.
  void close() {
    while (n_open_ > 0 && room(static_cast<std::size_t>(n_open_) - 1) == 0) --n_open_;
  }

  [[nodiscard]] std::size_t end_of_tie(std::size_t first) const {
    std::size_t last = first + 1;
    while (last < order_.size() && order_[last].similarity == order_[first].similarity) ++last;
    return last;
  }

  void add(const Rater& rater) {
    const auto row = static_cast<std::size_t>(rater.row);
    const RaterList list = lists_[row];
    for (std::size_t k = 0; k < list.slots.size() && list.slots[k] < n_open_; ++k) {
      const auto slot = static_cast<std::size_t>(list.slots[k]);
      if (room(slot) > 0) add(slot, row, rater.similarity, list.deviations[k]);
    }
  }

  void add(std::size_t slot, std::size_t row, double similarity, double deviation) {
    const double weighted = similarity * deviation;
    ++counts_[slot];
    sums_[slot].weights += similarity;
    sums_[slot].weighted += scales_.empty() ? weighted : weighted / scales_[row];
  }

  // Of equal similarities, the earlier rating of a column counts first.
  void add_tied(std::span<const Rater> raters) {
    for (const Rater& rater : raters) {
      const RaterList list = lists_[static_cast<std::size_t>(rater.row)];
      for (std::size_t k = 0; k < list.slots.size() && list.slots[k] < n_open_; ++k) {
        if (room(static_cast<std::size_t>(list.slots[k])) > 0)
          tied_.push({list.slots[k], rater.row, list.indices[k], list.deviations[k]});
      }
    }
    const double similarity = raters.front().similarity;
    tied_.take([this](std::size_t slot) { return room(slot); },
               [&](const TiedRating& rating) {
                 add(static_cast<std::size_t>(rating.slot), static_cast<std::size_t>(rating.row),
                     similarity, rating.deviation);
               });
  }

  // How many neighbours a slot lacks.
  [[nodiscard]] std::size_t room(std::size_t slot) const {
    return static_cast<std::size_t>(k_ - counts_[slot]);
  }

  void finish(std::span<double> means, std::span<std::int32_t> counts) const {
    const auto index_of_slot = lists_.index_of_slot();
    for (std::size_t slot = 0; slot < counts_.size(); ++slot) {
      const std::size_t index = index_of_slot[slot];
      counts[index] = counts_[slot];
      means[index] = counts_[slot] > 0 ? sums_[slot].weighted / sums_[slot].weights
                                       : std::numeric_limits<double>::quiet_NaN();
    }
  }

  const RaterLists& lists_;
  std::int32_t k_;
  std::span<const double> scales_;
  std::int32_t n_open_ = 0;
  std::vector<Rater> order_;
  std::vector<std::int32_t> counts_;
  std::vector<Sums> sums_;
  TiedRatings tied_;
};

}  // namespace astonish::internal::neighbors
