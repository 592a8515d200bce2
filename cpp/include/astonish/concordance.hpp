// How often the estimates of a user order two items as the ratings do.
//
// The fraction of concordant pairs (FCP) compares all pairs of a user's ratings. Sorting by rating
// and counting inversions of the estimates by merging answers that in O(n log n) instead of O(n^2).
// Of two items with different ratings, the pair is concordant when the estimates differ in the same
// direction, else discordant: a tie of estimates, or a NaN, is a failure to order them.
//
// Source: Koren, Sill: Collaborative filtering on ordinal user feedback. IJCAI 2013, section 5.2.
#pragma once

#include <cstdint>
#include <span>

namespace astonish {

struct PairCounts {
  std::int64_t concordant = 0;
  std::int64_t discordant = 0;
};

// The pairs of one user, O(n log n) and O(n) of memory. Throws std::invalid_argument when the
// lengths differ or a rating is NaN.
[[nodiscard]] PairCounts count_pairs(std::span<const double> ratings,
                                     std::span<const double> estimates);

// The same for each of many users, whose ratings are those from offsets[user] up to offsets[user +
// 1]: one entry a user in `concordant` and in `discordant`. Throws std::invalid_argument as
// count_pairs, and for offsets that do not ascend within the ratings, outputs of another length or
// n_threads < 1; offsets are checked before anything is counted.
void count_pairs_by_user(std::span<const std::int64_t> offsets, std::span<const double> ratings,
                         std::span<const double> estimates, std::span<std::int64_t> concordant,
                         std::span<std::int64_t> discordant, int n_threads);

}  // namespace astonish
