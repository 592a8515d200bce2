#include "astonish/concordance.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "astonish/random.hpp"

using astonish::count_pairs;
using astonish::count_pairs_by_user;
using astonish::PairCounts;
using doctest::Contains;

namespace {

using Values = std::vector<double>;

PairCounts naive_pairs(const Values& ratings, const Values& estimates) {
  PairCounts counts;
  for (std::size_t a = 0; a < ratings.size(); ++a) {
    for (std::size_t b = 0; b < ratings.size(); ++b) {
      if (!(ratings[a] < ratings[b])) continue;
      ++(estimates[a] < estimates[b] ? counts.concordant : counts.discordant);
    }
  }
  return counts;
}

void check_pairs(const Values& ratings, const Values& estimates, PairCounts expected) {
  const PairCounts counts = count_pairs(ratings, estimates);
  CHECK(counts.concordant == expected.concordant);
  CHECK(counts.discordant == expected.discordant);
}

// `n_values` different numbers, so that few of them make many ties.
Values random_values(astonish::RowRandom& random, std::size_t n, std::uint32_t n_values) {
  Values values(n);
  for (double& value : values) value = random.below(n_values);
  return values;
}

using Counts = std::vector<std::int64_t>;

void count_three(const Counts& offsets, std::size_t n_estimates, std::size_t n_counts,
                 int n_threads) {
  Counts concordant(n_counts), discordant(n_counts);
  count_pairs_by_user(offsets, Values{1, 2, 3}, Values(n_estimates), concordant, discordant,
                      n_threads);
}

}  // namespace

TEST_CASE("concordance: estimates in the order of the ratings agree on every pair") {
  check_pairs({1, 2, 3, 4}, {0.1, 0.2, 0.3, 0.4}, {6, 0});
  check_pairs({1, 2, 3, 4}, {0.4, 0.3, 0.2, 0.1}, {0, 6});
  check_pairs({3, 1, 2}, {30.0, 10.0, 20.0}, {3, 0});
}

TEST_CASE("concordance: equal ratings ask for no order, equal estimates give none") {
  check_pairs({2, 2, 2}, {1.0, 2.0, 3.0}, {0, 0});
  check_pairs({1, 2, 3}, {5.0, 5.0, 5.0}, {0, 3});
  check_pairs({1, 1, 2}, {1.0, 3.0, 2.0}, {1, 1});
}

TEST_CASE("concordance: fewer than two ratings have no pair") {
  check_pairs({}, {}, {0, 0});
  check_pairs({4}, {3.5}, {0, 0});
}

TEST_CASE("concordance: infinite estimates are ordered like any other") {
  const double infinity = std::numeric_limits<double>::infinity();
  check_pairs({1, 2, 3}, {-infinity, 0.0, infinity}, {3, 0});
  check_pairs({1, 2, 3}, {infinity, infinity, 0.0}, {0, 3});
}

TEST_CASE("concordance: an estimate that is NaN orders nothing") {
  check_pairs({1, 2, 3}, {1.0, std::nan(""), 3.0}, {1, 2});
  check_pairs({1, 2}, {std::nan(""), std::nan("")}, {0, 1});
}

TEST_CASE("concordance: agrees with a loop over all pairs") {
  for (std::size_t n = 0; n < 70; ++n) {
    for (const std::uint32_t n_values : {1U, 2U, 5U, 1000U}) {
      CAPTURE(n);
      CAPTURE(n_values);
      astonish::RowRandom random(n_values, n);
      const Values ratings = random_values(random, n, 5);
      const Values estimates = random_values(random, n, n_values);
      check_pairs(ratings, estimates, naive_pairs(ratings, estimates));
    }
  }
}

TEST_CASE("concordance: agrees with a loop over all pairs where estimates are NaN") {
  for (std::size_t n = 0; n < 70; ++n) {
    CAPTURE(n);
    astonish::RowRandom random(11, n);
    const Values ratings = random_values(random, n, 3);
    Values estimates = random_values(random, n, 20);
    for (double& estimate : estimates) {
      if (random.below(2) == 0) estimate = std::nan("");
    }
    check_pairs(ratings, estimates, naive_pairs(ratings, estimates));
  }
}

TEST_CASE("concordance: a user with very many ratings has more pairs than 32 bits count") {
  constexpr std::size_t n = 100'000;
  Values ratings(n), estimates(n);
  for (std::size_t k = 0; k < n; ++k) ratings[k] = estimates[k] = static_cast<double>(k);
  check_pairs(ratings, estimates, {4'999'950'000, 0});
}

TEST_CASE("concordance: lengths that differ are refused") {
  CHECK_THROWS_WITH_AS(static_cast<void>(count_pairs(Values{1, 2}, Values{1})),
                       doctest::Contains("ratings and estimates differ in length"),
                       std::invalid_argument);
}

TEST_CASE("concordance: users are counted alone, to the same numbers by any number of threads") {
  constexpr std::size_t n_users = 300;
  astonish::RowRandom random(5, 0);
  Counts offsets{0};
  for (std::size_t user = 0; user < n_users; ++user) offsets.push_back(offsets.back() + user % 7);
  const auto n = static_cast<std::size_t>(offsets.back());
  const Values ratings = random_values(random, n, 5), estimates = random_values(random, n, 9);
  for (const int n_threads : {1, 2, 7}) {
    CAPTURE(n_threads);
    Counts concordant(n_users), discordant(n_users);
    count_pairs_by_user(offsets, ratings, estimates, concordant, discordant, n_threads);
    for (std::size_t user = 0; user < n_users; ++user) {
      const auto first = offsets[user], last = offsets[user + 1];
      const PairCounts expected =
          naive_pairs({ratings.begin() + first, ratings.begin() + last},
                      {estimates.begin() + first, estimates.begin() + last});
      CHECK(concordant[user] == expected.concordant);
      CHECK(discordant[user] == expected.discordant);
    }
  }
}

TEST_CASE("concordance: offsets and lengths that do not fit are refused") {
  const auto refuses = [](const char* message, const Counts& offsets, std::size_t n_estimates,
                          std::size_t n_counts, int n_threads) {
    CHECK_THROWS_WITH_AS(count_three(offsets, n_estimates, n_counts, n_threads), Contains(message),
                         std::invalid_argument);
  };
  refuses("offsets is empty", {}, 3, 0, 1);
  refuses("offsets[0] is -1", {-1, 3}, 3, 1, 1);
  refuses("offsets[2] is 1", {0, 2, 1, 3}, 3, 3, 1);
  refuses("offsets[1] is 4", {0, 4}, 3, 1, 1);
  refuses("estimates has 2 entries, expected 3", {0, 3}, 2, 1, 1);
  refuses("concordant has 2 entries, expected 1", {0, 3}, 3, 2, 1);
  refuses("n_threads is 0", {0, 3}, 3, 1, 0);
}
