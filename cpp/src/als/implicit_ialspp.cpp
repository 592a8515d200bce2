// Block coordinate descent, the iALS++ of implicit_als.hpp.
//
// The estimates of a row's interactions are kept while its blocks are solved one after the other,
// so the gradient of a block costs one pass over its own coordinates.
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "astonish/parallel.hpp"
#include "implicit_side.hpp"
#include "linear_algebra/dot.hpp"
#include "linear_algebra/padded.hpp"
#include "linear_algebra/symmetric_system.hpp"

namespace astonish::internal::als {

using linear_algebra::dot;
using linear_algebra::kRowsPerBlock;
using linear_algebra::padded;
using linear_algebra::PaddedRows;
using linear_algebra::SymmetricSystem;

namespace {

template <typename T>
class BlockDescent {
 public:
  explicit BlockDescent(const FixedSide<T>& side)
      : side_(side),
        size_(std::min(static_cast<std::size_t>(side.options.block_size), side.n_factors)),
        block_(kRowsPerBlock, size_),
        right_(size_),
        step_(size_) {}

  void solve(const RowTerms<T>& terms, std::span<T> x) {
    base_scale_ = static_cast<T>(terms.scale * side_.options.alpha0);
    reg_ = static_cast<T>(terms.scale * terms.reg);
    estimates_.resize(terms.size());
    for (std::size_t k = 0; k < terms.size(); ++k) {
      estimates_[k] = dot(terms.factors[k], x.data(), x.size());
    }
    for (std::size_t first = 0; first < x.size(); first += size_) {
      solve_block(terms, x, first, std::min(size_, x.size() - first));
    }
  }

 private:
  void solve_block(const RowTerms<T>& terms, std::span<T> x, std::size_t first, std::size_t n) {
    const std::span<T> step(step_.data(), n);
    assemble(terms, x, first, n);
    if (!system_.solve(step)) {
      assemble(terms, x, first, n);
      system_.solve_minimum_norm(step);
    }
    for (std::size_t f = 0; f < n; ++f) x[first + f] += step[f];
    for (std::size_t k = 0; k < terms.size(); ++k) {
      estimates_[k] += dot(terms.factors[k] + first, step.data(), n);
    }
  }

  // Half of the Hessian, and half of the negative gradient, of n coordinates.
  void assemble(const RowTerms<T>& terms, std::span<const T> x, std::size_t first, std::size_t n) {
    system_.reset(n);
    for (std::size_t f = 0; f < n; ++f) {
      const auto gram = side_.gram.row(to_index(first + f));
      right_[f] = -base_scale_ * dot(gram.data(), x.data(), x.size()) - reg_ * x[first + f];
      for (std::size_t g = f; g < n; ++g) {
        system_.at(f, g) = base_scale_ * gram[to_index(first + g)] + (f == g ? reg_ : T{0});
      }
    }
    add_interactions(terms, first, n);
    for (std::size_t f = 0; f < n; ++f) system_.at(f, n) = right_[f];
  }

  void add_interactions(const RowTerms<T>& terms, std::size_t first, std::size_t n) {
    const std::size_t width = padded<T>(n);
    for (std::size_t begin = 0; begin < terms.size(); begin += kRowsPerBlock) {
      const std::size_t end = std::min(begin + kRowsPerBlock, terms.size());
      for (std::size_t k = begin; k < end; ++k) {
        const T* row = terms.factors[k] + first;
        const T root = std::sqrt(terms.extra[k]);
        const T missing = terms.target[k] - terms.extra[k] * estimates_[k];
        T* copy = block_.row(k - begin);
        for (std::size_t f = 0; f < n; ++f) {
          copy[f] = root * row[f];
          right_[f] += missing * row[f];
        }
        std::fill(copy + n, copy + width, T{0});
      }
      system_.add_products(block_.row(0), block_.width(), end - begin, width);
    }
  }

  const FixedSide<T>& side_;
  std::size_t size_;
  SymmetricSystem<T> system_;
  PaddedRows<T> block_;
  std::vector<T> right_, step_, estimates_;
  T base_scale_{}, reg_{};
};

}  // namespace

template <typename T>
void solve_ialspp(const FixedSide<T>& side, const WideCsr& interactions, MatrixView<T> solved,
                  int n_threads) {
  parallel_for(solved.rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    BlockDescent<T> solver(side);
    RowTerms<T> terms;
    for (std::size_t row = begin; row < end; ++row) {
      terms.assign(side, interactions, row);
      if (terms.size() == 0) {
        std::fill(solved.row(row).begin(), solved.row(row).end(), T{0});
      } else {
        solver.solve(terms, solved.row(row));
      }
    }
  });
}

template void solve_ialspp(const FixedSide<float>&, const WideCsr&, MatrixView<float>, int);
template void solve_ialspp(const FixedSide<double>&, const WideCsr&, MatrixView<double>, int);

}  // namespace astonish::internal::als
