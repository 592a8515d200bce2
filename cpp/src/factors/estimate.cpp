#include "astonish/estimate.hpp"

#include <limits>

#include "astonish/parallel.hpp"
#include "linear_algebra/dot.hpp"
#include "linear_algebra/prefetch.hpp"
#include "support/check.hpp"

namespace astonish {

using internal::linear_algebra::dot;
using internal::linear_algebra::prefetch_row;
using internal::support::check_code;
using internal::support::check_codes;
using internal::support::check_length;

namespace {

constexpr std::size_t kPairsPerChunk = 4096;
constexpr std::size_t kPairsAhead = 4;

template <typename T>
double product(const BiasedFactors<const T>& model, std::size_t user, std::size_t item) {
  return dot(model.pu.row(user).data(), model.qi.row(item).data(), model.pu.cols);
}

template <typename T>
double estimate(const BiasedFactors<const T>& model, std::int32_t user, std::int32_t item) {
  const auto u = static_cast<std::size_t>(user);
  const auto i = static_cast<std::size_t>(item);
  const bool both_known = user >= 0 && item >= 0;
  if (!model.biased) {
    return both_known ? product(model, u, i) : std::numeric_limits<double>::quiet_NaN();
  }
  double sum = model.global_mean;
  if (user >= 0) sum += model.bu[u];
  if (item >= 0) sum += model.bi[i];
  if (both_known) sum += product(model, u, i);
  return sum;
}

template <typename T>
void prefetch_code(MatrixView<const T> rows, std::int32_t code) {
  if (code >= 0) prefetch_row(rows.row(static_cast<std::size_t>(code)).data(), rows.cols);
}

}  // namespace

template <typename T>
double estimate_pair(const BiasedFactors<const T>& model, std::int32_t user, std::int32_t item) {
  check_shapes(model);
  check_code("users", 0, user, -1, model.pu.rows);
  check_code("items", 0, item, -1, model.qi.rows);
  return estimate(model, user, item);
}

template <typename T>
void estimate_pairs(const BiasedFactors<const T>& model, std::span<const std::int32_t> users,
                    std::span<const std::int32_t> items, std::span<double> out, int n_threads) {
  check_shapes(model);
  check_length("items", items.size(), users.size());
  check_length("out", out.size(), users.size());
  check_codes("users", users, -1, model.pu.rows);
  check_codes("items", items, -1, model.qi.rows);
  parallel_for(out.size(), n_threads, kPairsPerChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      if (k + kPairsAhead < end) {
        prefetch_code(model.pu, users[k + kPairsAhead]);
        prefetch_code(model.qi, items[k + kPairsAhead]);
      }
      out[k] = estimate(model, users[k], items[k]);
    }
  });
}

template double estimate_pair(const BiasedFactors<const float>&, std::int32_t, std::int32_t);
template double estimate_pair(const BiasedFactors<const double>&, std::int32_t, std::int32_t);
template void estimate_pairs(const BiasedFactors<const float>&, std::span<const std::int32_t>,
                             std::span<const std::int32_t>, std::span<double>, int);
template void estimate_pairs(const BiasedFactors<const double>&, std::span<const std::int32_t>,
                             std::span<const std::int32_t>, std::span<double>, int);

}  // namespace astonish
