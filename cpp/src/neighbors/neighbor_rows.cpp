#include <memory>

#include "astonish/neighbors.hpp"
#include "neighbor_walk.hpp"
#include "similarity_row.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::ratings::WideCsr;
using internal::ratings::widened;
using internal::support::check_has_values;
using internal::support::check_shape;
using namespace internal::neighbors;

namespace {

constexpr std::size_t kRowsPerChunk = 4;

template <typename MakeSource>
void run(const WideCsr& by_col, const MakeSource& make_source, const NeighborOptions& options,
         std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
         NeighborMeanRows out, int n_threads, const KeepGoing& keep_going) {
  check_shape("means", out.means, rows.size(), cols.size());
  check_shape("counts", out.counts, rows.size(), cols.size());
  const RaterLists lists(by_col, cols, options);
  const auto fill_rows = [&](std::size_t begin, std::size_t end) {
    const std::unique_ptr<SimilaritySource> source = make_source();
    NeighborWalk walk(lists, options.k, options.row_scales);
    for (std::size_t k = begin; k < end; ++k)
      walk.fill(source->row(static_cast<std::size_t>(rows[k])), out.means.row(k),
                out.counts.row(k));
  };
  parallel_for(rows.size(), n_threads, kRowsPerChunk, fill_rows, keep_going);
}

void neighbor_mean_rows_wide(const WideProblem& problem, const NeighborOptions& options,
                             std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
                             NeighborMeanRows out, int n_threads, const KeepGoing& keep_going) {
  check_shapes(problem);
  check_question(problem.by_row.n_rows(), problem.by_col.n_rows(), options, rows, cols);
  const auto make_source = [&] { return rated_similarities(problem); };
  run(problem.by_col, make_source, options, rows, cols, out, n_threads, keep_going);
}

void neighbor_mean_rows_wide(const WideCsr& by_col, MatrixView<const double> similarities,
                             const NeighborOptions& options, std::span<const std::int32_t> rows,
                             std::span<const std::int32_t> cols, NeighborMeanRows out,
                             int n_threads, const KeepGoing& keep_going) {
  check_has_values("by_col", by_col);
  check_similarities(similarities, by_col.n_cols);
  check_question(by_col.n_cols, by_col.n_rows(), options, rows, cols);
  const auto make_source = [&] { return std::make_unique<MatrixSimilarities>(similarities); };
  run(by_col, make_source, options, rows, cols, out, n_threads, keep_going);
}

}  // namespace

template <typename Offset>
void neighbor_mean_rows(const SimilarityProblem<Offset>& problem, const NeighborOptions& options,
                        std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
                        NeighborMeanRows out, int n_threads, const KeepGoing& keep_going) {
  neighbor_mean_rows_wide(widened(problem), options, rows, cols, out, n_threads, keep_going);
}

template <typename Offset>
void neighbor_mean_rows(const CsrView<Offset>& by_col, MatrixView<const double> similarities,
                        const NeighborOptions& options, std::span<const std::int32_t> rows,
                        std::span<const std::int32_t> cols, NeighborMeanRows out, int n_threads,
                        const KeepGoing& keep_going) {
  neighbor_mean_rows_wide(widened(by_col), similarities, options, rows, cols, out, n_threads,
                          keep_going);
}

#define ASTONISH_INSTANTIATE(Offset)                                                             \
  template void neighbor_mean_rows(const SimilarityProblem<Offset>&, const NeighborOptions&,     \
                                   std::span<const std::int32_t>, std::span<const std::int32_t>, \
                                   NeighborMeanRows, int, const KeepGoing&);                     \
  template void neighbor_mean_rows(const CsrView<Offset>&, MatrixView<const double>,             \
                                   const NeighborOptions&, std::span<const std::int32_t>,        \
                                   std::span<const std::int32_t>, NeighborMeanRows, int,         \
                                   const KeepGoing&);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
