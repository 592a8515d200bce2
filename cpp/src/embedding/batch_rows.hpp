// The rows of one side that a batch touches, each once, with its samples.
//
// Gradients of samples of one row are summed before the row moves; who owns a row sums them in the
// order of the batch, so the sum does not depend on threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace astonish::internal::embedding {

class BatchRows {
 public:
  explicit BatchRows(std::size_t n_rows) : slot_of_row_(n_rows, kNone) {}

  // Takes the rows of the samples of a batch; O(length of it).
  void assign(std::span<const std::int32_t> rows_of_samples) {
    for (const std::int32_t row : rows_) slot_of_row_[static_cast<std::size_t>(row)] = kNone;
    rows_.clear();
    counts_.clear();
    slots_.resize(rows_of_samples.size());
    for (std::size_t k = 0; k < rows_of_samples.size(); ++k) {
      std::int32_t& slot = slot_of_row_[static_cast<std::size_t>(rows_of_samples[k])];
      if (slot == kNone) {
        slot = static_cast<std::int32_t>(rows_.size());
        rows_.push_back(rows_of_samples[k]);
        counts_.push_back(0);
      }
      slots_[k] = slot;
      ++counts_[static_cast<std::size_t>(slot)];
    }
    sort_samples();
  }

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::size_t row(std::size_t slot) const {
    return static_cast<std::size_t>(rows_[slot]);
  }
  // Positions in the batch of the samples of a row, ascending.
  [[nodiscard]] std::span<const std::int32_t> samples(std::size_t slot) const {
    const std::size_t end = ends_[slot];
    const auto count = static_cast<std::size_t>(counts_[slot]);
    return std::span(samples_).subspan(end - count, count);
  }

 private:
  static constexpr std::int32_t kNone = -1;

  void sort_samples() {
    ends_.resize(rows_.size());
    std::size_t begin = 0;
    for (std::size_t slot = 0; slot < rows_.size(); ++slot) {
      ends_[slot] = begin;  // where its next sample goes
      begin += static_cast<std::size_t>(counts_[slot]);
    }
    samples_.resize(slots_.size());
    for (std::size_t k = 0; k < slots_.size(); ++k) {
      samples_[ends_[static_cast<std::size_t>(slots_[k])]++] = static_cast<std::int32_t>(k);
    }
  }

  std::vector<std::int32_t> slot_of_row_;      // kNone for rows that are not in the batch
  std::vector<std::int32_t> rows_, counts_;    // of each slot
  std::vector<std::size_t> ends_;              // of its samples
  std::vector<std::int32_t> slots_, samples_;  // of each position of the batch; by slot
};

}  // namespace astonish::internal::embedding
