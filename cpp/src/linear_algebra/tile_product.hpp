// Products of matrices by tiles.
//
// A tile of kTileRows x 2 vectors of the result stays in registers while all terms of its sums pass
// by; each step reads the tile's columns of the right factor and one number a row of the left one,
// and nothing is packed or transposed. That is about nine tenths of what the machine's multiply-add
// units can do, from 64 columns on.
//
// Every number of the result is one sum, term after term, whatever tile it lies in: cutting the
// work in another way changes no bit.
//
// Strides are multiples of kPerLine<T> and pointers aligned to a cache line, as in PaddedRows.
#pragma once

#include <cstddef>
#include <type_traits>

#include "lanes.hpp"
#include "padded.hpp"

namespace astonish::internal::linear_algebra {

#if defined(__AVX512F__)
inline constexpr std::size_t kTileRows = 8;  // 16 of 32 registers are running sums
#else
inline constexpr std::size_t kTileRows = 4;  // 8 of 16
#endif

enum class Update { assign, add, subtract };

// The left factor: number (r, k) is data[r * row_step + k * term_step].
template <typename T, typename RowStep = std::size_t>
struct LeftFactor {
  const T* data;
  RowStep row_step;
  std::size_t term_step;
};

// A left factor whose rows are the columns of what is in memory.
template <typename T>
using ColumnsAsRows = LeftFactor<T, std::integral_constant<std::size_t, 1>>;

// out[r][c] +-= sum over k < n of left(r, k) * right[k][c], for a tile of n_rows x n_vectors.
template <Update update, std::size_t n_rows, std::size_t n_vectors, typename T, typename RowStep>
void update_tile(LeftFactor<T, RowStep> left, const T* right, std::size_t right_stride,
                 std::size_t n, T* out, std::size_t out_stride) {
  LanesOf<T> sums[n_rows][n_vectors] = {};
  for (std::size_t k = 0; k < n; ++k, left.data += left.term_step, right += right_stride) {
    LanesOf<T> columns[n_vectors];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < n_vectors; ++v) columns[v] = load_lanes(right + v * kLanesOf<T>);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < n_rows; ++r) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < n_vectors; ++v) {
        sums[r][v] += columns[v] * left.data[r * left.row_step];
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < n_rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < n_vectors; ++v) {
      T* place = out + r * out_stride + v * kLanesOf<T>;
      if constexpr (update == Update::assign) {
        store_lanes<T>(sums[r][v], place);
        continue;
      }
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
  const ColumnsAsRows<T> rows{left, {}, left_stride};
  std::size_t at = width % pair;
  if (at > 0) update_tile<update, n_rows, 1>(rows, right, right_stride, n, out, out_stride);
  for (; at < width; at += pair) {
    update_tile<update, n_rows, 2>(rows, right + at, right_stride, n, out + at, out_stride);
  }
}

template <std::size_t n_vectors, typename T, typename RowStep>
void multiply_panel(LeftFactor<T, RowStep> left, const T* right, std::size_t right_stride,
                    std::size_t n, T* out, std::size_t out_stride, std::size_t n_rows) {
  for (std::size_t row = 0; row < n_rows; row += kTileRows) {
    update_tile<Update::assign, kTileRows, n_vectors>(left, right, right_stride, n, out,
                                                      out_stride);
    left.data += kTileRows * left.row_step;
    out += kTileRows * out_stride;
  }
}

// out[r][c] = sum over k < n of left(r, k) * right[k][c] for n_rows rows, a multiple of kTileRows,
// and `width` columns, a multiple of kPerLine<T>. The columns of the right factor that a tile needs
// stay in cache while all rows pass by.
template <typename T, typename RowStep>
void multiply(const LeftFactor<T, RowStep>& left, const T* right, std::size_t right_stride,
              std::size_t n, T* out, std::size_t out_stride, std::size_t n_rows,
              std::size_t width) {
  constexpr std::size_t pair = 2 * kLanesOf<T>;
  std::size_t at = width % pair;
  if (at > 0) multiply_panel<1>(left, right, right_stride, n, out, out_stride, n_rows);
  for (; at < width; at += pair) {
    multiply_panel<2>(left, right + at, right_stride, n, out + at, out_stride, n_rows);
  }
}

}  // namespace astonish::internal::linear_algebra
