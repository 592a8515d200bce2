// Which similarities of which ratings, as Python says it.
#pragma once

#include "astonish/similarity.hpp"
#include "ratings.hpp"

namespace astonish::bindings {

// Holds what it was made of, so that the views stay valid as long as it lives.
class RatedSimilarity {
 public:
  RatedSimilarity(Ratings by_row, Ratings by_col, Similarity measure, int min_support,
                  double shrinkage, double global_mean, OptionalArray row_biases,
                  OptionalArray col_biases)
      : by_row_(std::move(by_row)),
        by_col_(std::move(by_col)),
        row_biases_(std::move(row_biases)),
        col_biases_(std::move(col_biases)),
        problem_{by_row_.view(),
                 by_col_.view(),
                 measure,
                 min_support,
                 shrinkage,
                 global_mean,
                 read_optional("row_biases", row_biases_),
                 read_optional("col_biases", col_biases_)} {
    check_shapes(problem_);
  }

  [[nodiscard]] const SimilarityProblem<std::int64_t>& problem() const { return problem_; }

 private:
  Ratings by_row_, by_col_;
  OptionalArray row_biases_, col_biases_;
  SimilarityProblem<std::int64_t> problem_;
};

}  // namespace astonish::bindings
