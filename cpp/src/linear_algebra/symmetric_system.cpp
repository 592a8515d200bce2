#include "symmetric_system.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "minimum_norm.hpp"

namespace astonish::internal::linear_algebra {

template <typename T>
void SymmetricSystem<T>::reset(std::size_t n) {
  n_ = n;
  width_ = first_column<T>(n) + kPerLine<T>;
  if (matrix_.width() < width_) {
    matrix_ = PaddedRows<T>(width_, width_);
    solution_ = PaddedRows<T>(1, width_);
  }
  for (std::size_t row = 0; row < n; ++row) {
    std::fill(&at(row, first_column<T>(row)), &at(row, width_), T{0});
  }
}

template <typename T>
bool SymmetricSystem<T>::solve(std::span<T> out) {
  if (!factor()) return false;
  substitute_back(out);
  return true;
}

template <typename T>
bool SymmetricSystem<T>::factor() {
  thresholds_.resize(n_);
  inverse_.assign(n_ + kTileRows, T{0});
  const T rounding = static_cast<T>(n_) * std::numeric_limits<T>::epsilon();
  for (std::size_t row = 0; row < n_; ++row) thresholds_[row] = rounding * at(row, row);
  for (std::size_t row = 0; row < n_; row += kTileRows) {
    const std::size_t first = first_column<T>(row);
    update_rows<Update::subtract, kTileRows>(&at(0, row), matrix_.width(), &at(0, first),
                                             matrix_.width(), row, &at(row, first), matrix_.width(),
                                             width_ - first);
    if (!factor_panel(row)) return false;
  }
  return true;
}

template <typename T>
bool SymmetricSystem<T>::factor_panel(std::size_t row) {
  const std::size_t n_rows = std::min(kTileRows, n_ - row);
  T block[kTileRows][kTileRows] = {};
  for (std::size_t r = 0; r < n_rows; ++r) {
    for (std::size_t q = r; q < n_rows; ++q) block[r][q] = at(row + r, row + q);
  }
  for (std::size_t r = 0; r < n_rows; ++r) {
    // Not "<=": a pivot that is NaN ends here, too.
    if (!(block[r][r] > thresholds_[row + r])) return false;
    inverse_[row + r] = T{1} / std::sqrt(block[r][r]);
    for (std::size_t q = r; q < n_rows; ++q) block[r][q] *= inverse_[row + r];
    for (std::size_t q = r + 1; q < n_rows; ++q) {
      for (std::size_t p = q; p < n_rows; ++p) block[q][p] -= block[r][q] * block[r][p];
    }
  }
  divide_panel(row, block);
  return true;
}

// Rows of the panel beyond the equations are treated alike; their results are not read.
template <typename T>
void SymmetricSystem<T>::divide_panel(std::size_t row, const T (&block)[kTileRows][kTileRows]) {
  const std::size_t first = first_column<T>(row);
  for (std::size_t column = first; column < width_; column += kLanesOf<T>) {
    LanesOf<T> lanes[kTileRows];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kTileRows; ++r) lanes[r] = load_lanes(&at(row + r, column));
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kTileRows; ++r) {
      lanes[r] = lanes[r] * inverse_[row + r];
#pragma GCC unroll 8
      for (std::size_t q = r + 1; q < kTileRows; ++q) lanes[q] -= lanes[r] * block[r][q];
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kTileRows; ++r) store_lanes<T>(lanes[r], &at(row + r, column));
  }
  for (std::size_t r = 0; r < kTileRows; ++r) {
    std::fill(&at(row + r, first), &at(row + r, row + r), T{0});
  }
}

template <typename T>
T SymmetricSystem<T>::product_beyond(std::size_t row, std::size_t first) const {
  const T* solution = solution_.row(0);
  LanesOf<T> sums = {};
  for (std::size_t column = first; column < width_; column += kLanesOf<T>) {
    sums += load_lanes(matrix_.row(row) + column) * load_lanes(solution + column);
  }
  T sum = 0;
  for (std::size_t lane = 0; lane < kLanesOf<T>; ++lane) sum += sums[lane];
  return sum;
}

// A line of unknowns at a time: what the lines behind it contribute is many independent products,
// and only the few steps within the line wait for each other.
template <typename T>
void SymmetricSystem<T>::substitute_back(std::span<T> out) {
  T* solution = solution_.row(0);
  std::fill_n(solution, width_, T{0});
  for (std::size_t end = n_; end > 0;) {
    const std::size_t first = first_column<T>(end - 1);
    T rest[kPerLine<T>];
    for (std::size_t row = first; row < end; ++row) {
      rest[row - first] = at(row, n_) - product_beyond(row, first);
    }
    for (std::size_t row = end; row-- > first;) {
      solution[row] = rest[row - first] * inverse_[row];
      for (std::size_t above = first; above < row; ++above) {
        rest[above - first] -= at(above, row) * solution[row];
      }
    }
    end = first;
  }
  std::copy_n(solution, n_, out.data());
}

template <typename T>
void SymmetricSystem<T>::solve_minimum_norm(std::span<T> out) const {
  std::vector<double> matrix(n_ * n_), right(n_);
  for (std::size_t row = 0; row < n_; ++row) {
    for (std::size_t column = row; column < n_; ++column) {
      matrix[row * n_ + column] = matrix[column * n_ + row] = matrix_.row(row)[column];
    }
    right[row] = matrix_.row(row)[n_];
  }
  const std::vector<double> solution =
      minimum_norm(matrix, right, std::numeric_limits<T>::epsilon());
  std::transform(solution.begin(), solution.end(), out.begin(),
                 [](double value) { return static_cast<T>(value); });
}

template class SymmetricSystem<float>;
template class SymmetricSystem<double>;

}  // namespace astonish::internal::linear_algebra
