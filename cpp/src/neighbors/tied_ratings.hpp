// The ratings of raters who are equally similar, to be counted in the order of each column.
//
// They come rater by rater. A counting sort gathers those of a slot, and what lies together there
// is sorted by its index in the column: O(ratings) and small sorts, where one sort of all would
// cost several times as much. Of ratings that exceed what a slot still takes, only the first are
// sorted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace astonish::internal::neighbors {

struct TiedRating {
  std::int32_t slot;
  std::int32_t row;
  std::size_t index;  // among the ratings of the column
  double deviation;
};

class TiedRatings {
 public:
  explicit TiedRatings(std::size_t n_slots) : ends_(n_slots) {}

  void push(const TiedRating& rating) {
    if (ends_[to_size(rating.slot)]++ == 0) slots_.push_back(rating.slot);
    arrived_.push_back(rating);
  }

  // Calls use(rating) for the first room(slot) ratings of every slot, in the order of the column,
  // and forgets all.
  template <typename Room, typename Use>
  void take(const Room& room, const Use& use) {
    gather();
    std::size_t begin = 0;
    for (const std::int32_t slot : slots_) {
      const std::size_t end = ends_[to_size(slot)];
      const auto tied = std::span(gathered_).subspan(begin, end - begin);
      for (const TiedRating& rating : first_in_column(tied, room(to_size(slot)))) use(rating);
      ends_[to_size(slot)] = 0;
      begin = end;
    }
    slots_.clear();
    arrived_.clear();
  }

 private:
  static std::size_t to_size(std::int32_t slot) { return static_cast<std::size_t>(slot); }

  // Turns the sizes in ends_ into begins, which end as ends.
  void gather() {
    std::size_t begin = 0;
    for (const std::int32_t slot : slots_) {
      const std::size_t size = ends_[to_size(slot)];
      ends_[to_size(slot)] = begin;
      begin += size;
    }
    gathered_.resize(arrived_.size());
    for (const TiedRating& rating : arrived_) gathered_[ends_[to_size(rating.slot)]++] = rating;
  }

  static std::span<const TiedRating> first_in_column(std::span<TiedRating> tied, std::size_t n) {
    const auto by_index = [](const TiedRating& a, const TiedRating& b) {
      return a.index < b.index;
    };
    if (n < tied.size()) {
      std::nth_element(tied.begin(), tied.begin() + static_cast<std::ptrdiff_t>(n), tied.end(),
                       by_index);
      tied = tied.first(n);
    }
    std::sort(tied.begin(), tied.end(), by_index);
    return tied;
  }

  std::vector<std::size_t> ends_;    // of the gathered ratings of a slot; sizes before that
  std::vector<std::int32_t> slots_;  // that have any
  std::vector<TiedRating> arrived_, gathered_;
};

}  // namespace astonish::internal::neighbors
