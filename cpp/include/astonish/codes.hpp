// Codes in order of first appearance.
//
// A training set numbers its users and items 0, 1, 2, ... as they first occur among its ratings
// (scikit-surprise's inner ids). A split of a data set whose ratings are codes already needs only
// this renumbering: one pass and one table of n_codes integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace astonish {

// Rewrites each code as its rank of first appearance in `out` (as long as `codes`) and returns the
// old code of each new one. Throws std::out_of_range for a code outside [0, n_codes).
[[nodiscard]] std::vector<std::int32_t> renumber(std::span<const std::int32_t> codes,
                                                 std::size_t n_codes, std::span<std::int32_t> out);

}  // namespace astonish
