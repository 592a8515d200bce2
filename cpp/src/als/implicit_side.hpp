// What the solvers of implicit_als.hpp share: the fixed side made ready, and the weights of a row.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "astonish/implicit_als.hpp"
#include "astonish/matrix.hpp"
#include "linear_algebra/padded.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::als {

using ratings::WideCsr;

template <typename T>
using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename T>
using ConstRows = Eigen::Map<const Rows<T>>;
template <typename T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

inline Eigen::Index to_index(std::size_t n) { return static_cast<Eigen::Index>(n); }

inline constexpr std::size_t kRowsPerChunk = 64;

// The strength of a row's regularisation.
inline double regularisation(const ImplicitOptions& options, std::size_t n_interactions,
                             std::size_t n_others) {
  const double n = static_cast<double>(n_interactions);
  return options.reg * std::pow(n + options.alpha0 * static_cast<double>(n_others), options.nu);
}

template <typename T>
struct FixedSide {
  ImplicitOptions options;
  std::size_t n_factors;
  // Rows of the factors, in the basis of the eigenvectors unless the solver is ialspp. Filled up
  // with zeros to whole cache lines.
  Rows<T> rows;
  Rows<T> basis;               // n_factors x n_factors, an eigenvector a column; not for ialspp
  Vector<double> eigenvalues;  // of the Gram matrix; not for ialspp
  Rows<T> gram;                // the Gram matrix itself, only for ialspp
  double squared_norm = 0.0;   // of all factors

  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(rows.cols()); }
  [[nodiscard]] const T* row(std::int32_t index) const { return rows.data() + index * rows.cols(); }

  [[nodiscard]] double reg(std::size_t n_interactions) const {
    return regularisation(options, n_interactions, static_cast<std::size_t>(rows.rows()));
  }
};

// The rows of `factors` made ready; options and factors were checked.
template <typename T>
[[nodiscard]] FixedSide<T> make_side(MatrixView<const T> factors, const ImplicitOptions& options,
                                     int n_threads);

// Rows of the side that is solved for, in the basis of the eigenvectors, which the side must have.
template <typename T>
[[nodiscard]] Rows<T> to_basis(const FixedSide<T>& side, MatrixView<const T> rows);
template <typename T>
void from_basis(const FixedSide<T>& side, const Rows<T>& rows, MatrixView<T> out);

// Of an interaction beyond that of any pair; not infinite.
inline double extra_confidence(const ImplicitOptions& options, double weight) {
  return std::min(options.alpha * weight, 1e300);
}

// The interactions of one row as terms of its system
//
//   (alpha0 * gram + reg + sum of extra * h h^T) x = sum of target * h
//
// divided by a bound of its largest coefficient, so that nothing overflows the type of the factors.
template <typename T>
class RowTerms {
 public:
  void assign(const FixedSide<T>& side, const WideCsr& interactions, std::size_t row) {
    const auto columns = interactions.row_indices(row);
    const bool weighted = !interactions.values.empty();
    const ImplicitOptions& options = side.options;
    factors.clear();
    confidences_.clear();
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const double weight = weighted ? interactions.row_values(row)[k] : 1.0;
      if (weight == 0.0) continue;
      factors.push_back(side.row(columns[k]));
      confidences_.push_back(extra_confidence(options, weight));
    }
    const std::size_t n = factors.size();
    reg = side.reg(n);
    const double most = n == 0 ? 0.0 : *std::max_element(confidences_.begin(), confidences_.end());
    const double bound = (options.alpha0 + most) * std::max(1.0, side.squared_norm) + reg;
    scale = bound > 0.0 ? 1.0 / bound : 1.0;
    extra.resize(n);
    target.resize(n);
    for (std::size_t k = 0; k < n; ++k) {
      extra[k] = static_cast<T>(scale * confidences_[k]);
      target[k] = static_cast<T>(scale * (options.alpha0 + confidences_[k]));
    }
  }

  [[nodiscard]] std::size_t size() const { return factors.size(); }

  // The coefficients that the Gram matrix, diagonal in its own basis, and reg give to the system.
  void fill_diagonal(const FixedSide<T>& side, T* diagonal) const {
    const auto n = static_cast<std::size_t>(side.eigenvalues.size());
    for (std::size_t f = 0; f < n; ++f) {
      const double base = side.options.alpha0 * side.eigenvalues[to_index(f)] + reg;
      diagonal[f] = static_cast<T>(scale * base);
    }
    std::fill(diagonal + n, diagonal + side.width(), T{1});  // the filling is zero and stays so
  }

  std::vector<const T*> factors;  // of each interaction
  std::vector<T> extra, target;
  double reg = 0.0;
  double scale = 1.0;

 private:
  std::vector<double> confidences_;
};

template <typename T>
void solve_cholesky(const FixedSide<T>& side, const WideCsr& interactions, MatrixView<T> solved,
                    int n_threads);
template <typename T>
void solve_cg(const FixedSide<T>& side, const WideCsr& interactions, MatrixView<T> solved,
              int n_threads);
template <typename T>
void solve_ialspp(const FixedSide<T>& side, const WideCsr& interactions, MatrixView<T> solved,
                  int n_threads);

}  // namespace astonish::internal::als
