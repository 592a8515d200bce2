// Exact top-k by inner product: the items with the largest <query, item> + bias for each query.
//
// A float32 search finds n plus a few candidates for each query: a block of queries meets a tile of
// items small enough to stay in cache, and scores that do not beat their query's threshold never
// leave the registers. The dense queries x items matrix does not exist; beside inputs and outputs
// each thread holds a few hundred KB. Few queries are searched by several threads, each among its
// part of the items. Then each candidate's own inner product, in the type of the input, decides,
// and a bound on the rounding error of the search proves for each query that no other item could
// belong to its list; where it cannot (many equal scores) all items are scored that way. So float64
// costs little more than float32, both are exact, and a query's list depends on that query alone:
// not on the batch, the tiles or the threads.
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
