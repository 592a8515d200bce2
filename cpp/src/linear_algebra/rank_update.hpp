// Sums of outer products, where least squares spend their time.
//
//   upper triangle of `out`  +=  sum over k of rows[k]^T rows[k]
//
// The upper triangle is written in the tiles of tile_product.hpp, so up to kPerLine - 1 entries
// left of the diagonal hold no meaning.
#pragma once

#include <cstddef>

#include "tile_product.hpp"

namespace astonish::internal::linear_algebra {

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

}  // namespace astonish::internal::linear_algebra
