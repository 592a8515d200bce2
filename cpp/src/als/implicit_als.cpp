#include "astonish/implicit_als.hpp"

#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "astonish/parallel.hpp"
#include "implicit_side.hpp"
#include "linear_algebra/dot.hpp"
#include "linear_algebra/gram.hpp"
#include "ratings/wide_csr.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::linear_algebra::dot;
using internal::linear_algebra::gram;
using internal::ratings::widened;
using internal::support::check_not_negative;
using internal::support::check_shape;
using namespace internal::als;

namespace {

void check_at_least_one(const char* name, int value) {
  if (value < 1) {
    throw std::invalid_argument(std::string(name) + " is " + std::to_string(value) +
                                ", it must be at least 1");
  }
}

void check_options(const ImplicitOptions& options) {
  check_not_negative("alpha", options.alpha);
  check_not_negative("alpha0", options.alpha0);
  check_not_negative("reg", options.reg);
  check_not_negative("nu", options.nu);
  check_at_least_one("cg_steps", options.cg_steps);
  check_at_least_one("block_size", options.block_size);
}

template <typename T>
void check_finite(MatrixView<const T> factors) {
  for (std::size_t k = 0; k < factors.rows * factors.cols; ++k) {
    if (!std::isfinite(factors.data[k])) {
      throw std::invalid_argument("factors[" + std::to_string(k / factors.cols) + ", " +
                                  std::to_string(k % factors.cols) + "] is not finite");
    }
  }
}

template <typename T>
double squared_norm(std::span<const T> row) {
  double sum = 0.0;
  for (const T factor : row) sum += static_cast<double>(factor) * factor;
  return sum;
}

template <typename T>
double squared_error(const WideCsr& by_user, MatrixView<const T> pu, MatrixView<const T> qi,
                     const ImplicitOptions& options, int n_threads) {
  std::vector<double> sums(pu.rows);
  parallel_for(pu.rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t user = begin; user < end; ++user) {
      const auto items = by_user.row_indices(user);
      std::size_t n = 0;
      double sum = 0.0;
      for (std::size_t k = 0; k < items.size(); ++k) {
        const double weight = by_user.values.empty() ? 1.0 : by_user.row_values(user)[k];
        if (weight == 0.0) continue;
        const T* item = qi.row(static_cast<std::size_t>(items[k])).data();
        const double estimate = dot(pu.row(user).data(), item, pu.cols);
        const double missing = 1.0 - estimate;
        sum += (options.alpha0 + extra_confidence(options, weight)) * missing * missing -
               options.alpha0 * estimate * estimate;
        ++n;
      }
      sums[user] = sum + regularisation(options, n, qi.rows) * squared_norm(pu.row(user));
    }
  });
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return total;
}

template <typename T>
double item_penalty(const WideCsr& by_user, MatrixView<const T> qi,
                    const ImplicitOptions& options) {
  std::vector<std::size_t> counts(qi.rows);
  for (std::size_t k = 0; k < by_user.indices.size(); ++k) {
    const bool counts_as_one = by_user.values.empty() || by_user.values[k] != 0.0;
    counts[static_cast<std::size_t>(by_user.indices[k])] += counts_as_one ? 1 : 0;
  }
  double total = 0.0;
  for (std::size_t item = 0; item < qi.rows; ++item) {
    total += regularisation(options, counts[item], by_user.n_rows()) * squared_norm(qi.row(item));
  }
  return total;
}

void check_interactions(const WideCsr& interactions, std::size_t n_rows, std::size_t n_others) {
  if (interactions.n_rows() != n_rows || interactions.n_cols != n_others) {
    throw std::invalid_argument("interactions are " + std::to_string(interactions.n_rows()) +
                                " x " + std::to_string(interactions.n_cols) +
                                ", the factors have " + std::to_string(n_rows) + " and " +
                                std::to_string(n_others) + " rows");
  }
}

template <typename T>
void solve_wide(const FixedSide<T>& side, const WideCsr& interactions, MatrixView<T> solved,
                int n_threads) {
  check_interactions(interactions, solved.rows, static_cast<std::size_t>(side.rows.rows()));
  check_shape("solved", solved, solved.rows, side.n_factors);
  if (solved.cols == 0) return;
  switch (side.options.solver) {
    case ImplicitSolver::cholesky:
      return solve_cholesky(side, interactions, solved, n_threads);
    case ImplicitSolver::cg:
      return solve_cg(side, interactions, solved, n_threads);
    case ImplicitSolver::ialspp:
      return solve_ialspp(side, interactions, solved, n_threads);
  }
}

template <typename T>
double implicit_loss_wide(const WideCsr& by_user, MatrixView<const T> pu, MatrixView<const T> qi,
                          const ImplicitOptions& options, int n_threads) {
  check_options(options);
  check_interactions(by_user, pu.rows, qi.rows);
  check_shape("qi", qi, qi.rows, pu.cols);
  const double all_pairs = gram(pu, n_threads).cwiseProduct(gram(qi, n_threads)).sum();
  return options.alpha0 * all_pairs + squared_error(by_user, pu, qi, options, n_threads) +
         item_penalty(by_user, qi, options);
}

}  // namespace

template <typename T>
ImplicitSide<T>::ImplicitSide(MatrixView<const T> factors, const ImplicitOptions& options,
                              int n_threads) {
  check_options(options);
  check_finite(factors);
  side_ = std::make_unique<const FixedSide<T>>(make_side(factors, options, n_threads));
}

template <typename T>
ImplicitSide<T>::~ImplicitSide() = default;
template <typename T>
ImplicitSide<T>::ImplicitSide(ImplicitSide&&) noexcept = default;
template <typename T>
ImplicitSide<T>& ImplicitSide<T>::operator=(ImplicitSide&&) noexcept = default;

template <typename T>
template <typename Offset>
void ImplicitSide<T>::solve(const CsrView<Offset>& interactions, MatrixView<T> solved,
                            int n_threads) const {
  solve_wide(*side_, widened(interactions), solved, n_threads);
}

template <typename T, typename Offset>
double implicit_loss(const CsrView<Offset>& by_user, MatrixView<const T> pu, MatrixView<const T> qi,
                     const ImplicitOptions& options, int n_threads) {
  return implicit_loss_wide(widened(by_user), pu, qi, options, n_threads);
}

#define ASTONISH_INSTANTIATE(T, Offset)                                                           \
  template void ImplicitSide<T>::solve(const CsrView<Offset>&, MatrixView<T>, int) const;         \
  template double implicit_loss(const CsrView<Offset>&, MatrixView<const T>, MatrixView<const T>, \
                                const ImplicitOptions&, int);
template class ImplicitSide<float>;
template class ImplicitSide<double>;
ASTONISH_FOR_TYPES_AND_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
