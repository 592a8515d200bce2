// Checks that several kernels make of what they are given; each error names the argument, the place
// and the value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "astonish/csr.hpp"

namespace astonish {

inline void check_length(const char* name, std::size_t length, std::size_t expected) {
  if (length != expected) {
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(length) +
                                " entries, expected " + std::to_string(expected));
  }
}

inline void check_code(const char* name, std::size_t position, std::int32_t code,
                       std::int32_t lowest, std::size_t bound) {
  if (code < lowest || (code >= 0 && static_cast<std::size_t>(code) >= bound)) {
    throw std::out_of_range(std::string(name) + "[" + std::to_string(position) + "] is " +
                            std::to_string(code) + ", outside [" + std::to_string(lowest) + ", " +
                            std::to_string(bound) + ")");
  }
}

// Codes of rows or columns: [0, bound), or [-1, bound) where -1 stands for an unknown one.
inline void check_codes(const char* name, std::span<const std::int32_t> codes, std::int32_t lowest,
                        std::size_t bound) {
  for (std::size_t k = 0; k < codes.size(); ++k) {
    check_code(name, k, codes[k], lowest, bound);
  }
}

// The ratings of users and of items as two views of one set: O(1), the entries are not compared.
template <typename Offset>
void check_transposed(const CsrView<Offset>& by_user, const CsrView<Offset>& by_item) {
  if (by_user.n_rows() != by_item.n_cols || by_user.n_cols != by_item.n_rows()) {
    throw std::invalid_argument(
        "by_user is " + std::to_string(by_user.n_rows()) + " x " + std::to_string(by_user.n_cols) +
        ", by_item " + std::to_string(by_item.n_rows()) + " x " + std::to_string(by_item.n_cols));
  }
  check_length("by_user.values", by_user.values.size(), by_user.indices.size());
  check_length("by_item.values", by_item.values.size(), by_item.indices.size());
}

}  // namespace astonish
