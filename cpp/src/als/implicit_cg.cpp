// Conjugate gradient in the basis where the Gram matrix is diagonal; see implicit_als.hpp.
#include <algorithm>
#include <limits>
#include <vector>

#include "astonish/parallel.hpp"
#include "implicit_side.hpp"
#include "linear_algebra/lanes.hpp"

namespace astonish::internal::als {

using linear_algebra::kLanesOf;
using linear_algebra::LanesOf;
using linear_algebra::load_lanes;
using linear_algebra::store_lanes;
using linear_algebra::sum_lanes;

namespace {

constexpr std::size_t kTogether = 4;  // rows whose sums run side by side
// Bytes of copies at most: they pay while they stay in cache.
constexpr std::size_t kGathered = 4 << 20;

// The factors of a row's interactions, gathered into one block as far as that goes, so that each
// step streams through it. They are filled up with copies of the last one, of weight zero.
template <typename T>
class Gathered {
 public:
  void assign(const RowTerms<T>& terms, std::size_t width) {
    n_ = (terms.size() + kTogether - 1) / kTogether * kTogether;
    width_ = width;
    n_gathered_ = std::min(n_, kGathered / (width * sizeof(T)) / kTogether * kTogether);
    const auto size = to_index(n_gathered_ * width);
    if (copies_.size() < size) copies_.resize(size);
    rows_.assign(n_, terms.factors.back());
    extra_.assign(n_, T{0});
    target_.assign(n_, T{0});
    std::copy(terms.factors.begin(), terms.factors.end(), rows_.begin());
    std::copy(terms.extra.begin(), terms.extra.end(), extra_.begin());
    std::copy(terms.target.begin(), terms.target.end(), target_.begin());
  }

  // Gathers, and at once
  //   residual += sum of h * (target - extra * <h, x>),  diagonal += sum of extra * h^2
  void begin(const T* x, T* residual, T* diagonal) {
    for (std::size_t k = 0; k < n_; k += kTogether) {
      T weights[kTogether];
      if (k < n_gathered_) {
        gather(k, x, weights);
      } else {
        products(k, x, weights);
      }
      for (std::size_t j = 0; j < kTogether; ++j) {
        weights[j] = target_[k + j] - extra_[k + j] * weights[j];
      }
      add_with_squares(k, weights, residual, diagonal);
    }
  }

  // out += sum of h * (extra * <h, x>)
  void multiply(const T* x, T* out) const {
    for (std::size_t k = 0; k < n_; k += kTogether) {
      T weights[kTogether];
      products(k, x, weights);
      for (std::size_t j = 0; j < kTogether; ++j) weights[j] *= extra_[k + j];
      add(k, weights, out);
    }
  }

 private:
  // Copies rows k, k + 1, ... and writes their products with x.
  void gather(std::size_t k, const T* x, T* out) {
    LanesOf<T> sums[kTogether] = {};
    T* const copies = copies_.data() + k * width_;
    for (std::size_t f = 0; f < width_; f += kLanesOf<T>) {
      const LanesOf<T> factor = load_lanes<T>(x + f);
      for (std::size_t j = 0; j < kTogether; ++j) {
        const LanesOf<T> value = load_lanes<T>(rows_[k + j] + f);
        store_lanes<T>(value, copies + j * width_ + f);
        sums[j] += value * factor;
      }
    }
    for (std::size_t j = 0; j < kTogether; ++j) {
      out[j] = sum_lanes<T>(sums[j])[0];
      rows_[k + j] = copies + j * width_;
    }
  }

  void products(std::size_t k, const T* x, T* out) const {
    LanesOf<T> sums[kTogether] = {};
    for (std::size_t f = 0; f < width_; f += kLanesOf<T>) {
      const LanesOf<T> factor = load_lanes<T>(x + f);
      for (std::size_t j = 0; j < kTogether; ++j) {
        sums[j] += load_lanes<T>(rows_[k + j] + f) * factor;
      }
    }
    for (std::size_t j = 0; j < kTogether; ++j) out[j] = sum_lanes<T>(sums[j])[0];
  }

