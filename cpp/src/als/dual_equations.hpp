// The ridge regression of a row with fewer ratings than factors, by its dual.
//
// With the gathered rows R (m x n, a column of ones behind them for the intercept), one lambda for
// all unknowns and targets y, both times the root of the weights, the solution is p = R^T a where
// (R R^T + lambda I) a = y: m equations instead of n. The cost is n m^2 + m^3 / 3 flops. Where
// lambda is so small against the rows that the rounding of a would show in the objective, nothing
// is solved, and normal_equations.hpp is the way to go.
//
// One object serves many systems, one after the other, in one thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "astonish/matrix.hpp"
#include "linear_algebra/dot.hpp"
#include "linear_algebra/padded.hpp"
#include "linear_algebra/symmetric_system.hpp"

namespace astonish::internal::als {

using linear_algebra::dot;
using linear_algebra::padded;
using linear_algebra::PaddedRows;
using linear_algebra::SymmetricSystem;

template <typename T>
class DualEquations {
 public:
  // For systems of up to max_rows rows.
  DualEquations(std::size_t n_factors, bool intercept, std::size_t max_rows)
      : n_factors_(n_factors),
        intercept_(intercept),
        features_(n_factors + (intercept ? 1 : 0), max_rows),
        shares_(1, max_rows) {}

  // Writes the factors and, with one, the intercept, or nothing and returns false.
  [[nodiscard]] bool solve(MatrixView<const T> rows, std::span<const std::int32_t> indices,
                           std::span<const double> weights, std::span<const double> targets,
                           double lambda, std::span<T> out) {
    const std::size_t n = indices.size();
    const auto root = [&](std::size_t k) { return weights.empty() ? 1.0 : std::sqrt(weights[k]); };
    for (std::size_t k = 0; k < n; ++k) {
      gather(rows.row(static_cast<std::size_t>(indices[k])).data(), static_cast<T>(root(k)), k);
    }
    const std::size_t width = padded<T>(n);
    clear_columns(n, width);
    system_.reset(n);
    system_.add_products(features_.row(0), features_.width(), out.size(), width);
    if (!add_diagonal(lambda)) return false;
    for (std::size_t k = 0; k < n; ++k) system_.at(k, n) = static_cast<T>(root(k) * targets[k]);
    if (!system_.solve({shares_.row(0), n})) return false;
    for (std::size_t f = 0; f < out.size(); ++f) {
      out[f] = dot(features_.row(f), shares_.row(0), n);
    }
    return true;
  }

 private:
  // Transposed, so that the products of all pairs of rows are one rank update.
  void gather(const T* row, T scale, std::size_t k) {
    T* column = features_.row(0) + k;
    for (std::size_t f = 0; f < n_factors_; ++f) column[f * features_.width()] = scale * row[f];
    if (intercept_) column[n_factors_ * features_.width()] = scale;
  }

  // What a longer system left there would meet zeros only, but infinity times zero is NaN.
  void clear_columns(std::size_t begin, std::size_t end) {
    for (std::size_t f = 0; f < n_factors_ + (intercept_ ? 1 : 0); ++f) {
      std::fill(features_.row(f) + begin, features_.row(f) + end, T{0});
    }
  }

  bool add_diagonal(double lambda) {
    const T least = static_cast<T>(lambda / std::sqrt(std::numeric_limits<T>::epsilon()));
    for (std::size_t k = 0; k < system_.size(); ++k) {
      if (!(system_.at(k, k) < least)) return false;
      system_.at(k, k) += static_cast<T>(lambda);
    }
    return true;
  }

  std::size_t n_factors_;
  bool intercept_;
  SymmetricSystem<T> system_;
  PaddedRows<T> features_;  // one row a factor
  PaddedRows<T> shares_;    // of the gathered rows in the solution
};

}  // namespace astonish::internal::als
