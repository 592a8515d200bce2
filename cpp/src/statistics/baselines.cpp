#include "astonish/baselines.hpp"

#include <algorithm>

#include "astonish/parallel.hpp"
#include "ratings/wide_csr.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::ratings::WideCsr;
using internal::ratings::widened;
using internal::support::check_length;
using internal::support::check_n_epochs;
using internal::support::check_transposed;

namespace {

constexpr std::size_t kRowsPerChunk = 128;

double shrunken_mean(std::span<const std::int32_t> columns, std::span<const double> ratings,
                     double global_mean, std::span<const double> other, double reg) {
  double sum = 0.0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    sum += (ratings[k] - global_mean) - other[static_cast<std::size_t>(columns[k])];
  }
  const double divisor = reg + static_cast<double>(columns.size());
  return divisor == 0.0 ? 0.0 : sum / divisor;
}

void fit_side(const WideCsr& ratings, double global_mean, std::span<const double> other, double reg,
              std::span<double> biases, int n_threads) {
  parallel_for(biases.size(), n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      biases[row] =
          shrunken_mean(ratings.row_indices(row), ratings.row_values(row), global_mean, other, reg);
    }
  });
}

void check_arguments(const WideCsr& by_user, const WideCsr& by_item, const BaselineOptions& options,
                     std::span<double> bu, std::span<double> bi) {
  check_transposed("by_user", by_user, "by_item", by_item);
  check_length("bu", bu.size(), by_user.n_rows());
  check_length("bi", bi.size(), by_item.n_rows());
  check_n_epochs(options.n_epochs);
}

void fit_baselines_wide(const WideCsr& by_user, const WideCsr& by_item, double global_mean,
                        const BaselineOptions& options, std::span<double> bu, std::span<double> bi,
                        int n_threads, const EpochCallback& on_epoch) {
  check_arguments(by_user, by_item, options, bu, bi);
  std::fill(bu.begin(), bu.end(), 0.0);
  std::fill(bi.begin(), bi.end(), 0.0);
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    begin_epoch(on_epoch, epoch);
    fit_side(by_item, global_mean, bu, options.reg_i, bi, n_threads);
    fit_side(by_user, global_mean, bi, options.reg_u, bu, n_threads);
  }
}

}  // namespace

template <typename Offset>
void fit_baselines(const CsrView<Offset>& by_user, const CsrView<Offset>& by_item,
                   double global_mean, const BaselineOptions& options, std::span<double> bu,
                   std::span<double> bi, int n_threads, const EpochCallback& on_epoch) {
  fit_baselines_wide(widened(by_user), widened(by_item), global_mean, options, bu, bi, n_threads,
                     on_epoch);
}

#define ASTONISH_INSTANTIATE(Offset)                                                             \
  template void fit_baselines(const CsrView<Offset>&, const CsrView<Offset>&, double,            \
                              const BaselineOptions&, std::span<double>, std::span<double>, int, \
                              const EpochCallback&);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
