#include "astonish/similarity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "ratings.hpp"

using namespace astonish;
using astonish::testing::BothWays;
using astonish::testing::Csr;
using astonish::testing::kMeasures;
using astonish::testing::Matrix;
using astonish::testing::random_ratings;
using astonish::testing::same_bits;
using astonish::testing::similarity_matrix;
using doctest::Contains;

namespace {

// What two rows have in common: one entry for each pair of ratings of the same column.
struct Common {
  std::vector<double> own, other;
};

// Columns ascend; of two ratings each, the first row's are the outer loop.
template <typename Offset>
Common common_ratings(const SimilarityProblem<Offset>& problem, std::size_t row,
                      std::size_t other) {
  Common common;
  for (std::size_t col = 0; col < problem.by_col.n_rows(); ++col) {
    const auto rows = problem.by_col.row_indices(col);
    const auto ratings = problem.by_col.row_values(col);
    const auto left = [&](std::size_t k, std::size_t of) {
      if (problem.measure != Similarity::pearson_baseline) return ratings[k];
      return ratings[k] - (problem.global_mean + problem.col_biases[col] + problem.row_biases[of]);
    };
    for (std::size_t a = 0; a < rows.size(); ++a) {
      for (std::size_t b = 0; b < rows.size(); ++b) {
        if (static_cast<std::size_t>(rows[a]) != row) continue;
        if (static_cast<std::size_t>(rows[b]) != other) continue;
        common.own.push_back(left(a, row));
        common.other.push_back(left(b, other));
      }
    }
  }
  return common;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

double total(const std::vector<double>& values) {
  return dot(values, std::vector<double>(values.size(), 1.0));
}

double naive_msd(const Common& common) {
  double sum = 0.0;
  for (std::size_t k = 0; k < common.own.size(); ++k)
    sum += (common.own[k] - common.other[k]) * (common.own[k] - common.other[k]);
  return 1.0 / (sum / static_cast<double>(common.own.size()) + 1.0);
}

double naive_cosine(const Common& common) {
  const double norm = std::sqrt(dot(common.own, common.own) * dot(common.other, common.other));
  return norm > 0.0 ? dot(common.own, common.other) / norm : 0.0;
}

double naive_pearson(const Common& common) {
  const auto n = static_cast<double>(common.own.size());
  const double own = total(common.own);
  const double other = total(common.other);
  const double norm = std::sqrt((n * dot(common.own, common.own) - own * own) *
                                (n * dot(common.other, common.other) - other * other));
  return norm > 0.0 ? (n * dot(common.own, common.other) - own * other) / norm : 0.0;
}

// The formulas of similarity.hpp, one pair of rows at a time. This file is compiled without
// contraction of multiply and add.
template <typename Offset>
double naive_similarity(const SimilarityProblem<Offset>& problem, std::size_t row,
                        std::size_t other) {
  if (row == other) return 1.0;
  const Common common = common_ratings(problem, std::min(row, other), std::max(row, other));
  const auto n = static_cast<int>(common.own.size());
  const bool is_baseline = problem.measure == Similarity::pearson_baseline;
  if (n < std::max(problem.min_support, is_baseline ? 2 : 1)) return 0.0;
  if (problem.measure == Similarity::msd) return naive_msd(common);
  if (problem.measure == Similarity::pearson) return naive_pearson(common);
  if (problem.measure == Similarity::cosine) return naive_cosine(common);
  return naive_cosine(common) * ((n - 1.0) / (n - 1.0 + problem.shrinkage));
}

template <typename Offset>
Matrix<double> naive_matrix(const SimilarityProblem<Offset>& problem) {
  const std::size_t n = problem.by_row.n_rows();
  Matrix<double> matrix(n, n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t other = 0; other < n; ++other)
      matrix.at(row, other) = naive_similarity(problem, row, other);
  return matrix;
}

// Two rows of as many ratings: row r rates column c with ratings[r][c].
BothWays<std::int32_t> two_rows(std::vector<double> first, const std::vector<double>& second) {
  const auto n = static_cast<std::int32_t>(first.size());
  Csr<std::int32_t> ratings{{0, n, 2 * n}, {}, std::move(first), static_cast<std::size_t>(n)};
  for (std::int32_t k = 0; k < 2 * n; ++k) ratings.indices.push_back(k % n);
  ratings.values.insert(ratings.values.end(), second.begin(), second.end());
  return BothWays<std::int32_t>(ratings);
}

double similarity_of_two(Similarity measure, const BothWays<std::int32_t>& ratings) {
  return similarity_matrix(ratings.problem(measure)).at(0, 1);
}

}  // namespace

TEST_CASE_TEMPLATE("similarity: equals a plain loop to the last bit", Offset, std::int32_t,
                   std::int64_t) {
  // Three columns a row are often rated twice, of 60 hardly any.
  for (const std::size_t n_cols : {3U, 20U, 60U}) {
    const auto ratings = random_ratings<Offset>(n_cols, 25, n_cols, 20);
    for (const Similarity measure : kMeasures) {
      for (const int min_support : {0, 1, 2, 5, 1000}) {
        CAPTURE(static_cast<int>(measure));
        CAPTURE(n_cols);
        CAPTURE(min_support);
        auto problem = ratings.problem(measure);
        problem.min_support = min_support;
        CHECK(same_bits(similarity_matrix(problem).data, naive_matrix(problem).data));
      }
    }
  }
}

TEST_CASE("similarity: rows that come from a matrix by column are ratings like others") {
  const auto by_col = random_ratings<std::int64_t>(3, 20, 15, 12);
  for (const Similarity measure : kMeasures) {
    const SimilarityProblem<std::int64_t> problem{
        by_col.by_col.view(), by_col.by_row.view(), measure, 1, 100.0, 3.1,
        by_col.col_biases,    by_col.row_biases};
    CHECK(same_bits(similarity_matrix(problem).data, naive_matrix(problem).data));
  }
}

TEST_CASE("similarity: the same bits with any number of threads") {
  const auto ratings = random_ratings<std::int32_t>(4, 100, 40, 30);
  for (const Similarity measure : kMeasures) {
    const auto problem = ratings.problem(measure);
    const Matrix<double> alone = similarity_matrix(problem, 1);
    for (const int n_threads : {2, 3, 7})
      CHECK(same_bits(similarity_matrix(problem, n_threads).data, alone.data));
  }
}

TEST_CASE("similarity: symmetric to the last bit, 1 on the diagonal") {
  const auto ratings = random_ratings<std::int32_t>(5, 30, 4, 20);
  for (const Similarity measure : kMeasures) {
    const Matrix<double> matrix = similarity_matrix(ratings.problem(measure));
    for (std::size_t row = 0; row < 30; ++row) {
      CHECK(matrix.at(row, row) == 1.0);
      for (std::size_t other = 0; other < row; ++other)
        CHECK(matrix.at(row, other) == matrix.at(other, row));
    }
  }
}

TEST_CASE("similarity: rows are answered in the order and as often as they are asked for") {
  const auto ratings = random_ratings<std::int32_t>(6, 30, 20, 20);
  const Matrix<double> all = similarity_matrix(ratings.problem(Similarity::pearson));
  const std::vector<std::int32_t> wanted{7, 0, 29, 7};
  Matrix<double> some(4, 30);
  similarity_rows<std::int32_t>(ratings.problem(Similarity::pearson), wanted, some.view(), 2);
  for (std::size_t k = 0; k < wanted.size(); ++k)
    for (std::size_t other = 0; other < 30; ++other)
      CHECK(some.at(k, other) == all.at(static_cast<std::size_t>(wanted[k]), other));
}

TEST_CASE("similarity: two rows, done by hand") {
  const auto ratings = two_rows({3.0, 4.0}, {4.0, 3.0});
  CHECK(similarity_of_two(Similarity::cosine, ratings) == 24.0 / 25.0);
  CHECK(similarity_of_two(Similarity::msd, ratings) == 1.0 / 2.0);
  CHECK(similarity_of_two(Similarity::pearson, ratings) == -1.0);
}

TEST_CASE("similarity: of baselines, done by hand") {
  auto ratings = two_rows({5.0, 2.0}, {4.0, 2.0});
  ratings.row_biases = {0.0, 0.0};
  ratings.col_biases = {1.0, -1.0};
  auto problem = ratings.problem(Similarity::pearson_baseline);
  problem.global_mean = 3.0;
  // What is left: {1, 0} and {0, 0}, so the denominator is 0.
  CHECK(similarity_matrix(problem).at(0, 1) == 0.0);
  problem.row_biases = std::span<const double>(ratings.col_biases);
  // b = {5, 3} and {3, 1}; what is left: {0, -1} and {1, 1}
  problem.shrinkage = 0.0;
  CHECK(similarity_matrix(problem).at(0, 1) == -1.0 / std::sqrt(2.0));
  problem.shrinkage = 3.0;
  CHECK(similarity_matrix(problem).at(0, 1) == -1.0 / std::sqrt(2.0) * 0.25);
}

TEST_CASE("similarity: a denominator of zero gives zero") {
  CHECK(similarity_of_two(Similarity::cosine, two_rows({0.0, 0.0}, {1.0, 2.0})) == 0.0);
  CHECK(similarity_of_two(Similarity::pearson, two_rows({3.0, 3.0}, {1.0, 2.0})) == 0.0);
  CHECK(similarity_of_two(Similarity::pearson, two_rows({3.0}, {3.0})) == 0.0);
}

TEST_CASE("similarity: what rounding leaves below zero counts as zero") {
  const auto variance = [](double x) {
    return 3.0 * (x * x + x * x + x * x) - (x + x + x) * (x + x + x);
  };
  double below = 0.1;
  while (!(variance(below) < 0.0)) below += 0.1;
  const auto ratings = two_rows({below, below, below}, {1.0, 2.0, 4.0});
  CHECK(similarity_of_two(Similarity::pearson, ratings) == 0.0);
}

TEST_CASE("similarity: a pair rated twice counts twice") {
  const Csr<std::int32_t> repeated{{0, 2, 3}, {0, 0}, {2.0, 4.0}, 1};
  Csr<std::int32_t> csr = repeated;
  csr.indices.push_back(0);
  csr.values.push_back(3.0);
  const BothWays<std::int32_t> ratings(csr);
  auto problem = ratings.problem(Similarity::msd);
  CHECK(similarity_matrix(problem).at(0, 1) == 1.0 / (1.0 + 1.0));
  problem.min_support = 2;
  CHECK(similarity_matrix(problem).at(0, 1) == 0.5);
  problem.min_support = 3;
  CHECK(similarity_matrix(problem).at(0, 1) == 0.0);
}

TEST_CASE("similarity: nothing in common, and nothing at all") {
  const BothWays<std::int32_t> strangers(Csr<std::int32_t>{{0, 1, 2, 2}, {0, 1}, {5.0, 5.0}, 2});
  const BothWays<std::int32_t> nobody(Csr<std::int32_t>{{0}, {}, {}, 4});
  for (const Similarity measure : kMeasures) {
    CHECK(similarity_matrix(strangers.problem(measure)).data ==
          std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0, 1});
    CHECK(similarity_matrix(nobody.problem(measure)).data.empty());
  }
}

