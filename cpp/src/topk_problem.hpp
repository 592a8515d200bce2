// What one call of topk asks, as its stages share it.
#pragma once

#include <cstddef>
#include <span>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish {

constexpr std::size_t kTile = 512;  // items scored at a time

template <typename T, typename Offset>
struct Problem {
  MatrixView<const T> queries;
  MatrixView<const T> items;
  std::span<const T> item_bias;
  const CsrView<Offset>* exclude;
  std::size_t n;  // list length, at most the number of items

  [[nodiscard]] T bias(std::size_t item) const {
    return item_bias.empty() ? T{0} : item_bias[item];
  }
};

}  // namespace astonish
