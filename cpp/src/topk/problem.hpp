// What one call of topk asks, as its stages share it.
#pragma once

#include <cstddef>
#include <span>

#include "astonish/matrix.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::topk {

using ratings::WideCsr;

// [begin, end) of the queries or of the items.
struct Range {
  std::size_t begin;
  std::size_t end;

  [[nodiscard]] std::size_t size() const { return end - begin; }
};

template <typename T>
struct Problem {
  MatrixView<const T> queries;
  MatrixView<const T> items;
  std::span<const T> item_bias;
  const WideCsr* exclude;
  std::size_t n;  // list length, at most the number of items

  [[nodiscard]] T bias(std::size_t item) const {
    return item_bias.empty() ? T{0} : item_bias[item];
  }
};

}  // namespace astonish::internal::topk
