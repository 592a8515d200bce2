#include "astonish/topk.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "astonish/parallel.hpp"
#include "topk_decide.hpp"
#include "topk_search.hpp"

namespace astonish {

namespace {

constexpr std::size_t kQueries = 128;          // a block; its scores with a tile: 256 KB
constexpr std::size_t kCandidates = 1U << 20;  // bound on the candidates of a block of queries
constexpr std::size_t kSlack = 4;              // candidates beyond n

template <typename T>
void write_row(std::span<const Candidate<T>> best, std::size_t row, const TopkResult<T>& result) {
  const auto indices = result.indices.row(row);
  const auto scores = result.scores.row(row);
  const std::size_t found = std::min(best.size(), indices.size());
  for (std::size_t k = 0; k < found; ++k) {
    indices[k] = best[k].item;
    scores[k] = best[k].score;
  }
  std::fill(indices.begin() + static_cast<std::ptrdiff_t>(found), indices.end(), -1);
  std::fill(scores.begin() + static_cast<std::ptrdiff_t>(found), scores.end(),
            std::numeric_limits<T>::quiet_NaN());
}

// Enough queries for a good product, few enough that every thread gets some and candidates stay
// few.
std::size_t queries_per_block(std::size_t n_queries, std::size_t n_candidates, int n_threads) {
  const auto threads = static_cast<std::size_t>(std::max(n_threads, 1));
  const std::size_t share = std::min((n_queries + threads - 1) / threads, kQueries);
  return std::clamp(kCandidates / (2 * n_candidates), std::size_t{1}, share);
}

template <typename T, typename Offset>
void search(const Problem<T, Offset>& problem, const TopkResult<T>& result, int n_threads) {
  const std::size_t n_candidates = std::min(problem.n + kSlack, problem.items.rows);
  const std::size_t block = queries_per_block(problem.queries.rows, n_candidates, n_threads);
  const RoundingBound bound(problem, n_threads);
  parallel_for(problem.queries.rows, n_threads, block, [&](std::size_t begin, std::size_t end) {
    BlockSearch candidates(problem, n_candidates);
    candidates.run(begin, end);
    Decision decision(problem, bound);
    for (std::size_t query = begin; query < end; ++query) {
      write_row(decision.decide(query, candidates.selectors()[query - begin]), query, result);
    }
  });
}

void require(bool holds, const char* message) {
  if (!holds) throw std::invalid_argument(message);
}

}  // namespace

template <typename T, typename Offset>
void topk(MatrixView<const T> queries, MatrixView<const T> items, std::span<const T> item_bias,
          const CsrView<Offset>* exclude, TopkResult<T> result, int n_threads) {
  require(queries.cols == items.cols, "queries and items differ in their number of factors");
  require(item_bias.empty() || item_bias.size() == items.rows, "item_bias needs one entry an item");
  require(result.indices.rows == queries.rows && result.scores.rows == queries.rows &&
              result.indices.cols == result.scores.cols,
          "result needs one row a query, indices and scores alike");
  require(
      exclude == nullptr || (exclude->n_rows() == queries.rows && exclude->n_cols <= items.rows),
      "exclude needs one row a query and no more columns than items");

  const std::size_t n = std::min(result.indices.cols, items.rows);
  if (n == 0 || queries.rows == 0) {
    for (std::size_t query = 0; query < queries.rows; ++query) write_row<T>({}, query, result);
    return;
  }
  search(Problem<T, Offset>{queries, items, item_bias, exclude, n}, result, n_threads);
}

#define ASTONISH_INSTANTIATE(T, Offset)                                            \
  template void topk(MatrixView<const T>, MatrixView<const T>, std::span<const T>, \
                     const CsrView<Offset>*, TopkResult<T>, int);
ASTONISH_INSTANTIATE(float, std::int32_t)
ASTONISH_INSTANTIATE(float, std::int64_t)
ASTONISH_INSTANTIATE(double, std::int32_t)
ASTONISH_INSTANTIATE(double, std::int64_t)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
