// Exact solutions of the rows of implicit_als.hpp.
//
// In the basis of the eigenvectors all but the interactions of a row is a diagonal matrix, so a
// system begins from zero for every regularisation.
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "astonish/parallel.hpp"
#include "implicit_side.hpp"
#include "linear_algebra/padded.hpp"
#include "linear_algebra/symmetric_system.hpp"

namespace astonish::internal::als {

using linear_algebra::kRowsPerBlock;
using linear_algebra::PaddedRows;
using linear_algebra::SymmetricSystem;

namespace {

template <typename T>
class CholeskySolver {
 public:
  explicit CholeskySolver(const FixedSide<T>& side)
      : side_(side),
        block_(kRowsPerBlock, side.n_factors),
        right_(1, side.n_factors),
        diagonal_(side.width()) {}

  // Writes n_factors numbers.
  void solve(const RowTerms<T>& terms, std::span<T> out) {
    terms.fill_diagonal(side_, diagonal_.data());
    assemble(terms);
    if (system_.solve(out)) return;
    assemble(terms);
    system_.solve_minimum_norm(out);
  }

 private:
  void assemble(const RowTerms<T>& terms) {
    const std::size_t n_factors = side_.n_factors;
    system_.reset(n_factors);
    std::fill_n(right_.row(0), right_.width(), T{0});
    for (std::size_t begin = 0; begin < terms.size(); begin += kRowsPerBlock) {
      const std::size_t n = std::min(kRowsPerBlock, terms.size() - begin);
      for (std::size_t k = 0; k < n; ++k) gather(terms, begin + k, block_.row(k));
      system_.add_products(block_.row(0), block_.width(), n, block_.width());
    }
    for (std::size_t f = 0; f < n_factors; ++f) {
      system_.at(f, f) += diagonal_[f];
      system_.at(f, n_factors) = right_.row(0)[f];
    }
  }

  void gather(const RowTerms<T>& terms, std::size_t k, T* copy) {
    const T* row = terms.factors[k];
    const T root = std::sqrt(terms.extra[k]), target = terms.target[k];
    T* right = right_.row(0);
    for (std::size_t f = 0; f < block_.width(); ++f) {
      copy[f] = root * row[f];
      right[f] += target * row[f];
    }
  }

  const FixedSide<T>& side_;
  SymmetricSystem<T> system_;
  PaddedRows<T> block_, right_;
  std::vector<T> diagonal_;
};

}  // namespace

template <typename T>
void solve_cholesky(const FixedSide<T>& side, const WideCsr& interactions, MatrixView<T> solved,
                    int n_threads) {
  parallel_for(solved.rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    const MatrixView<T> out{solved.row(begin).data(), end - begin, side.n_factors};
    Rows<T> x = Rows<T>::Zero(to_index(out.rows), to_index(out.cols));
    CholeskySolver<T> solver(side);
    RowTerms<T> terms;
    for (std::size_t row = begin; row < end; ++row) {
      terms.assign(side, interactions, row);
      if (terms.size() > 0) {
        solver.solve(terms, {x.row(to_index(row - begin)).data(), side.n_factors});
      }
    }
    from_basis(side, x, out);
  });
}

template void solve_cholesky(const FixedSide<float>&, const WideCsr&, MatrixView<float>, int);
template void solve_cholesky(const FixedSide<double>&, const WideCsr&, MatrixView<double>, int);

}  // namespace astonish::internal::als
