// Checks that several kernels make of what they are given; each error names the argument, the place
// and the value.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish::internal::support {

inline void check_length(const char* name, std::size_t length, std::size_t expected) {
  if (length != expected) {
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(length) +
                                " entries, expected " + std::to_string(expected));
  }
}

template <typename T>
void check_shape(const char* name, MatrixView<T> matrix, std::size_t n_rows, std::size_t n_cols) {
  if (matrix.rows != n_rows || matrix.cols != n_cols) {
    throw std::invalid_argument(std::string(name) + " is " + std::to_string(matrix.rows) + " x " +
                                std::to_string(matrix.cols) + ", expected " +
                                std::to_string(n_rows) + " x " + std::to_string(n_cols));
  }
}

// Rates and strengths.
inline void check_not_negative(const char* name, double value) {
  if (!(value >= 0.0 && std::isfinite(value))) {
    throw std::invalid_argument(std::string(name) + " is " + std::to_string(value) +
                                ", it must be finite and not negative");
  }
}

inline void check_n_epochs(int n_epochs) {
  if (n_epochs < 0) {
    throw std::invalid_argument("n_epochs is " + std::to_string(n_epochs) +
                                ", it must not be negative");
  }
}

inline void check_n_threads(int n_threads) {
  if (n_threads < 1) {
    throw std::invalid_argument("n_threads is " + std::to_string(n_threads) +
                                ", it must be at least 1");
  }
}

template <typename Code>
void check_code(const char* name, std::size_t position, Code code, Code lowest, std::size_t bound) {
  if (code < lowest || (code >= 0 && static_cast<std::size_t>(code) >= bound)) {
    throw std::out_of_range(std::string(name) + "[" + std::to_string(position) + "] is " +
                            std::to_string(code) + ", outside [" + std::to_string(lowest) + ", " +
                            std::to_string(bound) + ")");
  }
}

// Codes of rows, columns or clusters: [0, bound), or [-1, bound) where -1 stands for an unknown
// one.
template <typename Code>
void check_codes(const char* name, std::span<const Code> codes, std::type_identity_t<Code> lowest,
                 std::size_t bound) {
  for (std::size_t k = 0; k < codes.size(); ++k) {
    check_code(name, k, codes[k], lowest, bound);
  }
}

template <typename Offset>
void check_has_values(const std::string& name, const CsrView<Offset>& ratings) {
  check_length((name + ".values").c_str(), ratings.values.size(), ratings.indices.size());
}

// Two views of one set of ratings: O(1), the entries are not compared.
template <typename Offset>
void check_transposed(const std::string& name, const CsrView<Offset>& ratings,
                      const std::string& other_name, const CsrView<Offset>& other) {
  if (ratings.n_rows() != other.n_cols || ratings.n_cols != other.n_rows()) {
    throw std::invalid_argument(name + " is " + std::to_string(ratings.n_rows()) + " x " +
                                std::to_string(ratings.n_cols) + ", " + other_name + " is " +
                                std::to_string(other.n_rows()) + " x " +
                                std::to_string(other.n_cols) + ": not the transpose of each other");
  }
  check_has_values(name, ratings);
  check_has_values(other_name, other);
}

}  // namespace astonish::internal::support
