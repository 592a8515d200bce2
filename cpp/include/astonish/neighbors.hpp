// What the most similar raters of an item say: the estimates of k-nearest-neighbours models.
//
// For a pair (x, y), the candidates are the rows x' that rated y; of them the k most similar to x
// with a positive similarity count (of equal similarities, the earlier rating of y), and
//
//   mean(x, y) = sum s(x, x') d(x', y) / sum s(x, x')
//   d(x', y)   = (rating - (row_centers[x'] + col_centers[y])) / row_scales[x']
//
// Rows are users and columns items, or the other way round. The models differ in what they subtract
// and add again; that is their caller's.
//
// Similarities are computed for one x at a time (see similarity.hpp), so that memory is
// O(ratings + threads * rows); pairs of the same x should stand side by side, or its row is
// computed again. A pair costs O(number of ratings of y + k log k) beyond its row. Sums run in the
// order of falling similarity, whatever the number of threads: scikit-surprise's order and its
// results.
//
// Source: Koren 2010 (see similarity.hpp), formula 3; the interface is scikit-surprise's.
#pragma once

#include <cstdint>
#include <span>

#include "astonish/parallel.hpp"
#include "astonish/similarity.hpp"

namespace astonish {

struct NeighborOptions {
  std::size_t k = 40;
  // What ratings are measured from; an empty span subtracts 0, or divides by 1.
  std::span<const double> row_centers;
  std::span<const double> col_centers;
  std::span<const double> row_scales;
};

struct NeighborMeans {
  std::span<double> means;         // NaN where no neighbour counts
  std::span<std::int32_t> counts;  // how many neighbours do
};

// Throws std::invalid_argument for shapes that do not match, std::out_of_range for codes of rows or
// columns that do not exist.
template <typename Offset>
void neighbor_means(const SimilarityProblem<Offset>& problem, const NeighborOptions& options,
                    std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
                    NeighborMeans out, int n_threads);

// The same with similarities that the caller has: by_col and a matrix of n_rows x n_rows.
template <typename Offset>
void neighbor_means(const CsrView<Offset>& by_col, MatrixView<const double> similarities,
                    const NeighborOptions& options, std::span<const std::int32_t> rows,
                    std::span<const std::int32_t> cols, NeighborMeans out, int n_threads);

struct NeighborMeanRows {
  MatrixView<double> means;  // row k, column j: of rows[k] and cols[j]
  MatrixView<std::int32_t> counts;
};

// The same of all pairs of some rows and some columns, to the last bit, at a fraction of the cost.
// A row x sorts the others by similarity once. They then add what they rated, the most similar one
// first, to every column that has fewer than k neighbours. Hardly any rating of a full column is
// looked at, so a row costs, beyond its similarities,
//   O(n_rows log n_rows + about 2 k * number of columns)
// where a pair by itself looks at all ratings of its column. The ratings of the columns are listed
// by row first: O(ratings) of time and memory.
//
// Throws as above; Cancelled (epochs.hpp) when `keep_going` says no.
template <typename Offset>
void neighbor_mean_rows(const SimilarityProblem<Offset>& problem, const NeighborOptions& options,
                        std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
                        NeighborMeanRows out, int n_threads, const KeepGoing& keep_going = {});

template <typename Offset>
void neighbor_mean_rows(const CsrView<Offset>& by_col, MatrixView<const double> similarities,
                        const NeighborOptions& options, std::span<const std::int32_t> rows,
                        std::span<const std::int32_t> cols, NeighborMeanRows out, int n_threads,
                        const KeepGoing& keep_going = {});

}  // namespace astonish
