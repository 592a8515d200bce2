#include "astonish/topk.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

#include "astonish/parallel.hpp"
#include "decide.hpp"
#include "ratings/wide_csr.hpp"
#include "search.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::ratings::Widened;
using namespace internal::topk;

namespace {

constexpr std::size_t kQueries = 240;          // a block; with 128 factors 120 KB
constexpr std::size_t kCandidates = 1U << 18;  // bound on the candidates of a block of queries
constexpr std::size_t kItems = 16384;          // the fewest that a slice is worth
constexpr std::size_t kTasksPerThread = 8;     // so that threads end together
constexpr std::size_t kSlack = 4;              // candidates beyond n

std::size_t ceil_div(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

// How queries are cut into blocks and items into slices; each pair of them is a task. Few queries
// meet many slices; where items are few, blocks become smaller.
struct Plan {
  std::size_t block, n_blocks;
  std::size_t slice, n_slices;

  Plan(std::size_t n_queries, std::size_t n_items, std::size_t n_candidates, int n_threads) {
    const std::size_t tasks =
        n_threads > 1 ? kTasksPerThread * static_cast<std::size_t>(n_threads) : 1;
    const std::size_t largest = std::clamp<std::size_t>(kCandidates / n_candidates, 1, kQueries);
    const std::size_t fewest = ceil_div(n_queries, largest);
    const std::size_t most = std::max(fewest, ceil_div(n_queries, kPanelWidth));
    const std::size_t most_slices = std::max<std::size_t>(n_items / kItems, 1);
    n_slices = std::clamp<std::size_t>(tasks / fewest, 1, most_slices);
    n_blocks = std::clamp(tasks / n_slices, fewest, most);
    block = ceil_div(n_queries, n_blocks);
    if (block > kPanelWidth) block = ceil_div(block, kPanelWidth) * kPanelWidth;
    n_blocks = ceil_div(n_queries, block);
    slice = ceil_div(n_items, n_slices);
    n_slices = ceil_div(n_items, slice);
  }
};

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

template <typename T>
class Search {
 public:
  Search(const Problem<T>& problem, const TopkResult<T>& result, int n_threads)
      : problem_(problem),
        result_(result),
        n_candidates_(std::min(problem.n + kSlack, problem.items.rows)),
        plan_(problem.queries.rows, problem.items.rows, n_candidates_, n_threads),
        found_(plan_.n_blocks * plan_.n_slices),
        unfinished_(plan_.n_blocks) {
    for (auto& slices : unfinished_) slices = plan_.n_slices;
  }

  void run(int n_threads) {
    parallel_for(found_.size(), n_threads, 1, [&](std::size_t task, std::size_t) { search(task); });
  }

 private:
  // Whoever searches the last slice of a block decides what its queries are answered.
  void search(std::size_t task) {
    const std::size_t block = task / plan_.n_slices;
    const std::size_t slice = task % plan_.n_slices;
    const Range queries = part(block, plan_.block, problem_.queries.rows);
    const Range items = part(slice, plan_.slice, problem_.items.rows);
    found_[task] = BlockSearch(problem_, n_candidates_, queries, items).run();
    if (--unfinished_[block] == 0) decide(block, queries);
  }

  void decide(std::size_t block, Range queries) {
    const auto slices = std::span(found_).subspan(block * plan_.n_slices, plan_.n_slices);
    Decision<T> decision(problem_, slices, queries.begin);
    for (std::size_t query = queries.begin; query < queries.end; ++query) {
      write_row(decision.decide(query), query, result_);
    }
    for (Found& slice : slices) slice = {};
  }

  static Range part(std::size_t k, std::size_t length, std::size_t n) {
    return {k * length, std::min((k + 1) * length, n)};
  }

  const Problem<T>& problem_;
  const TopkResult<T>& result_;
  std::size_t n_candidates_;
  Plan plan_;
  std::vector<Found> found_;
  std::vector<std::atomic<std::size_t>> unfinished_;
};

void require(bool holds, const char* message) {
  if (!holds) throw std::invalid_argument(message);
}

template <typename T>
void topk_wide(MatrixView<const T> queries, MatrixView<const T> items, std::span<const T> item_bias,
               const WideCsr* exclude, TopkResult<T> result, int n_threads) {
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
  const Problem<T> problem{queries, items, item_bias, exclude, n};
  Search(problem, result, n_threads).run(n_threads);
}

}  // namespace

template <typename T, typename Offset>
void topk(MatrixView<const T> queries, MatrixView<const T> items, std::span<const T> item_bias,
          const CsrView<Offset>* exclude, TopkResult<T> result, int n_threads) {
  std::optional<Widened> wide;
  if (exclude != nullptr) wide.emplace(*exclude);
  topk_wide(queries, items, item_bias, wide ? &wide->view : nullptr, result, n_threads);
}

#define ASTONISH_INSTANTIATE(T, Offset)                                            \
  template void topk(MatrixView<const T>, MatrixView<const T>, std::span<const T>, \
                     const CsrView<Offset>*, TopkResult<T>, int);
ASTONISH_FOR_TYPES_AND_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
