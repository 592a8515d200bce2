// The n best of a stream of (score, item), items in ascending order.
//
// What beats the threshold is appended to a buffer of a little more than 2 n places. When the
// buffer is full, a partial sort keeps the n best, and the worst of them is the new threshold. A
// score that does not beat it costs one comparison, one that does a few nanoseconds for any n; for
// scores in random order about 1.4 n ln(items / n) of them do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace astonish::internal::topk {

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
  static constexpr std::size_t kStride = 16;  // the most that one offer takes

  explicit TopkSelector(std::size_t n) : n_(n), kept_(2 * n + kStride) {}

  // scores[j * step] belongs to item first + j, j < count <= kStride.
  void offer(const T* scores, std::size_t step, std::size_t count, std::int32_t first) {
    if (size_ + count > kept_.size()) keep_best();
    std::size_t end = size_;
    for (std::size_t j = 0; j < count; ++j) {
      const T score = scores[j * step];
      kept_[end] = {score, first + static_cast<std::int32_t>(j)};
      end += static_cast<std::size_t>(score > threshold_);
    }
    size_ = end;
  }

  // At most n candidates in the order of the items; valid until the next call.
  std::span<const Candidate<T>> best() {
    keep_best();
    return std::span(kept_).first(size_);
  }

  // No item outside best() scores above this: -infinity when best() holds all that there were.
  [[nodiscard]] T threshold() const { return threshold_; }

  void clear() {
    size_ = 0;
    threshold_ = -std::numeric_limits<T>::infinity();
  }

 private:
  static constexpr std::size_t kFew = 256;

  void keep_best() {
    if (size_ < n_) return;
    threshold_ = size_ <= kFew ? nth_of_few() : nth_of_many();
    std::size_t equals = n_ - n_above();  // how many that equal the threshold are kept: the first
    std::size_t end = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      const Candidate<T> candidate = kept_[k];
      const bool equal = candidate.score == threshold_ && equals > 0;
      equals -= static_cast<std::size_t>(equal);
      kept_[end] = candidate;
      end += static_cast<std::size_t>(candidate.score > threshold_ || equal);
    }
    size_ = n_;
  }

  [[nodiscard]] std::size_t n_above() const {
    std::size_t n = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      n += static_cast<std::size_t>(kept_[k].score > threshold_);
    }
    return n;
  }

  // The n-th largest score is the largest that n scores reach. Counting takes size^2 comparisons,
  // in vectors and without a branch that could be mispredicted.
  [[nodiscard]] T nth_of_few() const {
    T scores[kFew];
    std::int32_t reached_by[kFew] = {};
    for (std::size_t k = 0; k < size_; ++k) scores[k] = kept_[k].score;
    for (std::size_t j = 0; j < size_; ++j) {
      const T score = scores[j];
      for (std::size_t k = 0; k < size_; ++k) {
        reached_by[k] += static_cast<std::int32_t>(score >= scores[k]);
      }
    }
    T nth = -std::numeric_limits<T>::infinity();
    for (std::size_t k = 0; k < size_; ++k) {
      const bool enough = reached_by[k] >= static_cast<std::int32_t>(n_);
      nth = enough && scores[k] > nth ? scores[k] : nth;
    }
    return nth;
  }

  [[nodiscard]] T nth_of_many() const {
    std::vector<T> scores(size_);
    for (std::size_t k = 0; k < size_; ++k) scores[k] = kept_[k].score;
    const auto nth = scores.begin() + static_cast<std::ptrdiff_t>(n_ - 1);
    std::nth_element(scores.begin(), nth, scores.end(), std::greater<>());
    return *nth;
  }

  std::size_t n_;
  std::size_t size_ = 0;
  T threshold_ = -std::numeric_limits<T>::infinity();
  std::vector<Candidate<T>> kept_;
};

}  // namespace astonish::internal::topk
