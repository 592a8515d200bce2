// A block of queries in float32, packed for topk's kernel: panels of a few vectors, factor by
// factor. Lanes beyond the last query hold zeros and a threshold that nothing beats.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "astonish/matrix.hpp"
#include "kernel.hpp"
#include "linear_algebra/padded.hpp"
#include "problem.hpp"

namespace astonish::internal::topk {

using linear_algebra::PaddedRows;

class QueryPanels {
 public:
  template <typename T>
  QueryPanels(MatrixView<const T> queries, Range block)
      : n_queries_(block.size()),
        factors_(n_panels(), queries.cols * kPanelWidth),
        thresholds_(n_panels(), kPanelWidth) {
    for (std::size_t panel = 0; panel < n_panels(); ++panel) {
      std::fill_n(thresholds_.row(panel), kPanelWidth, std::numeric_limits<float>::infinity());
    }
    for (std::size_t row = 0; row < n_queries_; ++row) pack(queries.row(block.begin + row), row);
  }

  [[nodiscard]] std::size_t n_panels() const {
    return (n_queries_ + kPanelWidth - 1) / kPanelWidth;
  }
  [[nodiscard]] std::size_t n_queries(std::size_t panel) const {
    return std::min(kPanelWidth, n_queries_ - panel * kPanelWidth);
  }
  [[nodiscard]] std::size_t n_vectors(std::size_t panel) const {
    return (n_queries(panel) + kFloatLanes - 1) / kFloatLanes;
  }
  [[nodiscard]] const float* factors(std::size_t panel) const { return factors_.row(panel); }
  [[nodiscard]] float* thresholds(std::size_t panel) { return thresholds_.row(panel); }

 private:
  template <typename T>
  void pack(std::span<const T> query, std::size_t row) {
    const std::size_t panel = row / kPanelWidth;
    const std::size_t lane = row % kPanelWidth;
    const std::size_t stride = n_vectors(panel) * kFloatLanes;
    float* to = factors_.row(panel) + lane;
    for (std::size_t f = 0; f < query.size(); ++f) to[f * stride] = static_cast<float>(query[f]);
    thresholds_.row(panel)[lane] = -std::numeric_limits<float>::infinity();
  }

  std::size_t n_queries_;
  PaddedRows<float> factors_;
  PaddedRows<float> thresholds_;
};

}  // namespace astonish::internal::topk
