// The same ratings by row and by column, for kernels that need both.
#pragma once

#include <array>
#include <numeric>

#include "astonish/similarity.hpp"
#include "helpers.hpp"

namespace astonish::testing {

inline constexpr std::array kMeasures{Similarity::cosine, Similarity::msd, Similarity::pearson,
                                      Similarity::pearson_baseline};

template <typename Offset>
struct BothWays {
  explicit BothWays(Csr<Offset> ratings) : by_row(std::move(ratings)), by_col(transposed(by_row)) {
    RowRandom random(11, 0);
    fill_normal<double>(row_biases, random, 0.3);
    fill_normal<double>(col_biases, random, 0.3);
  }

  // min_support, shrinkage and the rest are as in a model; change them in what is returned.
  [[nodiscard]] SimilarityProblem<Offset> problem(Similarity measure) const {
    return {by_row.view(), by_col.view(), measure, 1, 100.0, 3.1, row_biases, col_biases};
  }

  Csr<Offset> by_row, by_col;
  std::vector<double> row_biases = std::vector<double>(by_row.view().n_rows());
  std::vector<double> col_biases = std::vector<double>(by_row.n_cols);
};

// Rows in no order, some empty, of ratings whose sums must be rounded; pairs repeat.
template <typename Offset>
BothWays<Offset> random_ratings(std::uint64_t seed, std::size_t n_rows, std::size_t n_cols,
                                std::uint32_t longest) {
  auto ratings = random_csr<Offset>(seed, n_rows, n_cols, longest);
  RowRandom random(seed, n_rows);
  for (double& value : ratings.values) value += 0.3 * random.normal();
  return BothWays<Offset>(std::move(ratings));
}

// The similarities of all rows to all rows.
template <typename Offset>
Matrix<double> similarity_matrix(const SimilarityProblem<Offset>& problem, int n_threads = 1) {
  std::vector<std::int32_t> rows(problem.by_row.n_rows());
  std::iota(rows.begin(), rows.end(), 0);
  Matrix<double> matrix(rows.size(), rows.size());
  similarity_rows(problem, rows, matrix.view(), n_threads);
  return matrix;
}

}  // namespace astonish::testing
