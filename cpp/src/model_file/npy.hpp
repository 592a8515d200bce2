// Arrays in NumPy's .npy format, version 1.0: what the members of an .npz file are.
//
// Read and written straight between the file and a vector. Only little-endian arrays in C order of
// the wanted type are accepted: those are what models hold.
//
// Source: NumPy enhancement proposal 1.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "zip.hpp"

namespace astonish::internal::model_file {

static_assert(std::endian::native == std::endian::little, "arrays are read as they lie in memory");

struct NpyHeader {
  std::string type;  // such as "<f8"
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

// What stands before the elements. Throws std::invalid_argument for what NumPy would not write.
[[nodiscard]] NpyHeader read_npy_header(ZipMember& member);
[[nodiscard]] std::string npy_header(const NpyHeader& header);

template <typename T>
constexpr const char* npy_type = nullptr;
template <>
inline constexpr const char* npy_type<double> = "<f8";
template <>
inline constexpr const char* npy_type<float> = "<f4";
template <>
inline constexpr const char* npy_type<std::int32_t> = "<i4";
template <>
inline constexpr const char* npy_type<std::int64_t> = "<i8";
template <>
inline constexpr const char* npy_type<char> = "|u1";

// The number of elements of `shape`; throws std::invalid_argument unless they take `size` bytes.
[[nodiscard]] std::size_t check_npy_size(const std::string& name,
                                         std::span<const std::size_t> shape,
                                         std::size_t element_size, std::uint64_t size);
// Throws std::invalid_argument unless the array has that type and number of dimensions.
void check_npy(const std::string& name, const NpyHeader& header, const char* type,
               std::size_t n_dimensions);

template <typename T>
struct NpyArray {
  std::vector<std::size_t> shape;
  std::vector<T> values;
};

// The array `name` of an .npz file.
template <typename T>
[[nodiscard]] NpyArray<T> read_npy(ZipReader& archive, const std::string& name,
                                   std::size_t n_dimensions) {
  ZipMember member = archive.open(name + ".npy");
  NpyHeader header = read_npy_header(member);
  check_npy(name, header, npy_type<T>, n_dimensions);
  const std::size_t n = check_npy_size(name, header.shape, sizeof(T), member.remaining());
  NpyArray<T> array{std::move(header.shape), std::vector<T>(n)};
  member.read(std::as_writable_bytes(std::span(array.values)));
  return array;
}

template <typename T>
void write_npy(ZipWriter& archive, const std::string& name, std::vector<std::size_t> shape,
               std::span<const T> values) {
  const std::string header = npy_header({npy_type<T>, false, std::move(shape)});
  archive.add(name + ".npy", {std::as_bytes(std::span(header)), std::as_bytes(values)});
}

}  // namespace astonish::internal::model_file
