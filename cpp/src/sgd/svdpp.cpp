#include "astonish/svdpp.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "astonish/parallel.hpp"
#include "factors/training.hpp"
#include "ratings/wide_csr.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"
#include "svdpp_solvers.hpp"

namespace astonish::internal::sgd {

void throw_diverged(int epoch, const SvdppOptions& options) {
  factors::throw_diverged("stochastic gradient descent", epoch,
                          {{"lr_bu", options.lr_bu},
                           {"lr_bi", options.lr_bi},
                           {"lr_pu", options.lr_pu},
                           {"lr_qi", options.lr_qi},
                           {"lr_yj", options.lr_yj}});
}

}  // namespace astonish::internal::sgd

namespace astonish {

using internal::factors::all_finite;
using internal::factors::check_training;
using internal::factors::has_finite_factors;
using internal::ratings::widened;
using internal::support::check_codes;
using internal::support::check_shape;
using namespace internal::sgd;

namespace {

constexpr std::size_t kUsersPerChunk = 64;

double run(const WideCsr& by_user, const BiasedFactors<double>& model, MatrixView<double> yj,
           const SvdppOptions& options, const EpochCallback& on_epoch) {
  switch (options.solver) {
    case SgdSolver::sequential:
      return run_svdpp_sequential(by_user, model, yj, options, on_epoch);
    case SgdSolver::bitwise:
      return run_svdpp_bitwise(by_user, model, yj, options, on_epoch);
  }
  throw std::invalid_argument("unknown solver");
}

// scikit-surprise's estimate sums first and divides once, unlike its training.
void write_user(std::span<const std::int32_t> items, std::span<const double> p,
                MatrixView<const double> yj, std::span<double> out) {
  if (items.empty()) {
    std::copy(p.begin(), p.end(), out.begin());
    return;
  }
  std::fill(out.begin(), out.end(), 0.0);
  for (const std::int32_t item : items) {
    const auto y = yj.row(static_cast<std::size_t>(item));
    for (std::size_t f = 0; f < out.size(); ++f) out[f] += y[f];
  }
  const double root = std::sqrt(static_cast<double>(items.size()));
  for (std::size_t f = 0; f < out.size(); ++f) out[f] = p[f] + out[f] / root;
}

double fit_svdpp_wide(const WideCsr& by_user, const BiasedFactors<double>& model,
                      MatrixView<double> yj, const SvdppOptions& options,
                      const EpochCallback& on_epoch) {
  check_training(by_user, model, options.n_epochs);
  check_shape("yj", yj, model.qi.rows, model.qi.cols);
  const double squared_error = run(by_user, model, yj, options, on_epoch);
  const bool finite = has_finite_factors(model) && all_finite({yj.data, yj.rows * yj.cols});
  if (options.n_epochs > 0 && !finite) {
    throw_diverged(options.first_epoch + options.n_epochs - 1, options);
  }
  return squared_error;
}

void svdpp_user_factors_wide(const WideCsr& by_user, std::span<const std::int32_t> users,
                             MatrixView<const double> pu, MatrixView<const double> yj,
                             MatrixView<double> out, int n_threads) {
  check_shape("pu", pu, by_user.n_rows(), yj.cols);
  check_shape("yj", yj, by_user.n_cols, pu.cols);
  check_shape("out", out, users.size(), pu.cols);
  check_codes("users", users, 0, by_user.n_rows());
  parallel_for(users.size(), n_threads, kUsersPerChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      const auto user = static_cast<std::size_t>(users[k]);
      write_user(by_user.row_indices(user), pu.row(user), yj, out.row(k));
    }
  });
}

}  // namespace

template <typename Offset>
double fit_svdpp(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
                 MatrixView<double> yj, const SvdppOptions& options,
                 const EpochCallback& on_epoch) {
  return fit_svdpp_wide(widened(by_user), model, yj, options, on_epoch);
}

template <typename Offset>
void svdpp_user_factors(const CsrView<Offset>& by_user, std::span<const std::int32_t> users,
                        MatrixView<const double> pu, MatrixView<const double> yj,
                        MatrixView<double> out, int n_threads) {
  svdpp_user_factors_wide(widened(by_user), users, pu, yj, out, n_threads);
}

#define ASTONISH_INSTANTIATE(Offset)                                                        \
  template double fit_svdpp(const CsrView<Offset>&, const BiasedFactors<double>&,           \
                            MatrixView<double>, const SvdppOptions&, const EpochCallback&); \
  template void svdpp_user_factors(const CsrView<Offset>&, std::span<const std::int32_t>,   \
                                   MatrixView<const double>, MatrixView<const double>,      \
                                   MatrixView<double>, int);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
