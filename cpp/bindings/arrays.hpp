// NumPy arrays as views of the core, and back: the only file that knows the layout of py::array.
//
// Arguments are declared as Array<T> and registered with .noconvert(): an array of another dtype or
// order is refused, never copied. The views own nothing; the arrays stay alive in the
// arguments of the bound function, so reading them without the GIL is safe.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish::bindings {

namespace py = pybind11;

template <typename T>
using Array = py::array_t<T, py::array::c_style>;

inline void check_ndim(const char* name, py::ssize_t ndim, py::ssize_t expected) {
  if (ndim != expected) {
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(ndim) +
                                " dimensions, expected " + std::to_string(expected));
  }
}

// NumPy has arrays whose elements lie across the addresses of their type, such as the fields of
// packed records. pybind11 takes them; a kernel that reads them in vectors may not.
inline void check_layout(const char* name, const py::array& array, py::ssize_t ndim) {
  check_ndim(name, array.ndim(), ndim);
  if ((array.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_) == 0) {
    throw std::invalid_argument(std::string(name) + " is not aligned in memory");
  }
}

template <typename T>
std::span<const T> read(const char* name, const Array<T>& array) {
  check_layout(name, array, 1);
  return {array.data(), static_cast<std::size_t>(array.size())};
}

// Throws ValueError for an array that is not writeable.
template <typename T>
std::span<T> write(const char* name, Array<T>& array) {
  check_layout(name, array, 1);
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

using OptionalArray = std::optional<Array<double>>;

inline std::span<const double> read_optional(const char* name, const OptionalArray& array) {
  return array ? read(name, *array) : std::span<const double>{};
}

template <typename T>
MatrixView<const T> read_matrix(const char* name, const Array<T>& array) {
  check_layout(name, array, 2);
  return {array.data(), static_cast<std::size_t>(array.shape(0)),
          static_cast<std::size_t>(array.shape(1))};
}

template <typename T>
MatrixView<T> write_matrix(const char* name, Array<T>& array) {
  check_layout(name, array, 2);
  return {array.mutable_data(), static_cast<std::size_t>(array.shape(0)),
          static_cast<std::size_t>(array.shape(1))};
}

template <typename Offset>
CsrView<Offset> read_csr(const Array<Offset>& offsets, const Array<std::int32_t>& indices,
                         const OptionalArray& values, std::size_t n_cols) {
  return {read("offsets", offsets), read("indices", indices), read_optional("values", values),
          n_cols};
}

// pybind11 multiplies shapes without a look at what a size can hold.
template <typename T>
void check_size(std::size_t rows, std::size_t cols) {
  constexpr std::size_t most = std::numeric_limits<py::ssize_t>::max() / sizeof(T);
  if (cols > most / std::max<std::size_t>(rows, 1)) throw std::bad_alloc();
}

template <typename T>
Array<T> new_array(std::size_t n) {
  check_size<T>(1, n);
  return Array<T>(static_cast<py::ssize_t>(n));
}

template <typename T>
Array<T> new_matrix(std::size_t rows, std::size_t cols) {
  check_size<T>(rows, cols);
  return Array<T>({static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(cols)});
}

template <typename T>
Array<T> to_array(const std::vector<T>& values) {
  return Array<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

}  // namespace astonish::bindings
