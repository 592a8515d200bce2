// One row of similarities at a time, in memory that is reused from row to row.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "astonish/similarity.hpp"
#include "ratings/wide_csr.hpp"
#include "support/check.hpp"

namespace astonish::internal::neighbors {

// Where similarities come from: a matrix that exists, or ratings. One object serves one thread.
class SimilaritySource {
 public:
  virtual ~SimilaritySource() = default;
  // The similarities of `row` to all rows; valid until the next call.
  virtual std::span<const double> row(std::size_t row) = 0;
};

class MatrixSimilarities final : public SimilaritySource {
 public:
  explicit MatrixSimilarities(MatrixView<const double> matrix) : matrix_(matrix) {}
  std::span<const double> row(std::size_t row) override { return matrix_.row(row); }

 private:
  MatrixView<const double> matrix_;
};

inline void check_similarities(MatrixView<const double> matrix, std::size_t n_rows) {
  support::check_length("similarities", matrix.rows, n_rows);
  support::check_length("rows of similarities", matrix.cols, n_rows);
}

// Numbers of the columns of a row in ascending order; those of equal columns keep theirs.
inline void order_columns(std::span<const std::int32_t> columns, std::vector<std::size_t>& order) {
  order.resize(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!std::is_sorted(columns.begin(), columns.end())) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return columns[a] < columns[b]; });
  }
}

using WideProblem = SimilarityProblem<std::int64_t>;

// A problem of int32 offsets as one of int64; see ratings/wide_csr.hpp.
struct WidenedProblem {
  explicit WidenedProblem(const SimilarityProblem<std::int32_t>& problem)
      : by_row(problem.by_row),
        by_col(problem.by_col),
        view{by_row.view,       by_col.view,         problem.measure,    problem.min_support,
             problem.shrinkage, problem.global_mean, problem.row_biases, problem.col_biases} {}
  operator const WideProblem&() const { return view; }

  ratings::Widened by_row, by_col;
  WideProblem view;
};

inline const WideProblem& widened(const WideProblem& problem) { return problem; }
inline WidenedProblem widened(const SimilarityProblem<std::int32_t>& problem) {
  return WidenedProblem(problem);
}

// Sums holds what a measure adds up over common columns:
//   void add(double r, double r');
//   double value(const Problem&) const;   the similarity, where the support suffices
template <typename Sums>
class RatedSimilarities final : public SimilaritySource {
 public:
  explicit RatedSimilarities(const WideProblem& problem)
      : problem_(problem), sums_(problem.by_row.n_rows()), values_(problem.by_row.n_rows()) {}

  std::span<const double> row(std::size_t row) override {
    std::fill(sums_.begin(), sums_.end(), Sums{});
    const auto columns = problem_.by_row.row_indices(row);
    order_columns(columns, order_);
    for (std::size_t begin = 0; begin < order_.size(); begin += own_.size()) {
      const std::int32_t column = columns[order_[begin]];
      take_own(row, column, begin);
      add_column(row, static_cast<std::size_t>(column));
    }
    finish();
    values_[row] = 1.0;
    return values_;
  }

 private:
  // The ratings that `row` gave to `column`, mostly one; the first is order_[begin].
  void take_own(std::size_t row, std::int32_t column, std::size_t begin) {
    const auto columns = problem_.by_row.row_indices(row);
    const auto ratings = problem_.by_row.row_values(row);
    own_.clear();
    for (std::size_t k = begin; k < order_.size() && columns[order_[k]] == column; ++k)
      own_.push_back(ratings[order_[k]]);
  }

  void add_column(std::size_t row, std::size_t column) {
    const auto rows = problem_.by_col.row_indices(column);
    const auto ratings = problem_.by_col.row_values(column);
    const auto residual = Sums::residuals(problem_, column);
    const auto add = [&](double own, std::size_t k) {
      const auto other = static_cast<std::size_t>(rows[k]);
      sums_[other].add(own, residual(ratings[k], other));
    };
    for (double& own : own_) own = residual(own, row);
    if (own_.size() == 1) {
      const double own = own_.front();
      for (std::size_t k = 0; k < rows.size(); ++k) add(own, k);
    } else {
      add_repeated(row, rows, add);
    }
  }

