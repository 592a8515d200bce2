// See nmf.hpp. This file is compiled without contraction of multiply and add (Variants.cmake),
// because one rounding less is another result.
#include "astonish/nmf.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "astonish/parallel.hpp"
#include "biased_rows.hpp"
#include "factors/training.hpp"
#include "linear_algebra/lanes.hpp"
#include "linear_algebra/padded.hpp"
#include "linear_algebra/prefetch.hpp"
#include "ratings/wide_csr.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::factors::check_training;
using internal::linear_algebra::kLanes;
using internal::linear_algebra::Lanes;
using internal::linear_algebra::load_lanes;
using internal::linear_algebra::PaddedRows;
using internal::linear_algebra::prefetch;
using internal::ratings::WideCsr;
using internal::ratings::widened;
using namespace internal::sgd;

namespace {

using Indices = std::span<const std::int32_t>;

constexpr std::size_t kRowsPerChunk = 32;
constexpr std::size_t kPrefetch = 16;  // ratings ahead

struct InOrder {};  // names this file's instantiation of step_bias

// The ratings of each item, users ascending, and where they lie among those of by_user.
class ByItem {
 public:
  explicit ByItem(const WideCsr& by_user)
      : begins_(by_user.n_cols + 1),
        users_(by_user.indices.size()),
        positions_(by_user.indices.size()),
        ratings_(by_user.indices.size()) {
    for (const std::int32_t item : by_user.indices) ++begins_[static_cast<std::size_t>(item) + 1];
    for (std::size_t item = 0; item < by_user.n_cols; ++item) begins_[item + 1] += begins_[item];
    std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
    for (std::size_t user = 0, position = 0; user < by_user.n_rows(); ++user) {
      for (const std::int32_t item : by_user.row_indices(user)) {
        const std::size_t at = next[static_cast<std::size_t>(item)]++;
        users_[at] = static_cast<std::int32_t>(user);
        positions_[at] = position;
        ratings_[at] = by_user.values[position++];
      }
    }
  }

  [[nodiscard]] Indices users(std::size_t item) const { return of(users_, item); }
  [[nodiscard]] std::span<const std::size_t> positions(std::size_t item) const {
    return of(positions_, item);
  }
  [[nodiscard]] std::span<const double> ratings(std::size_t item) const {
    return of(ratings_, item);
  }

 private:
  template <typename T>
  [[nodiscard]] std::span<const T> of(const std::vector<T>& values, std::size_t item) const {
    return {values.data() + begins_[item], begins_[item + 1] - begins_[item]};
  }

  std::vector<std::size_t> begins_;
  std::vector<std::int32_t> users_;
  std::vector<std::size_t> positions_;
  std::vector<double> ratings_;
};

// From left to right. Each addition waits for the one before it, but the CPU works on the products
// of the next ratings meanwhile.
double dot(const double* a, const double* b, std::size_t n) {
  double sum = 0.0;
  for (std::size_t f = 0; f < n; ++f) sum += a[f] * b[f];
  return sum;
}

// Of one user's estimates. It is no part of the model, so it need not be summed from left to right.
double squared_error(std::span<const double> ratings, const double* estimates) {
  Lanes sums = {};
  std::size_t k = 0;
  for (; k + kLanes <= ratings.size(); k += kLanes) {
    const Lanes errors = load_lanes(ratings.data() + k) - load_lanes(estimates + k);
    sums += errors * errors;
  }
  double sum = 0.0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum += sums[lane];
  for (; k < ratings.size(); ++k) sum += (ratings[k] - estimates[k]) * (ratings[k] - estimates[k]);
  return sum;
}

double scaled(double factor, double numerator, double denominator) {
  const double product = factor * (numerator / denominator);
  return factor != 0.0 && denominator != 0.0 ? product : factor;
}

// The ratings of one row of factors, and the rows at their other ends.
template <typename Estimate>
struct RowRatings {
  const PaddedRows<double>& others;
  Indices indices;
  std::span<const double> ratings;
  Estimate estimate;  // estimate(k) of the k-th rating
  double reg;

  [[nodiscard]] const double* other(std::size_t k) const {
    return others.row(static_cast<std::size_t>(indices[k]));
  }
  [[nodiscard]] double penalty() const { return static_cast<double>(indices.size()) * reg; }
};

// Scales the factors [at, at + n * kLanes) of `row` into `out`.
template <std::size_t n, typename Ratings>
void scale_lanes(const double* row, double* out, std::size_t at, const Ratings& of) {
  Lanes numerators[n] = {};
  Lanes denominators[n] = {};
  for (std::size_t k = 0; k < of.indices.size(); ++k) {
    const double* const other = of.other(k) + at;
    const double rating = of.ratings[k];
    const double estimate = of.estimate(k);
    for (std::size_t vector = 0; vector < n; ++vector) {
      const Lanes factors = load_lanes(other + vector * kLanes);
      numerators[vector] += factors * rating;
      denominators[vector] += factors * estimate;
    }
  }
  for (std::size_t f = 0; f < n * kLanes; ++f) {
    const double old = row[at + f];
    const double denominator = denominators[f / kLanes][f % kLanes] + of.penalty() * old;
    out[at + f] = scaled(old, numerators[f / kLanes][f % kLanes], denominator);
  }
}

template <typename Ratings>
void scale_row(std::size_t width, const double* row, double* out, const Ratings& of) {
  std::size_t at = 0;
  for (; at + 4 * kLanes <= width; at += 4 * kLanes) scale_lanes<4>(row, out, at, of);
  for (; at + 2 * kLanes <= width; at += 2 * kLanes) scale_lanes<2>(row, out, at, of);
  for (; at < width; at += kLanes) scale_lanes<1>(row, out, at, of);
}

[[noreturn]] void throw_diverged(int epoch, const NmfOptions& options, bool biased) {
  constexpr const char* method = "non-negative matrix factorization";
  if (!biased) internal::factors::throw_diverged(method, epoch, {});
  internal::factors::throw_diverged(method, epoch,
                                    {{"lr_bu", options.lr_bu}, {"lr_bi", options.lr_bi}});
}

}  // namespace

