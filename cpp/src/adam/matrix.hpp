// A matrix of parameters that all have a gradient in every batch, with the running means of Adam.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "astonish/matrix.hpp"
#include "linear_algebra/padded.hpp"
#include "parallel/phases.hpp"
#include "steps.hpp"

namespace astonish::internal::adam {

using linear_algebra::kPerLine;
using linear_algebra::PaddedRows;
using parallel::Share;

struct Range {
  std::size_t begin, end;

  [[nodiscard]] std::size_t size() const { return end - begin; }
};

// The part of n numbers that one of n_parts works on, in whole cache lines; n is a multiple of one.
template <typename T>
Range lines_of(std::size_t n, std::size_t part, std::size_t n_parts) {
  const Share share(n / kPerLine<T>, part, n_parts);
  return {share.begin * kPerLine<T>, share.end * kPerLine<T>};
}

template <typename T>
MatrixView<T> as_row(std::span<T> numbers) {
  return {numbers.data(), 1, numbers.size()};
}

// The parameters of one matrix and their running means, borrowed.
template <typename T>
struct AdamViews {
  MatrixView<T> weights, averages, squares;
};

// Rows as in PaddedRows; there may be more of them than the parameters have. What is beyond these
// stays zero as long as its gradient is.
template <typename T>
class AdamMatrix {
 public:
  AdamMatrix(const AdamViews<const T>& initial, std::size_t n_rows, bool decays)
      : weights(n_rows, initial.weights.cols),
        gradients(weights),
        averages_(weights),
        squares_(weights),
        decays_(decays) {
    fill(weights, initial.weights);
    fill(averages_, initial.averages);
    fill(squares_, initial.squares);
  }

  void copy_to(const AdamViews<T>& out) const {
    weights.copy_to(out.weights);
    averages_.copy_to(out.averages);
    squares_.copy_to(out.squares);
  }

  // Moves the numbers of a range, counted through all rows, by their gradients.
  void move(const Range& range, std::size_t step, const AdamSteps& steps) {
    if (range.size() == 0) return;
    adam_step(steps, step, decays_, gradients.row(0) + range.begin, weights.row(0) + range.begin,
              averages_.row(0) + range.begin, squares_.row(0) + range.begin, range.size());
  }

  PaddedRows<T> weights, gradients;

 private:
  static void fill(PaddedRows<T>& rows, MatrixView<const T> from) {
    for (std::size_t k = 0; k < from.rows; ++k) {
      std::copy_n(from.row(k).data(), from.cols, rows.row(k));
    }
  }

  PaddedRows<T> averages_, squares_;
  bool decays_;
};

}  // namespace astonish::internal::adam
