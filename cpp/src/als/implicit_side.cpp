#include "implicit_side.hpp"

#include <limits>

#include "astonish/parallel.hpp"
#include "linear_algebra/eigendecomposition.hpp"
#include "linear_algebra/gram.hpp"

namespace astonish::internal::als {

using linear_algebra::Eigendecomposition;
using linear_algebra::eigendecomposition;
using linear_algebra::gram;
using linear_algebra::GramMatrix;
using linear_algebra::padded;

namespace {

template <typename T>
ConstRows<T> as_rows(MatrixView<const T> rows) {
  return {rows.data, to_index(rows.rows), to_index(rows.cols)};
}

template <typename T>
using ConstBlock = Eigen::Ref<const Rows<T>, 0, Eigen::OuterStride<>>;
template <typename T>
using Block = Eigen::Ref<Rows<T>, 0, Eigen::OuterStride<>>;

// The one product of matrices here: each pair of types that Eigen multiplies is seconds of
// compiling.
template <typename T>
void multiply(const ConstBlock<T>& a, const ConstBlock<T>& b, Block<T> out) {
  out.noalias() = a * b;
}

template <typename T>
void copy_rows(MatrixView<const T> factors, FixedSide<T>& side, int n_threads) {
  side.rows.setZero(to_index(factors.rows), to_index(padded<T>(factors.cols)));
  const ConstRows<T> source = as_rows(factors);
  parallel_for(factors.rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    const auto first = to_index(begin), n = to_index(end - begin);
    auto target = side.rows.block(first, 0, n, source.cols());
    if (side.basis.size() == 0) {
      target = source.middleRows(first, n);
    } else {
      multiply<T>(source.middleRows(first, n), side.basis, target);
    }
  });
}

// Rounding leaves something of a direction that no row of the factors has; it is taken for nothing.
template <typename T>
void find_basis(const GramMatrix& gram_matrix, FixedSide<T>& side) {
  const Eigendecomposition eigen = eigendecomposition(gram_matrix);
  side.basis = eigen.vectors.template cast<T>();
  side.eigenvalues = eigen.values;
  const double eps = std::numeric_limits<T>::epsilon();
  const double least =
      4 * static_cast<double>(side.n_factors) * eps * eps * side.eigenvalues.maxCoeff();
  for (Eigen::Index f = 0; f < side.eigenvalues.size(); ++f) {
    if (side.eigenvalues[f] > least) continue;
    side.eigenvalues[f] = 0.0;
    side.basis.col(f).setZero();
  }
}

}  // namespace

template <typename T>
FixedSide<T> make_side(MatrixView<const T> factors, const ImplicitOptions& options, int n_threads) {
  FixedSide<T> side;
  side.options = options;
  side.n_factors = factors.cols;
  const GramMatrix products = gram(factors, n_threads);
  side.squared_norm = products.trace();
  if (options.solver == ImplicitSolver::ialspp) {
    side.gram = products.cast<T>();
  } else if (factors.cols > 0) {
    find_basis(products, side);
  }
  copy_rows(factors, side, n_threads);
  return side;
}

template <typename T>
Rows<T> to_basis(const FixedSide<T>& side, MatrixView<const T> rows) {
  Rows<T> result = Rows<T>::Zero(to_index(rows.rows), side.rows.cols());
  multiply<T>(as_rows(rows), side.basis, result.leftCols(to_index(rows.cols)));
  return result;
}

template <typename T>
void from_basis(const FixedSide<T>& side, const Rows<T>& rows, MatrixView<T> out) {
  // Of small products Eigen sums in an order that depends on where the result lies in a cache line.
  Rows<T> result(to_index(out.rows), to_index(out.cols));
  const Rows<T> back = side.basis.transpose();
  multiply<T>(rows.leftCols(result.cols()), back, result);
  Eigen::Map<Rows<T>>(out.data, result.rows(), result.cols()) = result;
}

#define ASTONISH_INSTANTIATE(T)                                                      \
  template FixedSide<T> make_side(MatrixView<const T>, const ImplicitOptions&, int); \
  template Rows<T> to_basis(const FixedSide<T>&, MatrixView<const T>);               \
  template void from_basis(const FixedSide<T>&, const Rows<T>&, MatrixView<T>);
ASTONISH_INSTANTIATE(float)
ASTONISH_INSTANTIATE(double)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish::internal::als
