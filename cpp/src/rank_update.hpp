// Sums of outer products, where least squares spend their time.
//
//   upper triangle of `out`  +=  sum over k of rows[k]^T rows[k]
//
// A tile of kTileRows x 2 vectors of `out` stays in registers while all rows pass by; each step
// reads the tile's columns of one row and nothing is packed or transposed. That is about nine
// tenths of what the machine's multiply-add units can do, from 64 columns on. The upper triangle is
// written in whole tiles, so up to kPerLine - 1 entries left of the diagonal hold no meaning.
//
// Strides are multiples of kPerLine<T> and pointers aligned to a cache line, as in PaddedRows.
#pragma once

#include <cstddef>

#include "lanes.hpp"
#include "padded.hpp"

namespace astonish {

#if defined(__AVX512F__)
inline constexpr std::size_t kTileRows = 8;  // 16 of 32 registers are running sums
#else
inline constexpr std::size_t kTileRows = 4;  // 8 of 16
#endif

enum class Update { add, subtract };

// out[r][c] +-= sum over k < n of left[k][r] * right[k][c], for a tile of n_rows x n_vectors.
template <Update update, std::size_t n_rows, std::size_t n_vectors, typename T>
void update_tile(const T* left, std::size_t left_stride, const T* right, std::size_t right_stride,
                 std::size_t n, T* out, std::size_t out_stride) {
  LanesOf<T> sums[n_rows][n_vectors] = {};
  for (std::size_t k = 0; k < n; ++k, left += left_stride, right += right_stride) {
    LanesOf<T> columns[n_vectors];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < n_vectors; ++v) columns[v] = load_lanes(right + v * kLanesOf<T>);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < n_rows; ++r) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < n_vectors; ++v) sums[r][v] += columns[v] * left[r];
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < n_rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < n_vectors; ++v) {
      T* place = out + r * out_stride + v * kLanesOf<T>;
      LanesOf<T> lanes = load_lanes(place);
      if constexpr (update == Update::add) {
        lanes += sums[r][v];
      } else {
        lanes -= sums[r][v];
      }
      store_lanes<T>(lanes, place);
    }
  }
}

// The same for n_rows rows of any width: `width` is a multiple of kPerLine<T>.
template <Update update, std::size_t n_rows, typename T>
void update_rows(const T* left, std::size_t left_stride, const T* right, std::size_t right_stride,
                 std::size_t n, T* out, std::size_t out_stride, std::size_t width) {
  constexpr std::size_t pair = 2 * kLanesOf<T>;
  std::size_t at = width % pair;
  if (at > 0)
    update_tile<update, n_rows, 1>(left, left_stride, right, right_stride, n, out, out_stride);
  for (; at < width; at += pair) {
    update_tile<update, n_rows, 2>(left, left_stride, right + at, right_stride, n, out + at,
                                   out_stride);
  }
}

// The column where the tiles of a row begin.
template <typename T>
std::size_t first_column(std::size_t row) {
  return row / kPerLine<T> * kPerLine<T>;
}

// The upper triangle of `out` (width x width) += sum over k < n of rows[k]^T rows[k].
template <typename T>
void rank_update(const T* rows, std::size_t stride, std::size_t n, std::size_t width, T* out,
                 std::size_t out_stride) {
  for (std::size_t row = 0; row < width; row += kTileRows) {
    const std::size_t first = first_column<T>(row);
    update_rows<Update::add, kTileRows>(rows + row, stride, rows + first, stride, n,
                                        out + row * out_stride + first, out_stride, width - first);
  }
}

}  // namespace astonish
