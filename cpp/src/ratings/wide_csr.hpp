// The CSR view that kernels are compiled for: C++ programs may have offsets of int32 or int64, and
// a public function `f` forwards what it is given, `widened`, to `f_wide`, so that no kernel is
// compiled twice. O(rows) for int32; int64 costs nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "astonish/csr.hpp"

namespace astonish::internal::ratings {

using WideCsr = CsrView<std::int64_t>;

struct Widened {
  explicit Widened(const CsrView<std::int64_t>& csr) : view(csr) {}
  explicit Widened(const CsrView<std::int32_t>& csr)
      : offsets(csr.offsets.begin(), csr.offsets.end()),
        view{offsets, csr.indices, csr.values, csr.n_cols} {}
  Widened(const Widened&) = delete;
  Widened& operator=(const Widened&) = delete;
  operator const WideCsr&() const { return view; }

  std::vector<std::int64_t> offsets;  // what the view shows, unless it shows those of the caller
  WideCsr view;
};

inline const WideCsr& widened(const WideCsr& csr) { return csr; }
inline Widened widened(const CsrView<std::int32_t>& csr) { return Widened(csr); }

}  // namespace astonish::internal::ratings
