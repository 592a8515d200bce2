#include "gram.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "astonish/parallel.hpp"

namespace astonish::internal::linear_algebra {

template <typename T>
GramMatrix gram(MatrixView<const T> factors, int n_threads) {
  constexpr std::size_t n_parts = 16;
  constexpr std::size_t block = 256;
  const auto k = static_cast<Eigen::Index>(factors.cols);
  if (k == 0) return {};
  std::array<GramMatrix, n_parts> parts;
  const std::size_t share = (factors.rows + n_parts - 1) / n_parts;
  parallel_for(n_parts, n_threads, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t part = begin; part < end; ++part) {
      GramMatrix& sum = parts[part];
      sum.setZero(k, k);
      const std::size_t last = std::min((part + 1) * share, factors.rows);
      for (std::size_t row = part * share; row < last; row += block) {
        const auto n = static_cast<Eigen::Index>(std::min(block, last - row));
        using Columns = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
        const Eigen::Map<const Columns> rows(factors.data + row * factors.cols, k, n);
        sum.template selfadjointView<Eigen::Lower>().rankUpdate(rows.template cast<double>());
      }
    }
  });
  GramMatrix total = GramMatrix::Zero(k, k);
  for (const GramMatrix& part : parts) total += part;
  return total.template selfadjointView<Eigen::Lower>();
}

template GramMatrix gram(MatrixView<const float>, int);
template GramMatrix gram(MatrixView<const double>, int);

}  // namespace astonish::internal::linear_algebra
