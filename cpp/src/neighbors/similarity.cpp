#include "astonish/similarity.hpp"

#include <algorithm>

#include "astonish/parallel.hpp"
#include "similarity_row.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::support::check_codes;
using internal::support::check_length;
using internal::support::check_transposed;
using namespace internal::neighbors;

namespace {

constexpr std::size_t kRowsPerChunk = 8;

void similarity_rows_wide(const WideProblem& problem, std::span<const std::int32_t> rows,
                          MatrixView<double> out, int n_threads) {
  check_shapes(problem);
  check_codes("rows", rows, 0, problem.by_row.n_rows());
  check_length("out", out.rows, rows.size());
  check_length("rows of out", out.cols, problem.by_row.n_rows());
  parallel_for(rows.size(), n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    const auto source = rated_similarities(problem);
    for (std::size_t k = begin; k < end; ++k) {
      const auto similarities = source->row(static_cast<std::size_t>(rows[k]));
      std::copy(similarities.begin(), similarities.end(), out.row(k).begin());
    }
  });
}

}  // namespace

template <typename Offset>
void check_shapes(const SimilarityProblem<Offset>& problem) {
  check_transposed("by_row", problem.by_row, "by_col", problem.by_col);
  if (problem.measure == Similarity::pearson_baseline) {
    check_length("row_biases", problem.row_biases.size(), problem.by_row.n_rows());
    check_length("col_biases", problem.col_biases.size(), problem.by_col.n_rows());
  }
}

template <typename Offset>
void similarity_rows(const SimilarityProblem<Offset>& problem, std::span<const std::int32_t> rows,
                     MatrixView<double> out, int n_threads) {
  similarity_rows_wide(widened(problem), rows, out, n_threads);
}

#define ASTONISH_INSTANTIATE(Offset)                                                             \
  template void check_shapes(const SimilarityProblem<Offset>&);                                  \
  template void similarity_rows(const SimilarityProblem<Offset>&, std::span<const std::int32_t>, \
                                MatrixView<double>, int);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
