#include "astonish/concordance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "astonish/parallel.hpp"
#include "support/check.hpp"

namespace astonish {

using internal::support::check_length;

namespace {

constexpr std::size_t kUsersPerTask = 64;

using Order = std::vector<std::size_t>;

// Number of unordered pairs whose ratings differ: all pairs less those within a group of equal
// ratings.
std::int64_t count_comparable(std::span<const double> ratings, const Order& by_rating) {
  const auto pairs = [](std::int64_t n) { return n * (n - 1) / 2; };
  std::int64_t comparable = pairs(static_cast<std::int64_t>(by_rating.size()));
  std::int64_t run = 0;
  for (std::size_t k = 0; k < by_rating.size(); ++k) {
    const bool same = k > 0 && ratings[by_rating[k]] == ratings[by_rating[k - 1]];
    if (!same) {
      comparable -= pairs(run);
      run = 0;
    }
    ++run;
  }
  return comparable - pairs(run);
}

// Merge sort that counts the pairs (left, right) with left < right strictly.
std::int64_t count_ascents(std::span<double> values, std::span<double> scratch) {
  const std::size_t n = values.size();
  if (n < 2) return 0;
  const std::size_t middle = n / 2;
  std::int64_t ascents = count_ascents(values.first(middle), scratch.first(middle)) +
                         count_ascents(values.subspan(middle), scratch.subspan(middle));
  std::size_t left = 0;
  for (std::size_t right = middle; right < n; ++right) {
    while (left < middle && values[left] < values[right]) ++left;
    ascents += static_cast<std::int64_t>(left);
  }
  std::merge(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle),
             values.begin() + static_cast<std::ptrdiff_t>(middle), values.end(), scratch.begin());
  std::copy(scratch.begin(), scratch.end(), values.begin());
  return ascents;
}

void check_offsets(std::span<const std::int64_t> offsets, std::size_t n_ratings) {
  if (offsets.empty()) throw std::invalid_argument("offsets is empty");
  std::int64_t before = 0;
  for (std::size_t k = 0; k < offsets.size(); ++k) {
    if (offsets[k] < before || static_cast<std::size_t>(offsets[k]) > n_ratings) {
      throw std::invalid_argument("offsets[" + std::to_string(k) + "] is " +
                                  std::to_string(offsets[k]) + ": offsets must ascend within the " +
                                  std::to_string(n_ratings) + " ratings");
    }
    before = offsets[k];
  }
}

}  // namespace

PairCounts count_pairs(std::span<const double> ratings, std::span<const double> estimates) {
  if (ratings.size() != estimates.size()) {
    throw std::invalid_argument("ratings and estimates differ in length");
  }
  if (std::any_of(ratings.begin(), ratings.end(), [](double r) { return std::isnan(r); })) {
    throw std::invalid_argument("ratings holds NaN");
  }
  Order order(ratings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Within equal ratings the estimates descend, so such a pair is never counted as an ascent.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (ratings[a] != ratings[b]) return ratings[a] < ratings[b];
    return estimates[a] > estimates[b] || (!std::isnan(estimates[a]) && std::isnan(estimates[b]));
  });
  std::vector<double> sorted;  // without NaN, which orders nothing
  sorted.reserve(order.size());
  for (const std::size_t k : order) {
    if (!std::isnan(estimates[k])) sorted.push_back(estimates[k]);
  }
  std::vector<double> scratch(sorted.size());

  PairCounts counts;
  counts.concordant = count_ascents(sorted, scratch);
  counts.discordant = count_comparable(ratings, order) - counts.concordant;
  return counts;
}

void count_pairs_by_user(std::span<const std::int64_t> offsets, std::span<const double> ratings,
                         std::span<const double> estimates, std::span<std::int64_t> concordant,
                         std::span<std::int64_t> discordant, int n_threads) {
  check_offsets(offsets, ratings.size());
  check_length("estimates", estimates.size(), ratings.size());
  const std::size_t n_users = offsets.size() - 1;
  check_length("concordant", concordant.size(), n_users);
  check_length("discordant", discordant.size(), n_users);
  parallel_for(n_users, n_threads, kUsersPerTask, [&](std::size_t first, std::size_t last) {
    for (std::size_t user = first; user < last; ++user) {
      const auto begin = static_cast<std::size_t>(offsets[user]);
      const auto length = static_cast<std::size_t>(offsets[user + 1]) - begin;
      const PairCounts counts =
          count_pairs(ratings.subspan(begin, length), estimates.subspan(begin, length));
      concordant[user] = counts.concordant;
      discordant[user] = counts.discordant;
    }
  });
}

}  // namespace astonish
