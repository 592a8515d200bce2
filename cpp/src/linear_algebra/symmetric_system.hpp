// A symmetric system of linear equations, built from sums of products and solved.
//
// Cholesky factorization in place, by panels of kTileRows rows: each panel first subtracts the
// products of all rows above it with the tiles of rank_update.hpp (n^3 / 3 flops), then is divided
// by its own diagonal block. The right side is one more column of the matrix, so the forward
// substitution is part of the factorization. A system that is not positive definite, as far as T
// can tell, is left to solve_minimum_norm(): an eigendecomposition in double that drops the
// directions of which the system says nothing (about 10 n^3 flops).
//
// The object keeps its memory from one system to the next. Instantiated for float and double.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "padded.hpp"
#include "rank_update.hpp"

namespace astonish::internal::linear_algebra {

// How many rows to copy for one call of add_products: they stay in the first-level cache.
inline constexpr std::size_t kRowsPerBlock = 64;

template <typename T>
class SymmetricSystem {
 public:
  // n equations of zeros.
  void reset(std::size_t n);

  [[nodiscard]] std::size_t size() const { return n_; }

  // For column >= row. Column size() is the right side.
  [[nodiscard]] T& at(std::size_t row, std::size_t column) { return matrix_.row(row)[column]; }

  // Adds sum over k < n of rows[k]^T rows[k] to the first `width` rows and columns. What the rows
  // hold from column size() on goes to the right side, and is to be zero or overwritten there.
  void add_products(const T* rows, std::size_t stride, std::size_t n, std::size_t width) {
    rank_update(rows, stride, n, width, matrix_.row(0), matrix_.width());
  }

  // Writes the solution. False, and nothing written, when a pivot is no larger than the rounding
  // error of its sum. Destroys the equations.
  [[nodiscard]] bool solve(std::span<T> out);

  // Of all vectors that come closest to the right side the shortest one. Throws std::domain_error
  // for equations that are not finite.
  void solve_minimum_norm(std::span<T> out) const;

 private:
  bool factor();
  bool factor_panel(std::size_t row);
  void divide_panel(std::size_t row, const T (&block)[kTileRows][kTileRows]);
  void substitute_back(std::span<T> out);
  [[nodiscard]] T product_beyond(std::size_t row, std::size_t first) const;

  std::size_t n_ = 0;
  std::size_t width_ = 0;  // n_ + 1 rounded up
  PaddedRows<T> matrix_{0, 0};
  PaddedRows<T> solution_{0, 0};  // one row, zero where it is not known yet
  std::vector<T> thresholds_;     // of pivots
  std::vector<T> inverse_;        // of the diagonal
};

}  // namespace astonish::internal::linear_algebra
