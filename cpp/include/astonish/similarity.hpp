// How alike two users (or two items) are, from the ratings that they have in common.
//
// All measures are ratios of sums over the columns that rows x and x' share. Row x needs one pass
// over the ratings of each of its columns: for every column y of x and every x' that rated y, one
// entry of a running row of sums is updated. So any row costs
//   O(sum over the columns y of x of the number of ratings of y)
// and O(n_rows) of memory a thread, and nothing ever needs the n_rows x n_rows matrix. Sums are
// taken over ascending columns, one rating after the other, whatever the number of threads: that is
// scikit-surprise's order, so similarities equal its own to the last bit.
//
//   cosine            sum r r' / sqrt(sum r^2 * sum r'^2)
//   msd               1 / (mean of (r - r')^2 + 1)
//   pearson           correlation of r and r'
//   pearson_baseline  cosine of r - b and r' - b', times (n - 1) / (n - 1 + shrinkage), where
//                     b = global_mean + col_biases[y] + row_biases[x]; needs two common columns
//
// Fewer than min_support common columns, or a denominator of zero (or, by rounding, of less), give
// 0. A row is 1 to itself. The matrix is symmetric to the last bit.
//
// Source: Koren: Factor in the neighbors: scalable and accurate collaborative filtering. 2010,
// section 2.2 (pearson_baseline). The interface and the other measures are scikit-surprise's.
#pragma once

#include <cstdint>
#include <span>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish {

enum class Similarity { cosine, msd, pearson, pearson_baseline };

// Which similarities of which ratings. The two views hold the same ratings, by row and by column.
template <typename Offset>
struct SimilarityProblem {
  CsrView<Offset> by_row;
  CsrView<Offset> by_col;
  Similarity measure = Similarity::msd;
  int min_support = 1;
  // The rest is for pearson_baseline.
  double shrinkage = 100.0;
  double global_mean = 0.0;
  std::span<const double> row_biases;
  std::span<const double> col_biases;
};

// Throws std::invalid_argument when shapes or lengths contradict each other; O(1).
template <typename Offset>
void check_shapes(const SimilarityProblem<Offset>& problem);

// Writes the similarities of rows[k] to all rows into out.row(k). Throws std::out_of_range for a
// row that does not exist, std::invalid_argument for shapes that do not match.
template <typename Offset>
void similarity_rows(const SimilarityProblem<Offset>& problem, std::span<const std::int32_t> rows,
                     MatrixView<double> out, int n_threads);

}  // namespace astonish
