#include "astonish/neighbors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
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

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Pairs {
  std::vector<std::int32_t> rows, cols;
};

struct Answer {
  explicit Answer(std::size_t n) : means(n), counts(n) {}
  [[nodiscard]] NeighborMeans view() { return {means, counts}; }
  std::vector<double> means;
  std::vector<std::int32_t> counts;
};

bool same(const Answer& a, const Answer& b) {
  return same_bits(a.means, b.means) && a.counts == b.counts;
}

template <typename Offset>
Answer by_ratings(const SimilarityProblem<Offset>& problem, const NeighborOptions& options,
                  const Pairs& pairs, int n_threads = 1) {
  Answer answer(pairs.rows.size());
  neighbor_means(problem, options, pairs.rows, pairs.cols, answer.view(), n_threads);
  return answer;
}

template <typename Offset>
Answer by_matrix(const Csr<Offset>& by_col, const Matrix<double>& matrix,
                 const NeighborOptions& options, const Pairs& pairs, int n_threads = 1) {
  Answer answer(pairs.rows.size());
  neighbor_means(by_col.view(), matrix.view(), options, pairs.rows, pairs.cols, answer.view(),
                 n_threads);
  return answer;
}

// The formula of neighbors.hpp: sort all raters, take the first k, add. This file is compiled
// without contraction of multiply and add.
template <typename Offset>
void naive_pair(const Csr<Offset>& by_col, const Matrix<double>& matrix,
                const NeighborOptions& options, std::size_t row, std::size_t col, double& mean,
                std::int32_t& count) {
  struct Candidate {
    double similarity;
    std::size_t row;
    double rating;
  };
  std::vector<Candidate> candidates;
  const auto rows = by_col.view().row_indices(col);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto other = static_cast<std::size_t>(rows[k]);
    if (matrix.at(row, other) > 0.0)
      candidates.push_back({matrix.at(row, other), other, by_col.view().row_values(col)[k]});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.similarity > b.similarity; });
  candidates.resize(std::min(candidates.size(), options.k));
  double sum = 0.0;
  double weights = 0.0;
  for (const auto& [similarity, other, rating] : candidates) {
    const double row_center = options.row_centers.empty() ? 0.0 : options.row_centers[other];
    const double col_center = options.col_centers.empty() ? 0.0 : options.col_centers[col];
    const double scale = options.row_scales.empty() ? 1.0 : options.row_scales[other];
    sum += similarity * (rating - (row_center + col_center)) / scale;
    weights += similarity;
  }
  mean = candidates.empty() ? kNaN : sum / weights;
  count = static_cast<std::int32_t>(candidates.size());
}

template <typename Offset>
Answer naive(const Csr<Offset>& by_col, const Matrix<double>& matrix,
             const NeighborOptions& options, const Pairs& pairs) {
  Answer answer(pairs.rows.size());
  for (std::size_t k = 0; k < pairs.rows.size(); ++k)
    naive_pair(by_col, matrix, options, static_cast<std::size_t>(pairs.rows[k]),
               static_cast<std::size_t>(pairs.cols[k]), answer.means[k], answer.counts[k]);
  return answer;
}

// Every row with every column, rows changing all the time.
Pairs all_pairs(std::size_t n_rows, std::size_t n_cols) {
  Pairs pairs;
  for (std::size_t col = 0; col < n_cols; ++col) {
    for (std::size_t row = 0; row < n_rows; ++row) {
      pairs.rows.push_back(static_cast<std::int32_t>(row));
      pairs.cols.push_back(static_cast<std::int32_t>(col));
    }
  }
  return pairs;
}

// The same pairs, those of a row side by side.
Pairs grouped_pairs(std::size_t n_rows, std::size_t n_cols) {
  Pairs pairs = all_pairs(n_cols, n_rows);
  std::swap(pairs.rows, pairs.cols);
  return pairs;
}

// One column that n rows rated 1, 2, 3, ...
Csr<std::int32_t> one_column(std::int32_t n) {
  Csr<std::int32_t> by_col{{0, n}, {}, {}, static_cast<std::size_t>(n)};
  for (std::int32_t row = 0; row < n; ++row) {
    by_col.indices.push_back(row);
    by_col.values.push_back(row + 1.0);
  }
  return by_col;
}

// What row 0 gets from the raters of one column whose similarities to it are these.
Answer of_similarities(std::vector<double> similarities, std::size_t k) {
  const std::size_t n = similarities.size();
  Matrix<double> matrix(n, n);
  std::copy(similarities.begin(), similarities.end(), matrix.data.begin());
  NeighborOptions options;
  options.k = k;
  return by_matrix(one_column(static_cast<std::int32_t>(n)), matrix, options, {{0}, {0}});
}

}  // namespace

