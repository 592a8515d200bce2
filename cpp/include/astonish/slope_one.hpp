// Slope One: a user's mean, moved by how much better an item is rated than the items they rated.
//
//   dev(i, j) = mean of r_ui - r_uj over the users u who rated both, 0 for i == j
//   estimate(u, i) = mean(u) + mean of dev(i, j) over the items j of u with a rater in common with
//   i
//
// The table of all deviations takes 16 * n_items^2 bytes, which is what ends scikit-surprise on a
// large catalogue. One row of it is enough for all estimates of one item, so a kernel makes a row,
// uses it and drops it: O(n_items) of memory a thread. A row costs the sum of the lengths of the
// rows of the item's users; all of them cost sum_u |I_u|^2.
//
// A row is accumulated over its users in ascending order, the ratings of a user in their own order,
// and every operation is rounded as written: the result does not depend on the number of threads,
// and it equals scikit-surprise's to the last bit for whole numbers (it truncates all others).
//
// Source: Lemire, Maclachlan: Slope One predictors for online rating-based collaborative filtering.
// SDM 2005.
#pragma once

#include <cstdint>
#include <span>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish {

// Writes the rows of `items` to `freq` (how many pairs of ratings two items have in common) and
// `dev` (NaN where they have none). The two CSR hold the same valid ratings. Throws
// std::invalid_argument for shapes that do not match, std::out_of_range for an item that does not
// exist.
template <typename Offset>
void slope_one_rows(const CsrView<Offset>& by_user, const CsrView<Offset>& by_item,
                    std::span<const std::int32_t> items, MatrixView<std::int64_t> freq,
                    MatrixView<double> dev, int n_threads);

// Estimates of pairs that are grouped by item: `pair_offsets[k]:pair_offsets[k + 1]` of `users` and
// `out` belong to `items[k]`. Throws as slope_one_rows does, and for codes outside [0, n).
template <typename Offset>
void estimate_slope_one(const CsrView<Offset>& by_user, const CsrView<Offset>& by_item,
                        std::span<const double> user_mean, std::span<const std::int32_t> items,
                        std::span<const std::int64_t> pair_offsets,
                        std::span<const std::int32_t> users, std::span<double> out, int n_threads);

}  // namespace astonish