  void add(std::size_t k, const T* weights, T* out) const {
    for (std::size_t f = 0; f < width_; f += kLanesOf<T>) {
      LanesOf<T> sum = load_lanes<T>(out + f);
      for (std::size_t j = 0; j < kTogether; ++j) {
        sum += load_lanes<T>(rows_[k + j] + f) * weights[j];
      }
      store_lanes<T>(sum, out + f);
    }
  }

  void add_with_squares(std::size_t k, const T* weights, T* out, T* squares) const {
    for (std::size_t f = 0; f < width_; f += kLanesOf<T>) {
      LanesOf<T> sum = load_lanes<T>(out + f), square = load_lanes<T>(squares + f);
      for (std::size_t j = 0; j < kTogether; ++j) {
        const LanesOf<T> factor = load_lanes<T>(rows_[k + j] + f);
        sum += factor * weights[j];
        square += factor * extra_[k + j] * factor;
      }
      store_lanes<T>(sum, out + f);
      store_lanes<T>(square, squares + f);
    }
  }

  std::size_t n_ = 0, n_gathered_ = 0, width_ = 0;
  std::vector<const T*> rows_;  // of the fixed side, or of the copies
  Vector<T> copies_;
  std::vector<T> extra_, target_;
};

template <typename T>
class ConjugateGradient {
 public:
  explicit ConjugateGradient(const FixedSide<T>& side) : side_(side) {
    for (auto* each : {&base_, &inverse_, &residual_, &direction_, &image_}) {
      each->setZero(to_index(side.width()));
    }
  }

  // Improves x, which has the width of the side.
  void solve(const RowTerms<T>& terms, T* start) {
    Eigen::Map<Vector<T>> x(start, base_.size());
    const T error = begin(terms, x);
    T length = error;
    for (int step = 0; step < side_.options.cg_steps && length > T{0}; ++step) {
      image_ = base_.cwiseProduct(direction_);
      rows_.multiply(direction_.data(), image_.data());
      const T curvature = direction_.dot(image_);
      if (!(curvature > T{0})) return;
      const T along = length / curvature;
      x += along * direction_;
      residual_ -= along * image_;
      const T next = residual_.dot(inverse_.cwiseProduct(residual_));
      direction_ = inverse_.cwiseProduct(residual_) + (next / length) * direction_;
      length = next;
    }
  }

 private:
  // Residual, preconditioner and first direction; returns the residual's squared length.
  T begin(const RowTerms<T>& terms, const Eigen::Map<Vector<T>>& x) {
    rows_.assign(terms, side_.width());
    terms.fill_diagonal(side_, base_.data());
    residual_ = -base_.cwiseProduct(x);
    inverse_ = base_;
    rows_.begin(x.data(), residual_.data(), inverse_.data());
    invert();
    direction_ = inverse_.cwiseProduct(residual_);
    return residual_.dot(direction_);
  }

  // What is nothing beside the largest coefficient is a direction that the system leaves open.
  void invert() {
    constexpr T eps = std::numeric_limits<T>::epsilon(), smallest = std::numeric_limits<T>::min();
    const T least = std::max(eps * eps * inverse_.maxCoeff(), smallest / eps);
    inverse_ = (inverse_.array() > least).select(inverse_.cwiseInverse(), T{0});
  }

  const FixedSide<T>& side_;
  Gathered<T> rows_;
  Vector<T> base_, inverse_, residual_, direction_, image_;
};

}  // namespace

template <typename T>
void solve_cg(const FixedSide<T>& side, const WideCsr& interactions, MatrixView<T> solved,
              int n_threads) {
  parallel_for(solved.rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    const MatrixView<T> out{solved.row(begin).data(), end - begin, side.n_factors};
    Rows<T> x = to_basis<T>(side, out);
    ConjugateGradient<T> solver(side);
    RowTerms<T> terms;
    for (std::size_t row = begin; row < end; ++row) {
      T* start = x.row(to_index(row - begin)).data();
      terms.assign(side, interactions, row);
      if (terms.size() == 0) {
        std::fill_n(start, side.width(), T{0});
      } else {
        solver.solve(terms, start);
      }
    }
    from_basis(side, x, out);
  });
}

template void solve_cg(const FixedSide<float>&, const WideCsr&, MatrixView<float>, int);
template void solve_cg(const FixedSide<double>&, const WideCsr&, MatrixView<double>, int);

}  // namespace astonish::internal::als
