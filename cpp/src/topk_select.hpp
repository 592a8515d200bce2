// The n best of a stream of (score, item), items in ascending order.
//
// A heap keeps the n best with the worst on top: its score is the threshold that others must beat.
// A score that does not costs one comparison, 64 of them at a time; one that does costs O(log n),
// and for scores in random order about n (1 + ln(items / n)) of them do.
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
    candidates_.reserve(n);
  }

  // scores[j] belongs to item first + j.
  void offer(std::span<const T> scores, std::int32_t first) { offer_by<kStride>(scores, first); }

  // At most n candidates, best first; valid until the next reset.
  std::span<const Candidate<T>> best() {
    std::sort_heap(candidates_.begin(), candidates_.end());
    return candidates_;
  }

  // No item outside best() scores above this: -infinity when best() holds all that there were.
  [[nodiscard]] T threshold() const { return threshold_; }

 private:
  static constexpr std::size_t kStride = 64;
  static constexpr std::size_t kSmallStride = 16;

  // Looks into a stride of scores only if one of them beats the threshold.
  template <std::size_t stride>
  void offer_by(std::span<const T> scores, std::int32_t first) {
    std::size_t at = 0;
    for (; at + stride <= scores.size(); at += stride) {
      if (!any_above<stride>(scores.data() + at)) continue;
      const auto item = first + static_cast<std::int32_t>(at);
      if constexpr (stride == kStride) {
        offer_by<kSmallStride>(scores.subspan(at, stride), item);
      } else {
        offer_each(scores.subspan(at, stride), item);
      }
    }
    offer_each(scores.subspan(at), first + static_cast<std::int32_t>(at));
  }

  template <std::size_t stride>
  [[nodiscard]] bool any_above(const T* scores) const {
    int above = 0;
    for (std::size_t j = 0; j < stride; ++j) above |= static_cast<int>(scores[j] > threshold_);
    return above != 0;
  }

  void offer_each(std::span<const T> scores, std::int32_t first) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (scores[j] > threshold_) insert({scores[j], first + static_cast<std::int32_t>(j)});
    }
  }

  void insert(const Candidate<T>& candidate) {
    if (candidates_.size() == n_) {
      std::pop_heap(candidates_.begin(), candidates_.end());
      candidates_.back() = candidate;
    } else {
      candidates_.push_back(candidate);
    }
    std::push_heap(candidates_.begin(), candidates_.end());
    if (candidates_.size() == n_) threshold_ = candidates_.front().score;
  }

  std::size_t n_ = 0;
  T threshold_ = -std::numeric_limits<T>::infinity();
  std::vector<Candidate<T>> candidates_;
};

}  // namespace astonish
