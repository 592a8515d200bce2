// A borrowed row-major matrix.
//
// Factor matrices are read and written one row at a time, and they belong to whoever called the
// core (a NumPy array, a std::vector). MatrixView is the pair (pointer, shape) that lets a kernel
// take row u as a std::span without owning, copying or knowing where the memory came from. It costs
// two integers.
//
// The caller guarantees that `data` holds rows * cols contiguous elements that outlive the view.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace astonish {

template <typename T>
struct MatrixView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;

  [[nodiscard]] std::span<T> row(std::size_t index) const { return {data + index * cols, cols}; }

  // A view that may write is also a view that may only read.
  operator MatrixView<const T>() const  // NOLINT(google-explicit-constructor)
      requires(!std::is_const_v<T>) {
    return {data, rows, cols};
  }
};

}  // namespace astonish
