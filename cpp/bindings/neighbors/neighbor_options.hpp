// What neighbours count, and from what their ratings are measured, as Python says it.
#pragma once

#include "arrays.hpp"
#include "astonish/neighbors.hpp"

namespace astonish::bindings {

inline NeighborOptions read_options(std::size_t k, const OptionalArray& row_centers,
                                    const OptionalArray& col_centers,
                                    const OptionalArray& row_scales) {
  return {k, read_optional("row_centers", row_centers), read_optional("col_centers", col_centers),
          read_optional("row_scales", row_scales)};
}

}  // namespace astonish::bindings
