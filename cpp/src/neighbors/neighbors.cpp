#include "astonish/neighbors.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "astonish/parallel.hpp"
#include "neighbor_options.hpp"
#include "similarity_row.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::ratings::WideCsr;
using internal::ratings::widened;
using internal::support::check_has_values;
using internal::support::check_length;
using namespace internal::neighbors;

namespace {

constexpr std::size_t kRunsPerChunk = 4;

struct Neighbor {
  double similarity;
  std::size_t index;  // among the ratings of the column
};

bool is_better(const Neighbor& a, const Neighbor& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.index < b.index;
}

// The k best, best first. A heap whose top is the worst of them sees each candidate once.
void find_nearest(std::span<const double> similarities, std::span<const std::int32_t> candidates,
                  std::size_t k, std::vector<Neighbor>& nearest) {
  nearest.clear();
  if (k == 0) return;
  for (std::size_t index = 0; index < candidates.size(); ++index) {
    const double similarity = similarities[static_cast<std::size_t>(candidates[index])];
    if (!(similarity > 0.0)) continue;
    if (nearest.size() < k) {
      nearest.push_back({similarity, index});
      std::push_heap(nearest.begin(), nearest.end(), is_better);
    } else if (similarity > nearest.front().similarity) {
      std::pop_heap(nearest.begin(), nearest.end(), is_better);
      nearest.back() = {similarity, index};
      std::push_heap(nearest.begin(), nearest.end(), is_better);
    }
  }
  std::sort_heap(nearest.begin(), nearest.end(), is_better);
}

double mean_of(const std::vector<Neighbor>& nearest, const WideCsr& by_col, std::size_t col,
               const NeighborOptions& options) {
  const auto rows = by_col.row_indices(col);
  const auto ratings = by_col.row_values(col);
  const double col_center = at_or(options.col_centers, col, 0.0);
  double sum = 0.0;
  double weights = 0.0;
  for (const Neighbor& neighbor : nearest) {
    const auto row = static_cast<std::size_t>(rows[neighbor.index]);
    const double center = at_or(options.row_centers, row, 0.0) + col_center;
    const double weighted = neighbor.similarity * (ratings[neighbor.index] - center);
    weights += neighbor.similarity;
    sum += weighted / at_or(options.row_scales, row, 1.0);
  }
  return nearest.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / weights;
}

// Where runs of equal codes begin, and the end.
std::vector<std::size_t> find_runs(std::span<const std::int32_t> codes) {
  std::vector<std::size_t> begins;
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (k == 0 || codes[k] != codes[k - 1]) begins.push_back(k);
  }
  begins.push_back(codes.size());
  return begins;
}

template <typename MakeSource>
void run(const WideCsr& by_col, const MakeSource& make_source, const NeighborOptions& options,
         std::span<const std::int32_t> rows, std::span<const std::int32_t> cols, NeighborMeans out,
         int n_threads) {
  const std::vector<std::size_t> runs = find_runs(rows);
  parallel_for(runs.size() - 1, n_threads, kRunsPerChunk, [&](std::size_t begin, std::size_t end) {
    const std::unique_ptr<SimilaritySource> source = make_source();
    std::vector<Neighbor> nearest;
    for (std::size_t run = begin; run < end; ++run) {
      const auto similarities = source->row(static_cast<std::size_t>(rows[runs[run]]));
      for (std::size_t pair = runs[run]; pair < runs[run + 1]; ++pair) {
        const auto col = static_cast<std::size_t>(cols[pair]);
        find_nearest(similarities, by_col.row_indices(col), options.k, nearest);
        out.means[pair] = mean_of(nearest, by_col, col, options);
        out.counts[pair] = static_cast<std::int32_t>(nearest.size());
      }
    }
  });
}

void check_pairs(std::size_t n_rows, std::size_t n_cols, const NeighborOptions& options,
                 std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
                 const NeighborMeans& out) {
  check_question(n_rows, n_cols, options, rows, cols);
  check_length("cols", cols.size(), rows.size());
  check_length("means", out.means.size(), rows.size());
  check_length("counts", out.counts.size(), rows.size());
}

void neighbor_means_wide(const WideProblem& problem, const NeighborOptions& options,
                         std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
                         NeighborMeans out, int n_threads) {
  check_shapes(problem);
  check_pairs(problem.by_row.n_rows(), problem.by_col.n_rows(), options, rows, cols, out);
  const auto make_source = [&] { return rated_similarities(problem); };
  run(problem.by_col, make_source, options, rows, cols, out, n_threads);
}

void neighbor_means_wide(const WideCsr& by_col, MatrixView<const double> similarities,
                         const NeighborOptions& options, std::span<const std::int32_t> rows,
                         std::span<const std::int32_t> cols, NeighborMeans out, int n_threads) {
  check_has_values("by_col", by_col);
  check_similarities(similarities, by_col.n_cols);
  check_pairs(by_col.n_cols, by_col.n_rows(), options, rows, cols, out);
  const auto make_source = [&] { return std::make_unique<MatrixSimilarities>(similarities); };
  run(by_col, make_source, options, rows, cols, out, n_threads);
}

}  // namespace

template <typename Offset>
void neighbor_means(const SimilarityProblem<Offset>& problem, const NeighborOptions& options,
                    std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
                    NeighborMeans out, int n_threads) {
  neighbor_means_wide(widened(problem), options, rows, cols, out, n_threads);
}

template <typename Offset>
void neighbor_means(const CsrView<Offset>& by_col, MatrixView<const double> similarities,
                    const NeighborOptions& options, std::span<const std::int32_t> rows,
                    std::span<const std::int32_t> cols, NeighborMeans out, int n_threads) {
  neighbor_means_wide(widened(by_col), similarities, options, rows, cols, out, n_threads);
}

#define ASTONISH_INSTANTIATE(Offset)                                                         \
  template void neighbor_means(const SimilarityProblem<Offset>&, const NeighborOptions&,     \
                               std::span<const std::int32_t>, std::span<const std::int32_t>, \
                               NeighborMeans, int);                                          \
  template void neighbor_means(const CsrView<Offset>&, MatrixView<const double>,             \
                               const NeighborOptions&, std::span<const std::int32_t>,        \
                               std::span<const std::int32_t>, NeighborMeans, int);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