  // Where both rows may have rated a column several times, the ratings of the lower row are the
  // outer loop: sums then round alike in both rows, and as in scikit-surprise.
  template <typename Add>
  void add_repeated(std::size_t row, std::span<const std::int32_t> rows, const Add& add) {
    const auto is_lower = [&](std::size_t k) { return static_cast<std::size_t>(rows[k]) < row; };
    for (const double own : own_)
      for (std::size_t k = 0; k < rows.size(); ++k)
        if (!is_lower(k)) add(own, k);
    for (std::size_t k = 0; k < rows.size(); ++k)
      if (is_lower(k))
        for (const double own : own_) add(own, k);
  }

  void finish() {
    const double least = std::max(problem_.min_support, Sums::least_support);
    for (std::size_t other = 0; other < sums_.size(); ++other) {
      const Sums& sums = sums_[other];
      values_[other] = sums.count < least ? 0.0 : sums.value(problem_);
    }
  }

  const WideProblem& problem_;
  std::vector<Sums> sums_;
  std::vector<double> values_;
  std::vector<std::size_t> order_;
  std::vector<double> own_;
};

// A quotient of sums that is 0 where the denominator is: 0, or NaN as the root of what rounding
// left below 0.
inline double ratio_or_zero(double numerator, double denominator) {
  return denominator > 0.0 ? numerator / denominator : 0.0;
}

// The measures that compare ratings as they are.
struct PlainRatings {
  static constexpr int least_support = 1;

  template <typename Problem>
  static auto residuals(const Problem&, std::size_t) {
    return [](double rating, std::size_t) { return rating; };
  }
};

struct alignas(16) MsdSums : PlainRatings {
  double count = 0.0, squares = 0.0;

  void add(double own, double other) {
    const double difference = own - other;
    count += 1.0;
    squares += difference * difference;
  }
  template <typename Problem>
  double value(const Problem&) const {
    return 1.0 / (squares / count + 1.0);
  }
};

struct alignas(32) CosineSums : PlainRatings {
  double count = 0.0, products = 0.0, own_squares = 0.0, other_squares = 0.0;

  void add(double own, double other) {
    count += 1.0;
    products += own * other;
    own_squares += own * own;
    other_squares += other * other;
  }
  template <typename Problem>
  double value(const Problem&) const {
    return ratio_or_zero(products, std::sqrt(own_squares * other_squares));
  }
};

struct alignas(64) PearsonSums : PlainRatings {
  double count = 0.0, products = 0.0, own_squares = 0.0, other_squares = 0.0, own = 0.0,
         other = 0.0;

  void add(double rating, double rating_of_other) {
    count += 1.0;
    products += rating * rating_of_other;
    own_squares += rating * rating;
    other_squares += rating_of_other * rating_of_other;
    own += rating;
    other += rating_of_other;
  }
  template <typename Problem>
  double value(const Problem&) const {
    const double numerator = count * products - own * other;
    return ratio_or_zero(numerator, std::sqrt((count * own_squares - own * own) *
                                              (count * other_squares - other * other)));
  }
};

// The cosine of what baselines leave of the ratings, shrunken where few columns are common.
struct PearsonBaselineSums : CosineSums {
  static constexpr int least_support = 2;

  template <typename Problem>
  static auto residuals(const Problem& problem, std::size_t column) {
    const double partial = problem.global_mean + problem.col_biases[column];
    return [partial, biases = problem.row_biases](double rating, std::size_t row) {
      return rating - (partial + biases[row]);
    };
  }
  template <typename Problem>
  double value(const Problem& problem) const {
    return CosineSums::value(problem) * ((count - 1.0) / (count - 1.0 + problem.shrinkage));
  }
};

inline std::unique_ptr<SimilaritySource> rated_similarities(const WideProblem& problem) {
  switch (problem.measure) {
    case Similarity::cosine:
      return std::make_unique<RatedSimilarities<CosineSums>>(problem);
    case Similarity::msd:
      return std::make_unique<RatedSimilarities<MsdSums>>(problem);
    case Similarity::pearson:
      return std::make_unique<RatedSimilarities<PearsonSums>>(problem);
    case Similarity::pearson_baseline:
      return std::make_unique<RatedSimilarities<PearsonBaselineSums>>(problem);
  }
  throw std::invalid_argument("unknown similarity");
}

}  // namespace astonish::internal::neighbors
