#include "astonish/matrix.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <concepts>

using astonish::MatrixView;

TEST_CASE("matrix: a row is the contiguous elements of that row") {
  std::array data{1, 2, 3, 4, 5, 6};
  const MatrixView<int> matrix{data.data(), 2, 3};
  CHECK(std::ranges::equal(matrix.row(0), std::array{1, 2, 3}));
  CHECK(std::ranges::equal(matrix.row(1), std::array{4, 5, 6}));
}

TEST_CASE("matrix: a row writes to the caller's memory") {
  std::array data{1, 2, 3, 4};
  const MatrixView<int> matrix{data.data(), 2, 2};
  matrix.row(1)[0] = 30;
  CHECK(data == std::array{1, 2, 30, 4});
}

TEST_CASE("matrix: rows without columns are empty") {
  const MatrixView<int> matrix{nullptr, 3, 0};
  CHECK(matrix.row(2).empty());
}

TEST_CASE("matrix: a writing view becomes a reading view of the same memory, not the reverse") {
  std::array data{1, 2, 3, 4};
  const MatrixView<int> writing{data.data(), 2, 2};
  const MatrixView<const int> reading = writing;
  CHECK(reading.data == data.data());
  CHECK(reading.rows == 2);
  CHECK(reading.cols == 2);
  static_assert(std::convertible_to<MatrixView<int>, MatrixView<const int>>);
  static_assert(!std::convertible_to<MatrixView<const int>, MatrixView<int>>);
}

TEST_CASE("matrix: a default view is empty") {
  const MatrixView<double> matrix;
  CHECK(matrix.data == nullptr);
  CHECK(matrix.rows == 0);
  CHECK(matrix.cols == 0);
}
