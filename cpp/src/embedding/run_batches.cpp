#include "run_batches.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "support/check.hpp"

namespace astonish::internal::embedding {

using support::check_codes;
using support::check_length;
using support::check_n_threads;

namespace {

void check_batch_size(std::size_t size) {
  constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
  if (size < 1 || size > most) {
    throw std::invalid_argument("the batch size is " + std::to_string(size) +
                                ", it must be in [1, " + std::to_string(most) + "]");
  }
}

}  // namespace

template <typename T>
void check_run(const RatedPairs<T>& pairs, const SampleBatches& batches, const BatchRates& rates,
               std::span<const double> losses, int n_threads, std::size_t n_users,
               std::size_t n_items) {
  check_length("items", pairs.items.size(), pairs.users.size());
  check_length("ratings", pairs.ratings.size(), pairs.users.size());
  check_codes("users", pairs.users, 0, n_users);
  check_codes("items", pairs.items, 0, n_items);
  check_rates(rates);
  check_batch_size(batches.size);
  check_length("samples", batches.samples.size(), rates.lrs.size() * batches.size);
  check_codes("samples", batches.samples, 0, pairs.users.size());
  check_length("losses", losses.size(), rates.lrs.size());
  check_n_threads(n_threads);
}

double batch_loss(std::span<const double> squared_errors, std::size_t batch, double lr) {
  const double sum = std::accumulate(squared_errors.begin(), squared_errors.end(), 0.0);
  if (!std::isfinite(sum)) {
    throw std::domain_error("batch " + std::to_string(batch) +
                            " diverged: its loss is not finite; one of these may be too large: "
                            "the learning rate (" +
                            std::to_string(lr) + " there), the weight decay (wd), the ratings");
  }
  return sum / static_cast<double>(squared_errors.size());
}

std::size_t parts_of_batch(std::size_t numbers, int n_threads) {
  constexpr std::size_t worth_a_thread = 8192;            // some microseconds: what waiting costs
  constexpr std::size_t longest = std::size_t{1} << 23U;  // some tenths of a second
  const std::size_t most = std::max<std::size_t>(numbers / worth_a_thread, 1);
  return std::max(std::min(most, static_cast<std::size_t>(n_threads)), numbers / longest);
}

template void check_run<float>(const RatedPairs<float>&, const SampleBatches&, const BatchRates&,
                               std::span<const double>, int, std::size_t, std::size_t);
template void check_run<double>(const RatedPairs<double>&, const SampleBatches&, const BatchRates&,
                                std::span<const double>, int, std::size_t, std::size_t);

}  // namespace astonish::internal::embedding
