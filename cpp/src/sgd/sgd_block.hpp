// One block of ParallelSgd: its ratings, two users at a time.
//
// The next rating of a user needs the sum over all factors that the one before changed. The sums of
// two users do not wait for each other, so two runs are open at once and their ratings are taken in
// turn; where one ends, the next run of the block takes its turns.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "linear_algebra/padded.hpp"
#include "linear_algebra/prefetch.hpp"
#include "rating_grid.hpp"
#include "sgd_step.hpp"

namespace astonish::internal::sgd {

using linear_algebra::kLanesOf;
using linear_algebra::kPerLine;
using linear_algebra::prefetch_row;

// The state is in local variables of train_block alone: what a kernel reaches through pointers it
// must load again after each row that it writes.
template <typename T, typename Row>
class BlockTrainer {
 public:
  BlockTrainer(const RatingGrid<T>& grid, std::size_t block, T* users, T* items,
               const StepRates<T>& rates, Row row)
      : run_users_(grid.run_users.get()),
        run_ends_(grid.run_ends.get()),
        rating_items_(grid.rating_items.get()),
        targets_(grid.targets.get()),
        weights_(grid.weights.get()),
        users_(users),
        items_(items),
        rates_(rates),
        next_run_(grid.block_runs[block]),
        end_run_(grid.block_runs[block + 1]),
        next_rating_(grid.block_ratings[block]),
        first_{row},
        second_{row} {}

  // Returns the sum of the weighted squared errors, each before its update.
  double train() {
    if (open(first_)) {
      if (open(second_)) take_turns();
      finish(first_);
    }
    return squared_error_;
  }

 private:
  struct Run {
    [[nodiscard]] std::size_t left() const { return end - next; }

    Row row;
    std::size_t next = 0, end = 0;  // ratings
  };

  void take_turns() {
    for (;;) {
      for (std::size_t turns = std::min(first_.left(), second_.left()); turns > 0; --turns) {
        second_.row.forget(step(first_));
        first_.row.forget(step(second_));
      }
      if (first_.left() == 0 && !reopen(first_)) break;
      if (second_.left() == 0 && !reopen(second_)) break;
    }
    finish(second_);
  }

  bool open(Run& run) {
    if (next_run_ == end_run_) return false;
    run.next = next_rating_;
    run.end = next_rating_ = run_ends_[next_run_];
    run.row.load(user_row(next_run_));
    prefetch_row(user_row(next_run_ + kRunsAhead), run.row.width());
    ++next_run_;
    return true;
  }

  bool reopen(Run& run) {
    if (next_run_ == end_run_) return false;
    run.row.store();
    return open(run);
  }

  void finish(Run& run) {
    while (run.left() > 0) step(run);
    run.row.store();
  }

  // Returns the item's row.
  T* step(Run& run) {
    const std::size_t k = run.next++;
    T* const item = item_row(k);
    prefetch_row(item_row(k + kRatingsAhead), run.row.width());
    const T weight = weights_ == nullptr ? T{1} : weights_[k];
    const T* const next = run.left() > 0 ? item_row(k + 1) : nullptr;
    const T error = run.row.step(item, next, targets_[k], weight, rates_);
    squared_error_ += static_cast<double>(weight) * error * error;
    return item;
  }

  [[nodiscard]] T* user_row(std::size_t run) const {
    return users_ + static_cast<std::size_t>(run_users_[run]) * first_.row.width();
  }
  [[nodiscard]] T* item_row(std::size_t rating) const {
    return items_ + static_cast<std::size_t>(rating_items_[rating]) * first_.row.width();
  }

  static constexpr std::size_t kRunsAhead = 4;
  static constexpr std::size_t kRatingsAhead = 6;
  static_assert(std::max(kRunsAhead, kRatingsAhead) <= RatingGrid<T>::kAhead);

  const std::int32_t* run_users_;
  const std::size_t* run_ends_;
  const std::int32_t* rating_items_;
  const T* targets_;
  const T* weights_;
  T* users_;
  T* items_;
  StepRates<T> rates_;
  std::size_t next_run_, end_run_, next_rating_;
  double squared_error_ = 0.0;
  Run first_, second_;
};

template <typename T, typename Row>
[[gnu::flatten]] double train_block(const RatingGrid<T>& grid, std::size_t block, T* users,
                                    T* items, const StepRates<T>& rates, Row row) noexcept {
  return BlockTrainer<T, Row>(grid, block, users, items, rates, row).train();
}

// Up to so many vectors of two users fit into registers, or nearly: beyond them memory is faster.
inline constexpr std::size_t kMostRegisters = linear_algebra::kVectorRegisters == 32 ? 14 : 8;

// Calls body with the kind of row for `width` numbers.
template <typename T, std::size_t n = kPerLine<T> / kLanesOf<T>, typename Body>
decltype(auto) with_row(std::size_t width, Body&& body) {
  constexpr std::size_t a_line = kPerLine<T> / kLanesOf<T>;
  if constexpr (n > kMostRegisters) {
    return body(MemoryRow<T>(width));
  } else {
    if (width == n * kLanesOf<T>) return body(RegisterRow<T, n>());
    return with_row<T, n + a_line>(width, std::forward<Body>(body));
  }
}

}  // namespace astonish::internal::sgd
