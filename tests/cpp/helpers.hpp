// What the core borrows, owned; random problems from a fixed seed; comparison of bits.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "astonish/csr.hpp"
#include "astonish/factors.hpp"
#include "astonish/matrix.hpp"
#include "astonish/random.hpp"

namespace astonish::testing {

template <typename T>
struct Matrix {
  Matrix(std::size_t n_rows, std::size_t n_cols, std::vector<T> values)
      : rows(n_rows), cols(n_cols), data(std::move(values)) {}
  Matrix(std::size_t n_rows, std::size_t n_cols)
      : Matrix(n_rows, n_cols, std::vector<T>(n_rows * n_cols)) {}

  [[nodiscard]] MatrixView<T> view() { return {data.data(), rows, cols}; }
  [[nodiscard]] MatrixView<const T> view() const { return {data.data(), rows, cols}; }
  [[nodiscard]] T& at(std::size_t row, std::size_t col) { return data[row * cols + col]; }
  [[nodiscard]] const T& at(std::size_t row, std::size_t col) const {
    return data[row * cols + col];
  }

  std::size_t rows;
  std::size_t cols;
  std::vector<T> data;
};

template <typename Offset>
struct Csr {
  std::vector<Offset> offsets;
  std::vector<std::int32_t> indices;
  std::vector<double> values;
  std::size_t n_cols = 0;

  [[nodiscard]] CsrView<Offset> view() const { return {offsets, indices, values, n_cols}; }
};

// Columns as rows; the ratings of a column stay in the order of the rows.
template <typename Offset>
Csr<Offset> transposed(const Csr<Offset>& csr) {
  const std::size_t n_rows = csr.offsets.size() - 1;
  Csr<Offset> result{{0}, {}, {}, n_rows};
  for (std::size_t col = 0; col < csr.n_cols; ++col) {
    for (std::size_t row = 0; row < n_rows; ++row) {
      const auto columns = csr.view().row_indices(row);
      for (std::size_t k = 0; k < columns.size(); ++k) {
        if (static_cast<std::size_t>(columns[k]) != col) continue;
        result.indices.push_back(static_cast<std::int32_t>(row));
        result.values.push_back(csr.view().row_values(row)[k]);
      }
    }
    result.offsets.push_back(static_cast<Offset>(result.indices.size()));
  }
  return result;
}

// One rating of one item by one user.
inline Csr<std::int32_t> one_rating(double value) { return {{0, 1}, {0}, {value}, 1}; }

// The same ratings by user and by item.
struct Sides {
  Sides(Csr<std::int64_t> ratings)  // NOLINT(google-explicit-constructor)
      : by_user(std::move(ratings)), by_item(transposed(by_user)) {}

  Csr<std::int64_t> by_user, by_item;
};

struct Model {
  Matrix<double> pu, qi;
  std::vector<double> bu = std::vector<double>(pu.rows);
  std::vector<double> bi = std::vector<double>(qi.rows);
  double global_mean = 0.0;
  bool biased = true;

  [[nodiscard]] BiasedFactors<double> view() {
    return {pu.view(), qi.view(), bu, bi, global_mean, biased};
  }
  [[nodiscard]] BiasedFactors<const double> view() const {
    return {pu.view(), qi.view(), bu, bi, global_mean, biased};
  }
};

template <typename T>
void fill_normal(std::span<T> values, RowRandom& random, double scale) {
  for (T& value : values) value = static_cast<T>(scale * random.normal());
}

template <typename T>
Matrix<T> normal_matrix(std::uint64_t seed, std::size_t rows, std::size_t cols,
                        double scale = 1.0) {
  Matrix<T> matrix(rows, cols);
  RowRandom random(seed, 0);
  fill_normal<T>(matrix.data, random, scale);
  return matrix;
}

// Whole numbers of [-range, range]: their products and sums are exact in float32 and float64 alike,
// in whatever order they are added, so a kernel must agree with a plain loop to the last bit, ties
// included.
template <typename T>
Matrix<T> integer_matrix(std::uint64_t seed, std::size_t rows, std::size_t cols, int range) {
  Matrix<T> matrix(rows, cols);
  RowRandom random(seed, 0);
  const auto width = static_cast<std::uint32_t>(2 * range + 1);
  for (T& value : matrix.data)
    value = static_cast<T>(static_cast<int>(random.below(width)) - range);
  return matrix;
}

inline Model normal_model(std::uint64_t seed, std::size_t n_users, std::size_t n_items,
                          std::size_t n_factors, bool biased) {
  Model model{normal_matrix<double>(seed, n_users, n_factors, 0.1),
              normal_matrix<double>(seed + 1, n_items, n_factors, 0.1)};
  RowRandom random(seed, 1);
  fill_normal<double>(model.bu, random, 0.1);
  fill_normal<double>(model.bi, random, 0.1);
  model.global_mean = 3.5;
  model.biased = biased;
  return model;
}

// Up to `longest` entries a row, in no order and with repeats, rated 1 to 5.
template <typename Offset>
Csr<Offset> random_csr(std::uint64_t seed, std::size_t n_rows, std::size_t n_cols,
                       std::uint32_t longest) {
  Csr<Offset> csr{{0}, {}, {}, n_cols};
  for (std::size_t row = 0; row < n_rows; ++row) {
    RowRandom random(seed, row);
    const std::uint32_t length = n_cols == 0 ? 0 : random.below(longest + 1);
    for (std::uint32_t k = 0; k < length; ++k) {
      csr.indices.push_back(
          static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(n_cols))));
      csr.values.push_back(1.0 + random.below(5));
    }
    csr.offsets.push_back(static_cast<Offset>(csr.indices.size()));
  }
  return csr;
}

// Equal bit by bit: NaN equals the same NaN, and 0.0 differs from -0.0.
template <typename T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  using Bits = std::conditional_t<sizeof(T) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](T x, T y) { return std::bit_cast<Bits>(x) == std::bit_cast<Bits>(y); });
}

inline bool same_bits(const Model& a, const Model& b) {
  return same_bits(a.pu.data, b.pu.data) && same_bits(a.qi.data, b.qi.data) &&
         same_bits(a.bu, b.bu) && same_bits(a.bi, b.bi);
}

}  // namespace astonish::testing
