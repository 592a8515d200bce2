// What pairs and whole rows make of NeighborOptions.
#pragma once

#include "astonish/neighbors.hpp"
#include "support/check.hpp"

namespace astonish::internal::neighbors {

inline void check_optional(const char* name, std::span<const double> values, std::size_t expected) {
  if (!values.empty()) support::check_length(name, values.size(), expected);
}

// Also checks the codes of rows and columns.
inline void check_question(std::size_t n_rows, std::size_t n_cols, const NeighborOptions& options,
                           std::span<const std::int32_t> rows, std::span<const std::int32_t> cols) {
  check_optional("row_centers", options.row_centers, n_rows);
  check_optional("col_centers", options.col_centers, n_cols);
  check_optional("row_scales", options.row_scales, n_rows);
  support::check_codes("rows", rows, 0, n_rows);
  support::check_codes("cols", cols, 0, n_cols);
}

inline double at_or(std::span<const double> values, std::size_t index, double otherwise) {
  return values.empty() ? otherwise : values[index];
}

}  // namespace astonish::internal::neighbors
