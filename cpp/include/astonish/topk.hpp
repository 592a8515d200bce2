// Exact top-k by inner product: the items with the largest <query, item> + bias for each query.
//
// Scores come from matrix products of a block of queries with a tile of items small enough to stay
// in cache; each row of the tile is scanned against that row's current n-th best score and dropped.
// The dense queries x items matrix never exists: beside inputs and outputs each thread holds a few
// hundred KB. Equal scores are ordered by item index, so the answer does not depend on tiles or
// threads.
//
// float32 queries are scored in float32. For float64 queries the same float32 search finds n plus a
// few candidates, their exact float64 scores decide, and a bound on the float32 rounding error
// proves for each row that no other item could belong to the list; rows where it cannot (many equal
// scores) are scored in float64 throughout. So float64 costs little more than float32 and stays
// exact.
//
// Cost: 2 * queries * items * n_factors flops, close to the peak of the machine's multiply-add
// units.
#pragma once

#include <cstdint>
#include <span>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish {

template <typename T>
struct TopkResult {
  MatrixView<std::int32_t> indices;  // n_queries x n, best first; -1 where fewer items remain
  MatrixView<T> scores;              // n_queries x n; NaN where the index is -1
};

// item_bias is empty or has one entry an item. `exclude` holds for each query the items that must
// not be listed (any order, repeats allowed); pass nullptr for none. Items whose score is NaN or
// -infinity are never listed. Throws std::invalid_argument for shapes that do not match; `exclude`
// must be valid.
template <typename T, typename Offset>
void topk(MatrixView<const T> queries, MatrixView<const T> items, std::span<const T> item_bias,
          const CsrView<Offset>* exclude, TopkResult<T> result, int n_threads);

}  // namespace astonish
