#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "astonish/epochs.hpp"
#include "astonish/neighbors.hpp"
#include "ratings.hpp"

using namespace astonish;
using astonish::testing::kMeasures;
using astonish::testing::Matrix;
using astonish::testing::random_ratings;
using astonish::testing::same_bits;
using astonish::testing::similarity_matrix;
using doctest::Contains;

namespace {

using Codes = std::vector<std::int32_t>;

struct Table {
  Table(std::size_t n_rows, std::size_t n_cols) : means(n_rows, n_cols), counts(n_rows, n_cols) {}
  [[nodiscard]] NeighborMeanRows view() { return {means.view(), counts.view()}; }
  Matrix<double> means;
  Matrix<std::int32_t> counts;
};

bool same(const Table& a, const Table& b) {
  return same_bits(a.means.data, b.means.data) && a.counts.data == b.counts.data;
}

template <typename Offset>
Table by_ratings(const SimilarityProblem<Offset>& problem, const NeighborOptions& options,
                 const Codes& rows, const Codes& cols, int n_threads = 1) {
  Table table(rows.size(), cols.size());
  neighbor_mean_rows(problem, options, rows, cols, table.view(), n_threads);
  return table;
}

template <typename Offset>
Table by_matrix(const CsrView<Offset>& by_col, const Matrix<double>& matrix,
                const NeighborOptions& options, const Codes& rows, const Codes& cols) {
  Table table(rows.size(), cols.size());
  neighbor_mean_rows(by_col, matrix.view(), options, rows, cols, table.view(), 1);
  return table;
}

// The pairs one by one, which test_neighbors.cpp compares with a plain loop.
template <typename Offset>
Table of_pairs(const CsrView<Offset>& by_col, const Matrix<double>& matrix,
               const NeighborOptions& options, const Codes& rows, const Codes& cols) {
  Table table(rows.size(), cols.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const Codes row(cols.size(), rows[k]);
    neighbor_means(by_col, matrix.view(), options, row, cols,
                   {table.means.view().row(k), table.counts.view().row(k)}, 1);
  }
  return table;
}

Codes shuffled(std::size_t n) {
  Codes codes(n);
  std::iota(codes.begin(), codes.end(), 0);
  for (std::size_t k = 0; k + 1 < n; k += 3) std::swap(codes[k], codes[n - 1 - k / 2]);
  codes.push_back(codes.front());
  return codes;
}

template <typename Offset>
void check_rows_are_pairs(const SimilarityProblem<Offset>& problem, std::span<const double> scales,
                          const Matrix<double>& matrix) {
  const Codes rows = shuffled(problem.by_row.n_rows());
  const Codes cols = shuffled(problem.by_col.n_rows());
  for (const std::size_t k : {0U, 1U, 2U, 7U, 40U, 1'000'000U}) {
    for (const NeighborOptions& options :
         {NeighborOptions{k, {}, {}, {}},
          NeighborOptions{k, problem.row_biases, problem.col_biases, scales}}) {
      const Table expected = of_pairs(problem.by_col, matrix, options, rows, cols);
      CHECK(same(by_matrix(problem.by_col, matrix, options, rows, cols), expected));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("neighbor rows: equal their pairs to the last bit", Offset, std::int32_t,
                   std::int64_t) {
  // Columns of by_col are ordered by row, those of by_row are not.
  const auto ratings = random_ratings<Offset>(4, 40, 30, 25);
  for (const Similarity measure : kMeasures) {
    auto problem = ratings.problem(measure);
    check_rows_are_pairs(problem, std::vector<double>(40, 0.7), similarity_matrix(problem));
    std::swap(problem.by_row, problem.by_col);
    std::swap(problem.row_biases, problem.col_biases);
    check_rows_are_pairs(problem, std::vector<double>(30, 0.7), similarity_matrix(problem));
  }
}

TEST_CASE("neighbor rows: of equal similarities the earlier ratings of a column count") {
  const auto ratings = random_ratings<std::int32_t>(9, 40, 30, 25);
  auto problem = ratings.problem(Similarity::msd);
  for (int side = 0; side < 2; ++side) {
    const std::size_t n = problem.by_row.n_rows();
    Matrix<double> matrix(n, n);
    for (std::size_t k = 0; k < n * n; ++k) matrix.data[k] = 0.25 * static_cast<double>(k * k % 4);
    check_rows_are_pairs(problem, {}, matrix);
    std::swap(problem.by_row, problem.by_col);
    std::swap(problem.row_biases, problem.col_biases);
  }
}

TEST_CASE("neighbor rows: similarities of ratings, with any number of threads") {
  const auto ratings = random_ratings<std::int32_t>(3, 60, 20, 15);
  const auto problem = ratings.problem(Similarity::pearson_baseline);
  const NeighborOptions options{5, ratings.row_biases, ratings.col_biases, {}};
  const Codes rows = shuffled(60);
  const Codes cols = shuffled(20);
  const Table expected = of_pairs(problem.by_col, similarity_matrix(problem), options, rows, cols);
  for (const int n_threads : {1, 2, 3, 7})
    CHECK(same(by_ratings(problem, options, rows, cols, n_threads), expected));
}

TEST_CASE("neighbor rows: what is not positive never counts") {
  const astonish::testing::Csr<std::int32_t> by_col{
      {0, 4, 4}, {0, 1, 2, 3}, {1.0, 2.0, 3.0, 4.0}, 4};
  Matrix<double> matrix(4, 4);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> row{-0.5, 1.0, nan, 0.5};
  std::copy(row.begin(), row.end(), matrix.data.begin());
  const Table table = by_matrix(by_col.view(), matrix, {}, {0, 1}, {1, 0});
  CHECK(table.means.at(0, 1) == (2.0 + 0.5 * 4.0) / 1.5);
  CHECK(table.counts.data == Codes{0, 2, 0, 0});
  CHECK(std::isnan(table.means.at(0, 0)));
  CHECK(std::isnan(table.means.at(1, 1)));
}

TEST_CASE("neighbor rows: nothing to answer") {
  const auto ratings = random_ratings<std::int32_t>(3, 6, 5, 4);
  const auto problem = ratings.problem(Similarity::msd);
  CHECK(by_ratings(problem, {}, {}, {0, 1}, 2).means.data.empty());
  CHECK(by_ratings(problem, {}, {0, 1}, {}, 2).means.data.empty());
}

TEST_CASE("neighbor rows: a run is cancelled between chunks of rows") {
  const auto ratings = random_ratings<std::int32_t>(3, 60, 20, 15);
  const auto problem = ratings.problem(Similarity::msd);
  const Codes rows(200, 1);
  const Codes cols{0, 1};
  Table table(rows.size(), cols.size());
  int asked = 0;
  const auto run = [&] {
    neighbor_mean_rows(problem, {}, rows, cols, table.view(), 1, [&] { return ++asked < 3; });
  };
  CHECK_THROWS_AS(run(), Cancelled);
  CHECK(asked == 3);
}

TEST_CASE("neighbor rows: what does not fit is refused") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  const auto problem = ratings.problem(Similarity::msd);
  const std::vector<double> seven(7);
  const auto refused = [&](const NeighborOptions& options, const Codes& rows, const Codes& cols,
                           const char* message, auto error) {
    using Error = decltype(error);
    CHECK_THROWS_WITH_AS(by_ratings(problem, options, rows, cols), Contains(message), Error);
    CHECK_THROWS_WITH_AS(by_matrix(problem.by_col, similarity_matrix(problem), options, rows, cols),
                         Contains(message), Error);
  };
  const std::out_of_range outside("");
  const std::invalid_argument invalid("");
  refused({}, {6}, {0}, "rows[0] is 6, outside [0, 6)", outside);
  refused({}, {0}, {0, -1}, "cols[1] is -1, outside [0, 5)", outside);
  refused({40, seven, {}, {}}, {0}, {0}, "row_centers has 7 entries, expected 6", invalid);
  refused({40, {}, {}, seven}, {0}, {0}, "row_scales has 7 entries, expected 6", invalid);
  CHECK_THROWS_WITH_AS(by_matrix(problem.by_col, Matrix<double>(5, 6), {}, {0}, {0}),
                       Contains("similarities has 5 entries, expected 6"), std::invalid_argument);
  Table table(2, 1);
  const auto run = [&] { neighbor_mean_rows(problem, {}, Codes{0}, Codes{0}, table.view(), 1); };
  CHECK_THROWS_WITH_AS(run(), Contains("means is 2 x 1, expected 1 x 1"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(by_ratings(problem, {}, {0}, {0}, 0), Contains("n_threads is 0"),
                       std::invalid_argument);
}
