#include "astonish/parallel_sgd.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <vector>

#include "astonish/parallel.hpp"
#include "block_schedule.hpp"
#include "diverged.hpp"
#include "factors/training.hpp"
#include "ratings/wide_csr.hpp"
#include "sgd_block.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::factors::all_finite;
using internal::factors::check_training;
using internal::factors::check_weights;
using internal::linear_algebra::PaddedRows;
using internal::ratings::widened;
using internal::support::check_shape;
using namespace internal::sgd;

namespace {

constexpr std::size_t kRowsPerChunk = 1024;

// How the parameters of one side lie in rows: see sgd_step.hpp.
template <typename T>
struct SideView {
  MatrixView<T> factors;
  std::span<T> biases;    // empty when unbiased
  std::size_t bias_lane;  // the other lane is a one
};

template <typename T>
SideView<T> user_side(const BiasedFactors<T>& model, bool biased) {
  return {model.pu, biased ? model.bu : std::span<T>{}, 0};
}

template <typename T>
SideView<T> item_side(const BiasedFactors<T>& model, bool biased) {
  return {model.qi, biased ? model.bi : std::span<T>{}, 1};
}

template <typename T>
PaddedRows<T> gather(const SideView<const T>& side, const Strips& strips, std::size_t n_lanes,
                     int n_threads) {
  PaddedRows<T> rows(side.factors.rows, n_lanes);
  parallel_for(strips.order.size(), n_threads, kRowsPerChunk,
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t place = begin; place < end; ++place) {
                   const auto from = static_cast<std::size_t>(strips.order[place]);
                   T* to = rows.row(place);
                   if (!side.biases.empty()) {
                     to[side.bias_lane] = side.biases[from];
                     to[1 - side.bias_lane] = T{1};
                     to += kBiasLanes;
                   }
                   std::copy_n(side.factors.row(from).data(), side.factors.cols, to);
                 }
               });
  return rows;
}

// Returns whether all parameters are finite.
template <typename T>
bool scatter(const PaddedRows<T>& rows, const Strips& strips, const SideView<T>& side,
             int n_threads) {
  std::atomic<bool> finite = true;
  parallel_for(strips.order.size(), n_threads, kRowsPerChunk,
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t place = begin; place < end; ++place) {
                   const auto to = static_cast<std::size_t>(strips.order[place]);
                   const T* from = rows.row(place);
                   if (!all_finite(std::span<const T>(from, rows.width()))) finite = false;
                   if (!side.biases.empty()) {
                     side.biases[to] = from[side.bias_lane];
                     from += kBiasLanes;
                   }
                   std::copy_n(from, side.factors.cols, side.factors.row(to).data());
                 }
               });
  return finite;
}

}  // namespace

template <typename T>
struct ParallelSgd<T>::State {
  State(const WideCsr& by_user, const BiasedFactors<const T>& initial,
        const SgdOptions& sgd_options, std::uint64_t its_seed, std::span<const double> weights,
        int n_threads)
      : n_factors(initial.pu.cols),
        biased(initial.biased),
        options(sgd_options),
        seed(its_seed),
        rates(options, biased),
        grid(by_user, biased ? initial.global_mean : 0.0, weights, seed, n_threads),
        users(gather(user_side(initial, biased), grid.users, n_lanes(), n_threads)),
        items(gather(item_side(initial, biased), grid.items, n_lanes(), n_threads)) {}

  [[nodiscard]] std::size_t n_lanes() const {
    return std::max<std::size_t>(n_factors + (biased ? kBiasLanes : 0), 1);
  }

  std::size_t n_factors;
  bool biased;
  SgdOptions options;
  std::uint64_t seed;
  StepRates<T> rates;
  RatingGrid<T> grid;
  PaddedRows<T> users, items;
  int epoch = 0;
};

template <typename T>
template <typename Offset>
ParallelSgd<T>::ParallelSgd(const CsrView<Offset>& by_user, const BiasedFactors<const T>& initial,
                            const SgdOptions& options, std::uint64_t seed,
                            std::span<const double> weights, int n_threads) {
  check_training(by_user, initial, options.n_epochs);
  check_weights(weights, by_user.indices.size());
  state_ = std::make_unique<State>(widened(by_user), initial, options, seed, weights, n_threads);
}

template <typename T>
ParallelSgd<T>::~ParallelSgd() = default;
template <typename T>
ParallelSgd<T>::ParallelSgd(ParallelSgd&&) noexcept = default;
template <typename T>
ParallelSgd<T>& ParallelSgd<T>::operator=(ParallelSgd&&) noexcept = default;

template <typename T>
double ParallelSgd<T>::run_epoch(int n_threads) {
  State& state = *state_;
  const std::size_t n_strips = state.grid.n_strips();
  BlockSchedule schedule(n_strips, state.seed, static_cast<std::uint64_t>(state.epoch));
  std::vector<double> squared_errors(schedule.size());
  with_row<T>(state.users.width(), [&](auto row) {
    parallel_for(schedule.size(), std::min(n_threads, static_cast<int>(n_strips)), 1,
                 [&](std::size_t position, std::size_t) {
                   const auto block = schedule[position];
                   schedule.wait_for(block);
                   squared_errors[position] =
                       train_block(state.grid, block.users * n_strips + block.items,
                                   state.users.row(0), state.items.row(0), state.rates, row);
                   schedule.finish(block);
                 });
  });
  const double total = std::accumulate(squared_errors.begin(), squared_errors.end(), 0.0);
  if (!std::isfinite(total)) throw_diverged(state.epoch, state.options);
  ++state.epoch;
  return total;
}

template <typename T>
void ParallelSgd<T>::copy_to(const BiasedFactors<T>& model, int n_threads) const {
  const State& state = *state_;
  check_shapes(model);
  check_shape("pu", model.pu, state.grid.users.order.size(), state.n_factors);
  check_shape("qi", model.qi, state.grid.items.order.size(), state.n_factors);
  const bool users_finite =
      scatter(state.users, state.grid.users, user_side(model, state.biased), n_threads);
  const bool items_finite =
      scatter(state.items, state.grid.items, item_side(model, state.biased), n_threads);
  if (!users_finite || !items_finite) throw_diverged(state.epoch - 1, state.options);
}

template class ParallelSgd<float>;
template class ParallelSgd<double>;
#define ASTONISH_INSTANTIATE(T, Offset)                                                           \
  template ParallelSgd<T>::ParallelSgd(const CsrView<Offset>&, const BiasedFactors<const T>&,     \
                                       const SgdOptions&, std::uint64_t, std::span<const double>, \
                                       int);
ASTONISH_FOR_TYPES_AND_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