struct NmfTrainer::State : BiasedRows {
  State(const WideCsr& ratings, const BiasedFactors<const double>& initial,
        const NmfOptions& nmf_options)
      : BiasedRows(initial),
        offsets(ratings.offsets.begin(), ratings.offsets.end()),
        by_user{offsets, ratings.indices, ratings.values, ratings.n_cols},
        by_item(ratings),
        options(nmf_options),
        next_p(initial.pu.rows, initial.pu.cols),
        estimates(ratings.indices.size()),
        squared_errors(ratings.n_rows()) {}

  double train_epoch(int n_threads) {
    if (biased) {
      for_each_row(by_user.n_rows(), n_threads, [&](std::size_t user) { multiply(user); });
      step_biases();
    }
    for_each_row(by_user.n_rows(), n_threads, [&](std::size_t user) {
      if (!biased) multiply(user);
      squared_errors[user] =
          squared_error(by_user.row_values(user), estimates.data() + offsets[user]);
      scale_user(user);
    });
    for_each_row(by_user.n_cols, n_threads, [&](std::size_t item) { scale_item(item); });
    std::swap(p, next_p);
    return std::accumulate(squared_errors.begin(), squared_errors.end(), 0.0);
  }

  template <typename Body>
  static void for_each_row(std::size_t n_rows, int n_threads, const Body& body) {
    parallel_for(n_rows, n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) body(row);
    });
  }

  // The estimates of an unbiased model, and a part of those of a biased one.
  void multiply(std::size_t user) {
    double* product = estimates.data() + offsets[user];
    for (const std::int32_t item : by_user.row_indices(user)) {
      *product++ = dot(q.row(static_cast<std::size_t>(item)), p.row(user), n_factors);
    }
  }

  // One after the other: an estimate has the biases that the ratings before it left.
  void step_biases() {
    for (std::size_t user = 0, position = 0; user < by_user.n_rows(); ++user) {
      for (const std::int32_t column : by_user.row_indices(user)) {
        double& item_bias = bi[static_cast<std::size_t>(column)];
        const double estimate = global_mean + bu[user] + item_bias + estimates[position];
        const double err = by_user.values[position] - estimate;
        step_bias<InOrder>(bu[user], err, options.lr_bu, options.reg_bu);
        step_bias<InOrder>(item_bias, err, options.lr_bi, options.reg_bi);
        estimates[position++] = estimate;
      }
    }
  }

  void scale_user(std::size_t user) {
    const double* const products = estimates.data() + offsets[user];
    const RowRatings ratings{q, by_user.row_indices(user), by_user.row_values(user),
                             [=](std::size_t k) { return products[k]; }, options.reg_pu};
    scale_row(p.width(), p.row(user), next_p.row(user), ratings);
  }

  // In place: the other rows are those of users.
  void scale_item(std::size_t item) {
    const auto positions = by_item.positions(item);
    const double* const all = estimates.data();
    const auto estimate = [=](std::size_t k) {
      if (k + kPrefetch < positions.size()) prefetch(all + positions[k + kPrefetch]);
      return all[positions[k]];
    };
    const RowRatings ratings{p, by_item.users(item), by_item.ratings(item), estimate,
                             options.reg_qi};
    scale_row(q.width(), q.row(item), q.row(item), ratings);
  }

  std::vector<std::size_t> offsets;
  CsrView<std::size_t> by_user;
  ByItem by_item;
  NmfOptions options;
  PaddedRows<double> next_p;
  std::vector<double> estimates;       // of each rating, in the order of by_user
  std::vector<double> squared_errors;  // of each user
  int epoch = 0;
};

template <typename Offset>
NmfTrainer::NmfTrainer(const CsrView<Offset>& by_user, const BiasedFactors<const double>& initial,
                       const NmfOptions& options) {
  check_training(by_user, initial, options.n_epochs);
  state_ = std::make_unique<State>(widened(by_user), initial, options);
}

NmfTrainer::~NmfTrainer() = default;
NmfTrainer::NmfTrainer(NmfTrainer&&) noexcept = default;
NmfTrainer& NmfTrainer::operator=(NmfTrainer&&) noexcept = default;

double NmfTrainer::run_epoch(int n_threads) {
  State& state = *state_;
  const double squared_error = state.train_epoch(n_threads);
  if (!state.is_finite()) throw_diverged(state.epoch, state.options, state.biased);
  ++state.epoch;
  return squared_error;
}

void NmfTrainer::copy_to(const BiasedFactors<double>& model) const { state_->copy_to(model); }

template <typename Offset>
void fit_nmf(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
             const NmfOptions& options, int n_threads, const EpochCallback& on_epoch) {
  NmfTrainer trainer(
      by_user, {model.pu, model.qi, model.bu, model.bi, model.global_mean, model.biased}, options);
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    begin_epoch(on_epoch, epoch);
    trainer.run_epoch(n_threads);
  }
  trainer.copy_to(model);
}

#define ASTONISH_INSTANTIATE(Offset)                                                             \
  template NmfTrainer::NmfTrainer(const CsrView<Offset>&, const BiasedFactors<const double>&,    \
                                  const NmfOptions&);                                            \
  template void fit_nmf(const CsrView<Offset>&, const BiasedFactors<double>&, const NmfOptions&, \
                        int, const EpochCallback&);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
