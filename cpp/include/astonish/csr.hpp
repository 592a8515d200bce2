// Compressed sparse rows: the ratings of each user (or of each item) side by side in memory.
//
// Every kernel walks ratings row by row, so this is the one format that crosses into the core.
// CsrView borrows three arrays; nothing in the core owns ratings. Column indices are int32 (two
// billion items are enough), offsets are int32 or int64 (two billion ratings are not). Rows keep
// the order in which the ratings came, and a (row, column) pair may occur more than once:
// stochastic gradient descent depends on the first, real data have the second. `values` may be
// empty: then only the pattern counts.
//
// validate() is O(rows + ratings) and runs once, where arrays enter; kernels rely on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace astonish {

template <typename Offset>
struct CsrView {
  std::span<const Offset> offsets;  // n_rows + 1, offsets[0] == 0, never decreasing
  std::span<const std::int32_t> indices;
  std::span<const double> values;  // one per index, or empty
  std::size_t n_cols = 0;

  [[nodiscard]] std::size_t n_rows() const { return offsets.empty() ? 0 : offsets.size() - 1; }

  [[nodiscard]] std::span<const std::int32_t> row_indices(std::size_t row) const {
    return indices.subspan(begin(row), length(row));
  }

  [[nodiscard]] std::span<const double> row_values(std::size_t row) const {
    return values.subspan(begin(row), length(row));
  }

 private:
  [[nodiscard]] std::size_t begin(std::size_t row) const {
    return static_cast<std::size_t>(offsets[row]);
  }
  [[nodiscard]] std::size_t length(std::size_t row) const {
    return static_cast<std::size_t>(offsets[row + 1] - offsets[row]);
  }
};

// Throws std::invalid_argument when offsets or sizes contradict each other, std::out_of_range when
// an index lies outside [0, n_cols). The message names the array, the place and the value.
template <typename Offset>
void validate(const CsrView<Offset>& csr);

// The three arrays of a CsrView, to be written. The caller allocates them.
template <typename Offset>
struct CsrArrays {
  std::span<Offset> offsets;
  std::span<std::int32_t> indices;
  std::span<double> values;  // as long as indices, or empty when only the pattern is wanted
};

// Triplets to CSR by a stable counting sort: O(ratings + rows), no comparison, and ratings of a row
// stay in the order of the input. `out.offsets.size() - 1` is the number of rows. Throws
// std::out_of_range for a row or column outside [0, n_rows) x [0, n_cols).
template <typename Offset>
void build_csr(std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
               std::span<const double> values, std::size_t n_cols, CsrArrays<Offset> out);

// The pattern of the given rows, in that order: out.indices must hold the sum of their lengths.
// Throws std::out_of_range for a row that does not exist. out.values is left alone.
template <typename Offset>
void take_rows(const CsrView<Offset>& csr, std::span<const std::int32_t> rows,
               CsrArrays<Offset> out);

}  // namespace astonish
