// Rows as the vector units like them: each begins at a cache line and is filled up with zeros to
// whole lines, so loops over a row have no remainder. Products of the filling are zero and change
// no sum.
//
// with_width() turns the common widths into constants: a loop of known length is unrolled, and the
// row it works on stays in registers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "astonish/matrix.hpp"

namespace astonish::internal::linear_algebra {

template <typename T>
inline constexpr std::size_t kPerLine = 64 / sizeof(T);

// The width of a row of n numbers.
template <typename T>
constexpr std::size_t padded(std::size_t n) {
  return (n + kPerLine<T> - 1) / kPerLine<T> * kPerLine<T>;
}

template <typename T>
class PaddedRows {
 public:
  PaddedRows(std::size_t n_rows, std::size_t n_cols)
      : lines_a_row_(padded<T>(n_cols) / kPerLine<T>), lines_(n_rows * lines_a_row_) {}

  explicit PaddedRows(MatrixView<const T> rows) : PaddedRows(rows.rows, rows.cols) {
    for (std::size_t k = 0; k < rows.rows; ++k) {
      std::copy_n(rows.row(k).data(), rows.cols, row(k));
    }
  }

  void copy_to(MatrixView<T> rows) const {
    for (std::size_t k = 0; k < rows.rows; ++k) {
      std::copy_n(row(k), rows.cols, rows.row(k).data());
    }
  }

  [[nodiscard]] std::size_t width() const { return lines_a_row_ * kPerLine<T>; }
  [[nodiscard]] T* row(std::size_t index) {
    return reinterpret_cast<T*>(lines_.data() + index * lines_a_row_);
  }
  [[nodiscard]] const T* row(std::size_t index) const {
    return reinterpret_cast<const T*>(lines_.data() + index * lines_a_row_);
  }
  [[nodiscard]] std::span<const T> values() const { return {row(0), lines_.size() * kPerLine<T>}; }

 private:
  struct alignas(64) Line {
    T values[kPerLine<T>] = {};
  };

  std::size_t lines_a_row_;
  std::vector<Line> lines_;
};

// Calls body(width) with an integral constant where there is one.
template <typename Body>
decltype(auto) with_width(std::size_t width, Body&& body) {
  switch (width) {
    case 8:
      return body(std::integral_constant<std::size_t, 8>{});
    case 16:
      return body(std::integral_constant<std::size_t, 16>{});
    case 24:
      return body(std::integral_constant<std::size_t, 24>{});
    case 32:
      return body(std::integral_constant<std::size_t, 32>{});
    default:
      return body(width);
  }
}

}  // namespace astonish::internal::linear_algebra
