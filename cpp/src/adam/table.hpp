// An embedding in training: rows of weights with the running means of Adam beside them.
//
// Adam moves every row in every batch, those without a sample in it by their momentum and the decay
// alone. A batch touches few rows, so a row takes its idle batches together when it is next needed:
// the same arithmetic, on rows that lie in registers. The means of an idle row only shrink, so a
// step costs one division a number and no square root. When what is left of its momentum can move
// no digit of a weight any more, decay remains, which is one product.
//
// Cost: O(rows x width x batches) divisions at most, less where rows idle for long; nothing is
// loaded but the rows of the batch. Memory: 3 numbers a parameter, in rows of whole cache lines.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "astonish/parallel.hpp"
#include "linear_algebra/lanes.hpp"
#include "linear_algebra/padded.hpp"
#include "steps.hpp"

namespace astonish::internal::adam {

using linear_algebra::all_lanes;
using linear_algebra::kLanesOf;
using linear_algebra::LanesOf;
using linear_algebra::load_lanes;
using linear_algebra::padded;
using linear_algebra::PaddedRows;
using linear_algebra::store_lanes;

// Up to kMost idle batches, with the shrinking of the means taken into their constants.
template <typename T>
struct IdleSteps {
  static constexpr std::size_t kMost = 64;

  std::size_t n = 0;
  T keep[kMost], move[kMost], spread[kMost];

  void add(const AdamStep& step, double shrunk_average, double shrunk_root) {
    keep[n] = static_cast<T>(step.keep);
    move[n] = static_cast<T>(step.move * shrunk_average);
    spread[n] = static_cast<T>(step.spread * shrunk_root);
    ++n;
  }
};

// n vectors of weights through idle batches, all in registers.
template <std::size_t n, typename T>
void idle(const IdleSteps<T>& steps, T eps, T* weights, const T* averages, const T* roots) {
  LanesOf<T> w[n], m[n], root[n];
  for (std::size_t v = 0; v < n; ++v) {
    w[v] = load_lanes<T>(weights + v * kLanesOf<T>);
    m[v] = load_lanes<T>(averages + v * kLanesOf<T>);
    root[v] = load_lanes<T>(roots + v * kLanesOf<T>);
  }
  for (std::size_t k = 0; k < steps.n; ++k) {
    for (std::size_t v = 0; v < n; ++v) {
      const LanesOf<T> share = m[v] / (root[v] * steps.spread[k] + all_lanes<T>(eps));
      w[v] = steps.keep[k] * w[v] - steps.move[k] * share;
    }
  }
  for (std::size_t v = 0; v < n; ++v) store_lanes<T>(w[v], weights + v * kLanesOf<T>);
}

// The weights of a row, the running means of its gradients, and of their squares.
enum class AdamKind : std::size_t { weights, averages, squares };

template <typename T>
class AdamTable {
 public:
  AdamTable(std::size_t n_rows, std::size_t n_cols)
      : width_(padded<T>(std::max<std::size_t>(n_cols, 1))),
        rows_(n_rows, 3 * width_),
        reached_(n_rows, 0) {}

  [[nodiscard]] std::size_t n_rows() const { return reached_.size(); }
  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] T* row(std::size_t index, AdamKind kind) {
    return rows_.row(index) + static_cast<std::size_t>(kind) * width_;
  }
  [[nodiscard]] const T* row(std::size_t index, AdamKind kind) const {
    return rows_.row(index) + static_cast<std::size_t>(kind) * width_;
  }

  // Takes a row through the batches before `step` of the run; it has no samples in those that it
  // has not seen. Calls for different rows may run at the same time.
  void catch_up(std::size_t row, std::size_t step, const AdamSteps& steps) {
    std::size_t at = reached_[row];
    if (at == step) return;
    double average = 1.0, root = 1.0;  // what is left of the means
    const double root_of_mom = std::sqrt(steps.options.sqr_mom);
    while (at < step && average > root * negligible(steps)) {
      IdleSteps<T> block;
      for (; at < step && block.n < IdleSteps<T>::kMost; ++at) {
        average *= steps.steps[at].mom;
        root *= root_of_mom;
        block.add(steps.steps[at], average, root);
      }
      idle_row(row, block, static_cast<T>(steps.options.eps));
    }
    double kept = 1.0, average_kept = average;
    for (; at < step; ++at) {
      kept *= steps.steps[at].keep;
      average_kept *= steps.steps[at].mom;
      root *= root_of_mom;
    }
    shrink(row, static_cast<T>(kept), static_cast<T>(average_kept), static_cast<T>(root * root));
    reached_[row] = static_cast<std::uint32_t>(step);
  }

  // The batch `step`, in which the row has this gradient, of width() numbers.
  void update(std::size_t row, const T* gradient, std::size_t step, const AdamSteps& steps) {
    adam_step(steps, step, true, gradient, this->row(row, AdamKind::weights),
              this->row(row, AdamKind::averages), this->row(row, AdamKind::squares), width_);
    reached_[row] = static_cast<std::uint32_t>(step + 1);
  }

  // Takes all rows to the end of a run of `step` batches; the next run counts from 0 again.
  void finish(std::size_t step, const AdamSteps& steps, int n_threads,
              const KeepGoing& keep_going = {}) {
    const auto finish_rows = [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        catch_up(row, step, steps);
        reached_[row] = 0;
      }
    };
    parallel_for(n_rows(), n_threads, kRowsPerChunk, finish_rows, keep_going);
  }

 private:
  static constexpr std::size_t kRowsPerChunk = 256;

  // What the ratio of the means has to shrink to before a row's momentum, summed over all batches
  // to come, is less than a thousandth of a weight's last digit (of 1).
  static double negligible(const AdamSteps& steps) {
    constexpr double tolerance = 1e-3 * std::numeric_limits<T>::epsilon();
    return tolerance * steps.patience / steps.most_ratio;
  }

  void idle_row(std::size_t row, const IdleSteps<T>& block, T eps) {
    constexpr std::size_t n = 4;  // vectors a time: their three kinds fill the registers
    T roots[n * kLanesOf<T>];
    for (std::size_t at = 0; at < width_; at += n * kLanesOf<T>) {
      const std::size_t n_lanes = std::min(width_ - at, n * kLanesOf<T>);
      const T* squares = this->row(row, AdamKind::squares) + at;
      for (std::size_t k = 0; k < n_lanes; ++k) roots[k] = std::sqrt(squares[k]);
      T* weights = this->row(row, AdamKind::weights) + at;
      const T* averages = this->row(row, AdamKind::averages) + at;
      switch (n_lanes / kLanesOf<T>) {
        case 4:
          idle<4>(block, eps, weights, averages, roots);
          break;
        case 3:
          idle<3>(block, eps, weights, averages, roots);
          break;
        case 2:
          idle<2>(block, eps, weights, averages, roots);
          break;
        default:
          idle<1>(block, eps, weights, averages, roots);
      }
    }
  }

  void shrink(std::size_t row, T keep, T average, T square) {
    T* numbers = rows_.row(row);
    for (std::size_t k = 0; k < width_; ++k) {
      numbers[k] *= keep;
      numbers[width_ + k] *= average;
      numbers[2 * width_ + k] *= square;
    }
  }

  std::size_t width_;
  PaddedRows<T> rows_;
  std::vector<std::uint32_t> reached_;  // batches of the run, of each row
};

}  // namespace astonish::internal::adam
