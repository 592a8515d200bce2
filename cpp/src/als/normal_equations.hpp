// Normal equations of weighted least squares over gathered rows, the inner step of every ALS.
//
//   minimise over p (and, with an intercept, b)
//     sum over k of weight_k (target_k - b - <row_k, p>)^2 + lambda (|p|^2 + b^2)
//
// Rows of the other side lie scattered in memory. They are copied in blocks that stay in the
// first-level cache, times the root of their weight, and each block is one rank update of the
// matrix. The right side and the intercept, whose column is all ones, ride along as two more sums.
// Cost: n^2 flops a row, and n^3 / 3 to solve.
//
// One object serves many systems, one after the other, in one thread. A system that solve() refuses
// is built again in double, and there, if need be, solved by solve_minimum_norm().
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "astonish/matrix.hpp"
#include "linear_algebra/padded.hpp"
#include "linear_algebra/prefetch.hpp"
#include "linear_algebra/symmetric_system.hpp"

namespace astonish::internal::als {

using linear_algebra::kPerLine;
using linear_algebra::kRowsPerBlock;
using linear_algebra::PaddedRows;
using linear_algebra::prefetch_row;
using linear_algebra::SymmetricSystem;
using linear_algebra::Update;
using linear_algebra::update_rows;

template <typename T>
class NormalEquations {
 public:
  explicit NormalEquations(std::size_t n_factors, bool intercept = false)
      : n_factors_(n_factors),
        intercept_(intercept),
        block_(kRowsPerBlock, n_factors),
        coefficients_(kRowsPerBlock / kPairsPerLine, kPerLine<T>),
        border_(2, n_factors) {
    reset();
  }

  // The number of unknowns: the factors and, behind them, the intercept.
  [[nodiscard]] std::size_t size() const { return n_factors_ + (intercept_ ? 1 : 0); }

  // Forgets all rows.
  void reset() {
    system_.reset(size());
    std::fill_n(border_.row(0), 2 * border_.width(), T{0});
    sum_of_weights_ = sum_of_targets_ = 0.0;
  }

  // Adds rows[indices[k]] with targets[k] and weights[k] >= 0; no weights are weights of one.
  // `rows` has n_factors columns.
  template <typename Row>
  void add_rows(MatrixView<const Row> rows, std::span<const std::int32_t> indices,
                std::span<const double> weights, std::span<const double> targets) {
    for (std::size_t begin = 0; begin < indices.size(); begin += kRowsPerBlock) {
      const std::size_t n = std::min(kRowsPerBlock, indices.size() - begin);
      for (std::size_t k = 0; k < n; ++k) {
        const std::size_t ahead = begin + k + kRowsAhead;
        if (ahead < indices.size()) {
          prefetch_row(rows.row(static_cast<std::size_t>(indices[ahead])).data(), n_factors_);
        }
        const double weight = weights.empty() ? 1.0 : weights[begin + k];
        gather(rows.row(static_cast<std::size_t>(indices[begin + k])).data(), weight,
               targets[begin + k], k);
      }
      add_block(n);
    }
  }

  void add_diagonal(double value) { add_diagonal(value, value); }
  void add_diagonal(double of_factors, double of_intercept) {
    for (std::size_t f = 0; f < n_factors_; ++f) system_.at(f, f) += static_cast<T>(of_factors);
    sum_of_weights_ += of_intercept;
  }

  // Puts `row` and, for the intercept, a one where the targets summed up.
  template <typename Row>
  void set_right_side(std::span<const Row> row) {
    for (std::size_t f = 0; f < n_factors_; ++f) border_.row(0)[f] = static_cast<T>(row[f]);
    sum_of_targets_ = 1.0;
  }

  // Both write size() numbers and destroy the equations; see symmetric_system.hpp.
  [[nodiscard]] bool solve(std::span<T> out) {
    attach_border();
    return system_.solve(out);
  }
  void solve_minimum_norm(std::span<T> out) {
    attach_border();
    system_.solve_minimum_norm(out);
  }

 private:
  static constexpr std::size_t kRowsAhead = 16;  // asked for while these are copied
  static constexpr std::size_t kPairsPerLine = kPerLine<T> / 2;

  template <typename Row>
  void gather(const Row* row, double weight, double target, std::size_t place) {
    const double root = std::sqrt(weight);
    const T scale = static_cast<T>(root);
    T* copy = block_.row(place);
    for (std::size_t f = 0; f < n_factors_; ++f) copy[f] = scale * static_cast<T>(row[f]);
    coefficients_.row(0)[2 * place] = static_cast<T>(root * target);
    coefficients_.row(0)[2 * place + 1] = scale;
    sum_of_weights_ += weight;
    sum_of_targets_ += weight * target;
  }

  void add_block(std::size_t n) {
    const std::size_t width = block_.width();
    system_.add_products(block_.row(0), width, n, width);
    update_rows<Update::add, 2>(coefficients_.row(0), 2, block_.row(0), width, n, border_.row(0),
                                width, width);
  }

  void attach_border() {
    const std::size_t right = size();
    for (std::size_t f = 0; f < n_factors_; ++f) {
      system_.at(f, right) = border_.row(0)[f];
      if (intercept_) system_.at(f, n_factors_) = border_.row(1)[f];
    }
    if (!intercept_) return;
    system_.at(n_factors_, n_factors_) = static_cast<T>(sum_of_weights_);
    system_.at(n_factors_, right) = static_cast<T>(sum_of_targets_);
  }

  std::size_t n_factors_;
  bool intercept_;
  SymmetricSystem<T> system_;
  PaddedRows<T> block_;         // kRowsPerBlock rows
  PaddedRows<T> coefficients_;  // root * target and root of each row of the block
  PaddedRows<T> border_;        // sums of weight * target * row, and of weight * row
  double sum_of_weights_ = 0.0, sum_of_targets_ = 0.0;
};

}  // namespace astonish::internal::als
