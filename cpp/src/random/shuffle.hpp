// A random order of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "astonish/random.hpp"

namespace astonish::internal::random {

// The numbers below n in an order drawn from `random`, by Fisher and Yates.
inline std::vector<std::int32_t> shuffled_rows(std::size_t n, RowRandom& random) {
  std::vector<std::int32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0);
  for (std::size_t left = n; left > 1; --left) {
    std::swap(rows[left - 1], rows[random.below(static_cast<std::uint32_t>(left))]);
  }
  return rows;
}

}  // namespace astonish::internal::random
