#include "astonish/topk.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "astonish/parallel.hpp"
#include "dot.hpp"
#include "topk_exclude.hpp"
#include "topk_select.hpp"

namespace astonish {

namespace {

constexpr std::size_t kTile = 512;             // items a product
constexpr std::size_t kQueries = 128;          // queries a product; scores of both: 256 KB
constexpr std::size_t kFewQueries = 32;        // the same when there are few of them in all
constexpr std::size_t kBlocks = 16;            // wanted, where kFewQueries and kQueries allow it
constexpr std::size_t kCandidates = 1U << 20;  // bound on the candidates of a block of queries
constexpr std::size_t kSlack = 16;             // float32 candidates beyond n that float64 decides
constexpr std::size_t kRowsPerChunk = 4096;

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatRows = Eigen::Map<const RowMajor>;

Eigen::Index signed_size(std::size_t n) { return static_cast<Eigen::Index>(n); }

template <typename T>
MatrixView<const T> rows_between(MatrixView<const T> matrix, std::size_t begin, std::size_t end) {
  return {matrix.data + begin * matrix.cols, end - begin, matrix.cols};
}

// Rows as float32: float32 rows are borrowed, float64 rows converted into `buffer`.
FloatRows as_float(MatrixView<const float> rows, RowMajor& /*buffer*/) {
  return {rows.data, signed_size(rows.rows), signed_size(rows.cols)};
}
FloatRows as_float(MatrixView<const double> rows, RowMajor& buffer) {
  using Doubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Doubles> source(rows.data, signed_size(rows.rows), signed_size(rows.cols));
  buffer = source.cast<float>();
  return {buffer.data(), buffer.rows(), buffer.cols()};
}

template <typename T, typename Offset>
struct Problem {
  MatrixView<const T> queries;
  MatrixView<const T> items;
  std::span<const T> item_bias;
  const CsrView<Offset>* exclude;
  std::size_t n;  // list length, at most the number of items

  [[nodiscard]] T bias(std::size_t item) const {
    return item_bias.empty() ? T{0} : item_bias[item];
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

// Scores a block of queries against all items in float32, tile by tile.
template <typename T, typename Offset>
class BlockSearch {
 public:
  BlockSearch(const Problem<T, Offset>& problem, std::size_t n_best)
      : problem_(problem), n_best_(n_best), exclusions_(problem.items.rows, kTile) {}

  // Afterwards selectors()[q - begin] holds the n_best candidates of query q.
  void run(std::size_t begin, std::size_t end) {
    selectors_.resize(end - begin);
    for (auto& selector : selectors_) selector.reset(n_best_);
    if (problem_.exclude != nullptr) exclusions_.assign(*problem_.exclude, begin, end);
    const FloatRows queries = as_float(rows_between(problem_.queries, begin, end), query_buffer_);
    for (std::size_t first = 0; first < problem_.items.rows; first += kTile) {
      score_tile(queries, first);
      strike_out(first);
      for (std::size_t row = 0; row < selectors_.size(); ++row) {
        const auto at = signed_size(row);
        selectors_[row].offer({scores_.row(at).data(), static_cast<std::size_t>(scores_.cols())},
                              static_cast<std::int32_t>(first));
      }
    }
  }

  std::vector<TopkSelector<float>>& selectors() { return selectors_; }

 private:
  void score_tile(const FloatRows& queries, std::size_t first) {
    const std::size_t last = std::min(first + kTile, problem_.items.rows);
    const FloatRows items = as_float(rows_between(problem_.items, first, last), item_buffer_);
    scores_.resize(queries.rows(), items.rows());
    if (problem_.item_bias.empty()) {
      scores_.noalias() = queries * items.transpose();
      return;
    }
    bias_.resize(items.rows());
    for (std::size_t item = first; item < last; ++item) {
      bias_[signed_size(item - first)] = static_cast<float>(problem_.item_bias[item]);
    }
    scores_.rowwise() = bias_;
    scores_.noalias() += queries * items.transpose();
  }

  void strike_out(std::size_t first) {
    for (const auto [row, item] : exclusions_.of_tile(first / kTile)) {
      scores_(row, item - static_cast<std::int32_t>(first)) =
          -std::numeric_limits<float>::infinity();
    }
  }

  const Problem<T, Offset>& problem_;
  std::size_t n_best_;
  TileExclusions exclusions_;
  std::vector<TopkSelector<float>> selectors_;
  RowMajor query_buffer_, item_buffer_, scores_;
  Eigen::RowVectorXf bias_;
};

// Bounds |float32 score - float64 score|, infinity when float32 overflows (Higham: Accuracy and
// stability of numerical algorithms, 2002, section 3.1): n_factors products and additions and the
// rounding of each input.
class RoundingBound {
 public:
  template <typename Offset>
  RoundingBound(const Problem<double, Offset>& problem, int n_threads)
      : unit_(static_cast<double>(problem.items.cols + 8) * 0x1.0p-24),
        item_norm_(largest_norm(problem.items, n_threads)) {
    for (const double bias : problem.item_bias) bias_ = std::max(bias_, std::abs(bias));
  }

  [[nodiscard]] double of(std::span<const double> query) const {
    const double norm = std::sqrt(dot(query.data(), query.data(), query.size()));
    const double largest_score = norm * item_norm_ + bias_;
    const bool fits = norm < kOverflow && item_norm_ < kOverflow && largest_score < kOverflow;
    if (!fits) return std::numeric_limits<double>::infinity();
    return unit_ * (largest_score + kUnderflow * (norm + item_norm_ + 1.0));
  }

 private:
  static constexpr double kOverflow = 1e38;  // beyond it float32 may have none of the answers
  // What vanishes below float32's smallest normal number, 2^-126, as a multiple of its unit 2^-24.
  static constexpr double kUnderflow = 0x1.0p-102;

  static double largest_norm(MatrixView<const double> items, int n_threads) {
    std::vector<double> largest(items.rows / kRowsPerChunk + 1);
    parallel_for(items.rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
      double& norm = largest[begin / kRowsPerChunk];
      for (std::size_t item = begin; item < end; ++item) {
        const auto row = items.row(item);
        norm = std::max(norm, dot(row.data(), row.data(), row.size()));
      }
    });
    return std::sqrt(*std::max_element(largest.begin(), largest.end()));
  }

  double unit_;
  double item_norm_;
  double bias_ = 0.0;
};

// Decides in float64 what float32 proposed.
template <typename Offset>
class Refinement {
 public:
  Refinement(const Problem<double, Offset>& problem, const RoundingBound& bound)
      : problem_(problem), bound_(bound), exclusions_(problem.items.rows, kTile) {}