TEST_CASE_TEMPLATE("neighbors: equal a plain loop to the last bit", Offset, std::int32_t,
                   std::int64_t) {
  for (const std::size_t n_cols : {4U, 30U}) {
    const auto ratings = random_ratings<Offset>(n_cols, 40, n_cols, 25);
    const Pairs pairs = all_pairs(40, n_cols);
    std::vector<double> scales(40);
    for (std::size_t row = 0; row < 40; ++row) scales[row] = 0.7 + 0.01 * static_cast<double>(row);
    for (const Similarity measure : kMeasures) {
      const auto problem = ratings.problem(measure);
      const Matrix<double> matrix = similarity_matrix(problem);
      for (const std::size_t k : {0U, 1U, 2U, 7U, 40U, 1'000'000U}) {
        for (const NeighborOptions& options :
             {NeighborOptions{k, {}, {}, {}}, NeighborOptions{k, ratings.row_biases, {}, {}},
              NeighborOptions{k, {}, ratings.col_biases, {}}, NeighborOptions{k, {}, {}, scales},
              NeighborOptions{k, ratings.row_biases, ratings.col_biases, scales}}) {
          const Answer expected = naive(ratings.by_col, matrix, options, pairs);
          CHECK(same(by_ratings(problem, options, pairs), expected));
          CHECK(same(by_matrix(ratings.by_col, matrix, options, pairs), expected));
        }
      }
    }
  }
}

TEST_CASE("neighbors: the same bits with any number of threads and in any order of pairs") {
  const auto ratings = random_ratings<std::int32_t>(3, 60, 20, 15);
  const auto problem = ratings.problem(Similarity::pearson_baseline);
  const Matrix<double> matrix = similarity_matrix(problem);
  const NeighborOptions options{5, ratings.row_biases, ratings.col_biases, {}};
  for (const Pairs& pairs : {all_pairs(60, 20), grouped_pairs(60, 20)}) {
    const Answer expected = naive(ratings.by_col, matrix, options, pairs);
    for (const int n_threads : {1, 2, 3, 7}) {
      CHECK(same(by_ratings(problem, options, pairs, n_threads), expected));
      CHECK(same(by_matrix(ratings.by_col, matrix, options, pairs, n_threads), expected));
    }
  }
}

TEST_CASE("neighbors: a mean done by hand") {
  const Answer answer = of_similarities({0.5, 0.25, 1.0}, 2);
  CHECK(answer.means[0] == (1.0 * 3 + 0.5 * 1) / 1.5);
  CHECK(answer.counts[0] == 2);
}

TEST_CASE("neighbors: of equal similarities the earlier ratings count") {
  const Answer answer = of_similarities({0.5, 1.0, 0.5, 1.0, 0.5, 1.0}, 4);
  CHECK(answer.means[0] == (2 + 4 + 6 + 0.5 * 1) / 3.5);
  CHECK(answer.counts[0] == 4);
}

TEST_CASE("neighbors: a rater who rated twice is two neighbours") {
  const Csr<std::int32_t> by_col{{0, 3}, {1, 0, 1}, {2.0, 5.0, 4.0}, 2};
  const Matrix<double> matrix(2, 2, {0.5, 1.0, 1.0, 1.0});
  const Answer answer = by_matrix(by_col, matrix, {2, {}, {}, {}}, {{0, 1}, {0, 0}});
  CHECK(answer.means == std::vector<double>{3.0, 3.5});
  CHECK(answer.counts == std::vector<std::int32_t>{2, 2});
}

TEST_CASE("neighbors: what is not positive never counts") {
  for (const double none : {0.0, -0.0, -0.5, kNaN, -std::numeric_limits<double>::infinity()}) {
    const Answer answer = of_similarities({none, 1.0, none, 0.5}, 4);
    CHECK(answer.means[0] == (2 + 0.5 * 4) / 1.5);
    CHECK(answer.counts[0] == 2);
    CHECK(of_similarities({none, none}, 4).counts[0] == 0);
  }
}

TEST_CASE("neighbors: nobody to ask") {
  CHECK(std::isnan(of_similarities({1.0, 1.0}, 0).means[0]));
  CHECK(of_similarities({1.0, 1.0}, 0).counts[0] == 0);
  const Csr<std::int32_t> unrated{{0, 0}, {}, {}, 1};
  const Answer answer = by_matrix(unrated, Matrix<double>(1, 1, {1.0}), {}, {{0}, {0}});
  CHECK(std::isnan(answer.means[0]));
  CHECK(answer.counts[0] == 0);
}