TEST_CASE("similarity: views that contradict each other are refused") {
  const auto good = random_ratings<std::int32_t>(7, 6, 5, 4);
  const auto refused = [&](auto&& spoil, const char* message) {
    auto problem = good.problem(Similarity::pearson_baseline);
    REQUIRE_NOTHROW(check_shapes(problem));
    spoil(problem);
    CHECK_THROWS_WITH_AS(check_shapes(problem), Contains(message), std::invalid_argument);
    CHECK_THROWS_WITH_AS(similarity_matrix(problem), Contains(message), std::invalid_argument);
  };
  refused([](auto& p) { p.by_row.n_cols = 6; }, "by_row is 6 x 6, by_col is 5 x 6");
  refused([](auto& p) { p.by_col.n_cols = 7; }, "by_row is 6 x 5, by_col is 5 x 7");
  refused([](auto& p) { p.by_row.values = {}; }, "by_row.values has 0 entries");
  refused([](auto& p) { p.by_col.values = p.by_col.values.subspan(1); }, "by_col.values has");
  refused([](auto& p) { p.row_biases = {}; }, "row_biases has 0 entries, expected 6");
  refused([](auto& p) { p.col_biases = p.col_biases.subspan(1); }, "col_biases has 4 entries");
}

TEST_CASE("similarity: only pearson_baseline needs biases") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  for (const Similarity measure : {Similarity::cosine, Similarity::msd, Similarity::pearson}) {
    auto problem = ratings.problem(measure);
    problem.row_biases = problem.col_biases = {};
    CHECK_NOTHROW(check_shapes(problem));
  }
}

TEST_CASE("similarity: rows and results that do not fit are refused") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  const auto run = [&](std::vector<std::int32_t> rows, std::size_t out_rows, std::size_t out_cols,
                       int n_threads = 1) {
    Matrix<double> out(out_rows, out_cols);
    similarity_rows<std::int32_t>(ratings.problem(Similarity::msd), rows, out.view(), n_threads);
  };
  CHECK_NOTHROW(run({5, 0}, 2, 6));
  CHECK_THROWS_WITH_AS(run({0, 6}, 2, 6), Contains("rows[1] is 6, outside [0, 6)"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(run({-1, 0}, 2, 6), Contains("rows[0] is -1"), std::out_of_range);
  CHECK_THROWS_WITH_AS(run({0, 1}, 1, 6), Contains("out has 1 entries, expected 2"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({0, 1}, 2, 5), Contains("rows of out has 5 entries, expected 6"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({0}, 1, 6, 0), Contains("n_threads is 0"), std::invalid_argument);
}

TEST_CASE("similarity: a measure that does not exist is refused") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  CHECK_THROWS_WITH_AS(similarity_matrix(ratings.problem(static_cast<Similarity>(9))),
                       Contains("unknown similarity"), std::invalid_argument);
}