  // The n best items of a query, best first; valid until the next call.
  std::span<const Candidate<double>> decide(std::size_t query, TopkSelector<float>& proposed) {
    const double bound = bound_.of(problem_.queries.row(query));
    if (!std::isfinite(bound)) return scan(query);
    exact_.clear();
    for (const auto& candidate : proposed.best()) {
      exact_.push_back({score(query, candidate.item), candidate.item});
    }
    std::sort(exact_.begin(), exact_.end());
    const double outside = static_cast<double>(proposed.threshold()) + bound;
    const bool nothing_outside = std::isinf(outside);
    if (nothing_outside || exact_[problem_.n - 1].score > outside) return exact_;
    return scan(query);
  }

 private:
  [[nodiscard]] double score(std::size_t query, std::int32_t item) const {
    const auto row = static_cast<std::size_t>(item);
    return problem_.bias(row) + dot(problem_.queries.row(query).data(),
                                    problem_.items.row(row).data(), problem_.items.cols);
  }

  std::span<const Candidate<double>> scan(std::size_t query) {
    selector_.reset(problem_.n);
    if (problem_.exclude != nullptr) exclusions_.assign(*problem_.exclude, query, query + 1);
    for (std::size_t first = 0; first < problem_.items.rows; first += kTile) {
      scores_.resize(std::min(kTile, problem_.items.rows - first));
      for (std::size_t j = 0; j < scores_.size(); ++j) {
        scores_[j] = score(query, static_cast<std::int32_t>(first + j));
      }
      for (const auto& excluded : exclusions_.of_tile(first / kTile)) {
        scores_[static_cast<std::size_t>(excluded.item) - first] =
            -std::numeric_limits<double>::infinity();
      }
      selector_.offer(scores_, static_cast<std::int32_t>(first));
    }
    return selector_.best();
  }

  const Problem<double, Offset>& problem_;
  const RoundingBound& bound_;
  TileExclusions exclusions_;
  TopkSelector<double> selector_;
  std::vector<Candidate<double>> exact_;
  std::vector<double> scores_;
};

// Enough queries for a good product, few enough that threads get some and candidates stay small.
// The number of threads has no say in it, because a product of another shape rounds in another way.
std::size_t queries_per_block(std::size_t n_queries, std::size_t n_best) {
  const std::size_t share = std::clamp((n_queries + kBlocks - 1) / kBlocks, kFewQueries, kQueries);
  return std::clamp(kCandidates / (2 * n_best), std::size_t{1}, share);
}

template <typename Offset>
void search(const Problem<float, Offset>& problem, const TopkResult<float>& result, int n_threads) {
  const std::size_t block = queries_per_block(problem.queries.rows, problem.n);
  parallel_for(problem.queries.rows, n_threads, block, [&](std::size_t begin, std::size_t end) {
    BlockSearch block_search(problem, problem.n);
    block_search.run(begin, end);
    for (std::size_t query = begin; query < end; ++query) {
      write_row(block_search.selectors()[query - begin].best(), query, result);
    }
  });
}

template <typename Offset>
void search(const Problem<double, Offset>& problem, const TopkResult<double>& result,
            int n_threads) {
  const std::size_t n_best = std::min(problem.n + kSlack, problem.items.rows);
  const std::size_t block = queries_per_block(problem.queries.rows, n_best);
  const RoundingBound bound(problem, n_threads);
  parallel_for(problem.queries.rows, n_threads, block, [&](std::size_t begin, std::size_t end) {
    BlockSearch block_search(problem, n_best);
    block_search.run(begin, end);
    Refinement refinement(problem, bound);
    for (std::size_t query = begin; query < end; ++query) {
      write_row(refinement.decide(query, block_search.selectors()[query - begin]), query, result);
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
