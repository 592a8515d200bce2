// The n best of a stream of (score, item), items in ascending order.
//
// Candidates that beat the current n-th best are appended to a buffer of 2n; when it is full,
// nth_element halves it and the threshold rises. That is amortised O(1) a candidate for every n,
// and a score that does not beat the threshold costs one comparison, 64 of them at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace astonish {

template <typename T>
struct Candidate {
  T score;
  std::int32_t item;

  // Higher scores first; of equal scores the lower item index.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.item < b.item;
  }
};

template <typename T>
class TopkSelector {
 public:
  void reset(std::size_t n) {
    n_ = n;
    threshold_ = -std::numeric_limits<T>::infinity();
    candidates_.clear();
    candidates_.reserve(2 * n);
  }

  // scores[j] belongs to item first + j.
  void offer(std::span<const T> scores, std::int32_t first) {
    std::size_t at = 0;
    for (; at + kStride <= scores.size(); at += kStride) {
      if (any_above(scores.data() + at)) {
        offer_each(scores.subspan(at, kStride), first + static_cast<std::int32_t>(at));
      }
    }
    offer_each(scores.subspan(at), first + static_cast<std::int32_t>(at));
  }

  // At most n candidates, best first; valid until the next reset.
  std::span<const Candidate<T>> best() {
    if (candidates_.size() > n_) shrink();
    std::sort(candidates_.begin(), candidates_.end());
    return candidates_;
  }

  // No item outside best() scores above this: -infinity when best() holds all that there were.
  [[nodiscard]] T threshold() const { return threshold_; }

 private:
  static constexpr std::size_t kStride = 64;

  bool any_above(const T* scores) const {
    int above = 0;
    for (std::size_t j = 0; j < kStride; ++j) above |= static_cast<int>(scores[j] > threshold_);
    return above != 0;
  }

  void offer_each(std::span<const T> scores, std::int32_t first) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (scores[j] > threshold_) {
        candidates_.push_back({scores[j], first + static_cast<std::int32_t>(j)});
        if (candidates_.size() == 2 * n_) shrink();
      }
    }
  }

  void shrink() {
    const auto nth = candidates_.begin() + static_cast<std::ptrdiff_t>(n_ - 1);
    std::nth_element(candidates_.begin(), nth, candidates_.end());
    threshold_ = nth->score;
    candidates_.resize(n_);
  }

  std::size_t n_ = 0;
  T threshold_ = -std::numeric_limits<T>::infinity();
  std::vector<Candidate<T>> candidates_;
};

}  // namespace astonish