TEST_CASE("neighbors: nothing to answer") {
  const auto ratings = random_ratings<std::int32_t>(3, 6, 5, 4);
  const auto problem = ratings.problem(Similarity::msd);
  CHECK(by_ratings(problem, {}, {}, 2).means.empty());
  CHECK(by_matrix(ratings.by_col, similarity_matrix(problem), {}, {}, 2).means.empty());
  const BothWays<std::int32_t> nobody(Csr<std::int32_t>{{0}, {}, {}, 0});
  CHECK(by_ratings(nobody.problem(Similarity::msd), {}, {}).means.empty());
}

TEST_CASE("neighbors: the default is scikit-surprise's") { CHECK(NeighborOptions{}.k == 40); }

TEST_CASE("neighbors: what does not fit is refused") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  const auto problem = ratings.problem(Similarity::msd);
  const Matrix<double> matrix = similarity_matrix(problem);
  const std::vector<double> seven(7);
  const auto refused = [&](const NeighborOptions& options, const Pairs& pairs, const char* message,
                           auto error) {
    using Error = decltype(error);
    CHECK_THROWS_WITH_AS(by_ratings(problem, options, pairs), Contains(message), Error);
    CHECK_THROWS_WITH_AS(by_matrix(ratings.by_col, matrix, options, pairs), Contains(message),
                         Error);
  };
  const std::out_of_range outside("");
  const std::invalid_argument invalid("");
  refused({}, {{6}, {0}}, "rows[0] is 6, outside [0, 6)", outside);
  refused({}, {{0, -1}, {0, 0}}, "rows[1] is -1", outside);
  refused({}, {{0}, {5}}, "cols[0] is 5, outside [0, 5)", outside);
  refused({}, {{0}, {-1}}, "cols[0] is -1", outside);
  refused({}, {{0, 1}, {0}}, "cols has 1 entries, expected 2", invalid);
  refused({40, seven, {}, {}}, {{0}, {0}}, "row_centers has 7 entries, expected 6", invalid);
  refused({40, {}, seven, {}}, {{0}, {0}}, "col_centers has 7 entries, expected 5", invalid);
  refused({40, {}, {}, seven}, {{0}, {0}}, "row_scales has 7 entries, expected 6", invalid);
}

TEST_CASE("neighbors: results of another length are refused") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  const Pairs pairs{{0, 1}, {0, 1}};
  std::vector<double> means(2);
  std::vector<std::int32_t> counts(2);
  const auto run = [&](NeighborMeans out) {
    neighbor_means<std::int32_t>(ratings.problem(Similarity::msd), {}, pairs.rows, pairs.cols, out,
                                 1);
  };
  CHECK_NOTHROW(run({means, counts}));
  CHECK_THROWS_WITH_AS(run({std::span(means).first(1), counts}), Contains("means has 1 entries"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({means, std::span(counts).first(1)}), Contains("counts has 1 entries"),
                       std::invalid_argument);
}

TEST_CASE("neighbors: similarities that do not fit the ratings are refused") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  const Pairs pairs{{0}, {0}};
  CHECK_THROWS_WITH_AS(by_matrix(ratings.by_col, Matrix<double>(5, 6), {}, pairs),
                       Contains("similarities has 5 entries, expected 6"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(by_matrix(ratings.by_col, Matrix<double>(6, 7), {}, pairs),
                       Contains("rows of similarities has 7 entries, expected 6"),
                       std::invalid_argument);
  Csr<std::int32_t> pattern = ratings.by_col;
  pattern.values.clear();
  CHECK_THROWS_WITH_AS(by_matrix(pattern, Matrix<double>(6, 6), {}, pairs),
                       Contains("by_col.values has 0 entries"), std::invalid_argument);
  auto problem = ratings.problem(Similarity::msd);
  problem.by_row.n_cols = 9;
  CHECK_THROWS_WITH_AS(by_ratings(problem, {}, pairs), Contains("not the transpose"),
                       std::invalid_argument);
}

TEST_CASE("neighbors: threads that cannot work are refused") {
  const auto ratings = random_ratings<std::int32_t>(7, 6, 5, 4);
  CHECK_THROWS_WITH_AS(by_ratings(ratings.problem(Similarity::msd), {}, {{0}, {0}}, 0),
                       Contains("n_threads is 0"), std::invalid_argument);
}
