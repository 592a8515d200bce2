#include "rating_grid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "astonish/parallel.hpp"
#include "random/shuffle.hpp"

namespace astonish::internal::sgd {

using random::shuffled_rows;

namespace {

constexpr std::size_t kFewestStrips = 16;
constexpr std::size_t kMostStrips = 64;
constexpr std::size_t kRatingsPerRun = 8;
constexpr std::size_t kRatingsPerBlock = 1000;

// Streams of random numbers; those from 0 are the epochs'.
constexpr std::uint64_t kUserStream = ~std::uint64_t{0};
constexpr std::uint64_t kItemStream = kUserStream - 1;

std::vector<std::int64_t> count_rows(const WideCsr& csr) {
  std::vector<std::int64_t> counts(csr.n_rows());
  for (std::size_t row = 0; row < counts.size(); ++row) {
    counts[row] = static_cast<std::int64_t>(csr.offsets[row + 1] - csr.offsets[row]);
  }
  return counts;
}

std::vector<std::int64_t> count_columns(const WideCsr& csr) {
  std::vector<std::int64_t> counts(csr.n_cols);
  for (const std::int32_t column : csr.indices) ++counts[static_cast<std::size_t>(column)];
  return counts;
}

struct PlacedRating {
  std::size_t position;  // in the input
  std::size_t user_place;
  std::int32_t item_place;
  std::size_t item_strip;
  bool begins_run;
};

// Calls visit for each rating of the users of a strip.
template <typename Visit>
void for_each_rating(const WideCsr& by_user, const Strips& users, const Strips& items,
                     std::size_t strip, const Visit& visit) {
  std::vector<std::size_t> last_user(items.n_strips(), users.bounds.back());
  for (std::size_t place = users.bounds[strip]; place < users.bounds[strip + 1]; ++place) {
    const auto user = static_cast<std::size_t>(users.order[place]);
    const auto end = static_cast<std::size_t>(by_user.offsets[user + 1]);
    for (auto k = static_cast<std::size_t>(by_user.offsets[user]); k < end; ++k) {
      const Strips::Seat item = items.seats[static_cast<std::size_t>(by_user.indices[k])];
      const auto item_strip = static_cast<std::size_t>(item.strip);
      const bool begins_run = std::exchange(last_user[item_strip], place) != place;
      visit(PlacedRating{k, place, item.place, item_strip, begins_run});
    }
  }
}

template <typename T>
std::unique_ptr<T[]> make_array(std::size_t n) {
  auto array = std::make_unique_for_overwrite<T[]>(n + RatingGrid<T>::kAhead);
  std::fill_n(array.get() + n, RatingGrid<T>::kAhead, T{});
  return array;
}

}  // namespace

Strips cut_strips(std::span<const std::int64_t> counts, std::size_t n_strips, std::uint64_t seed,
                  std::uint64_t stream) {
  RowRandom random(seed, stream);
  Strips strips{std::vector<Strips::Seat>(counts.size()), shuffled_rows(counts.size(), random),
                std::vector<std::size_t>(n_strips + 1)};
  const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  std::int64_t before = 0;
  for (std::size_t place = 0; place < counts.size(); ++place) {
    const auto row = static_cast<std::size_t>(strips.order[place]);
    const auto share =
        before * static_cast<std::int64_t>(n_strips) / std::max<std::int64_t>(total, 1);
    const auto strip = std::min(static_cast<std::size_t>(share), n_strips - 1);
    strips.seats[row] = {static_cast<std::int32_t>(place), static_cast<std::int32_t>(strip)};
    strips.bounds[strip + 1] = place + 1;
    before += counts[row];
  }
  // A strip in which no row begins is empty.
  std::partial_sum(strips.bounds.begin(), strips.bounds.end(), strips.bounds.begin(),
                   [](std::size_t a, std::size_t b) { return std::max(a, b); });
  return strips;
}

std::size_t count_strips(std::size_t n_users, std::size_t n_ratings) {
  const std::size_t wanted = n_ratings / std::max<std::size_t>(n_users, 1) / kRatingsPerRun;
  const auto worthwhile =
      static_cast<std::size_t>(std::sqrt(static_cast<double>(n_ratings / kRatingsPerBlock)));
  return std::max<std::size_t>(
      1, std::min(std::clamp(wanted, kFewestStrips, kMostStrips), worthwhile));
}

template <typename T>
RatingGrid<T>::RatingGrid(const WideCsr& by_user, double global_mean,
                          std::span<const double> all_weights, std::uint64_t seed, int n_threads) {
  const std::size_t n_ratings = by_user.indices.size();
  const std::size_t n = count_strips(by_user.n_rows(), n_ratings);
  users = cut_strips(count_rows(by_user), n, seed, kUserStream);
  items = cut_strips(count_columns(by_user), n, seed, kItemStream);
  count_blocks(by_user, n_threads);

  run_users = make_array<std::int32_t>(block_runs.back());
  run_ends = make_array<std::size_t>(block_runs.back());
  rating_items = make_array<std::int32_t>(n_ratings);
  targets = make_array<T>(n_ratings);
  if (!all_weights.empty()) weights = make_array<T>(n_ratings);
  parallel_for(n, n_threads, 1, [&](std::size_t strip, std::size_t) {
    fill_blocks(by_user, global_mean, all_weights, strip);
  });
}

template <typename T>
void RatingGrid<T>::count_blocks(const WideCsr& by_user, int n_threads) {
  const std::size_t n = n_strips();
  block_runs.resize(n * n + 1);
  block_ratings.resize(n * n + 1);
  parallel_for(n, n_threads, 1, [&](std::size_t strip, std::size_t) {
    std::vector<std::size_t> n_runs(n);
    std::vector<std::size_t> n_ratings(n);
    for_each_rating(by_user, users, items, strip, [&](const auto& rating) {
      ++n_ratings[rating.item_strip];
      if (rating.begins_run) ++n_runs[rating.item_strip];
    });
    std::copy(n_runs.begin(), n_runs.end(), &block_runs[strip * n + 1]);
    std::copy(n_ratings.begin(), n_ratings.end(), &block_ratings[strip * n + 1]);
  });
  std::partial_sum(block_runs.begin(), block_runs.end(), block_runs.begin());
  std::partial_sum(block_ratings.begin(), block_ratings.end(), block_ratings.begin());
}

template <typename T>
void RatingGrid<T>::fill_blocks(const WideCsr& by_user, double global_mean,
                                std::span<const double> all_weights, std::size_t strip) {
  const std::size_t first_block = strip * n_strips();
  std::vector<std::size_t> next_run(&block_runs[first_block],
                                    &block_runs[first_block + n_strips()]);
  std::vector<std::size_t> next_rating(&block_ratings[first_block],
                                       &block_ratings[first_block + n_strips()]);
  for_each_rating(by_user, users, items, strip, [&](const auto& rating) {
    std::size_t& run = next_run[rating.item_strip];  // the one after the run that is open
    const std::size_t at = next_rating[rating.item_strip]++;
    if (rating.begins_run) run_users[run++] = static_cast<std::int32_t>(rating.user_place);
    run_ends[run - 1] = at + 1;
    rating_items[at] = rating.item_place;
    targets[at] = static_cast<T>(by_user.values[rating.position] - global_mean);
    if (weights) weights[at] = static_cast<T>(all_weights[rating.position]);
  });
}

template struct RatingGrid<float>;
template struct RatingGrid<double>;

}  // namespace astonish::internal::sgd
