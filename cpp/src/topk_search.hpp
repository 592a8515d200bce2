// The first stage of topk: candidates from matrix products in float32.
//
// A block of queries meets one tile of items after another; the scores of a tile stay in cache
// until each query has taken what beats its candidates. float64 rows are converted a block and a
// tile at a time, so no float32 copy of the factors exists.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <vector>

#include "topk_exclude.hpp"
#include "topk_problem.hpp"
#include "topk_select.hpp"

namespace astonish {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatRows = Eigen::Map<const RowMajor>;

inline Eigen::Index signed_size(std::size_t n) { return static_cast<Eigen::Index>(n); }

template <typename T>
MatrixView<const T> rows_between(MatrixView<const T> matrix, std::size_t begin, std::size_t end) {
  return {matrix.data + begin * matrix.cols, end - begin, matrix.cols};
}

// Rows as float32: float32 rows are borrowed, float64 rows converted into `buffer`.
inline FloatRows as_float(MatrixView<const float> rows, RowMajor& /*buffer*/) {
  return {rows.data, signed_size(rows.rows), signed_size(rows.cols)};
}
inline FloatRows as_float(MatrixView<const double> rows, RowMajor& buffer) {
  using Doubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Doubles> source(rows.data, signed_size(rows.rows), signed_size(rows.cols));
  buffer = source.cast<float>();
  return {buffer.data(), buffer.rows(), buffer.cols()};
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

}  // namespace astonish
