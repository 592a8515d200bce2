#include "astonish/slope_one.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Matrix;
using astonish::testing::Sides;
using doctest::Contains;

namespace {

using Codes = std::vector<std::int32_t>;

struct Tables {
  Tables(std::size_t rows, std::size_t cols) : freq(rows, cols), dev(rows, cols) {}

  Matrix<std::int64_t> freq;
  Matrix<double> dev;
};

// Every pair of ratings of every user, in the order of the users.
Tables naive_tables(const Sides& ratings) {
  const auto by_user = ratings.by_user.view();
  Tables tables(by_user.n_cols, by_user.n_cols);
  for (std::size_t user = 0; user < by_user.n_rows(); ++user) {
    const auto items = by_user.row_indices(user);
    const auto values = by_user.row_values(user);
    for (std::size_t a = 0; a < items.size(); ++a) {
      for (std::size_t b = 0; b < items.size(); ++b) {
        const auto i = static_cast<std::size_t>(items[a]);
        const auto j = static_cast<std::size_t>(items[b]);
        tables.freq.at(i, j) += 1;
        tables.dev.at(i, j) += values[a] - values[b];
      }
    }
  }
  for (std::size_t i = 0; i < by_user.n_cols; ++i) {
    for (std::size_t j = 0; j < by_user.n_cols; ++j) {
      const auto count = static_cast<double>(tables.freq.at(i, j));
      tables.dev.at(i, j) = count > 0 ? tables.dev.at(i, j) / count : std::nan("");
    }
    tables.dev.at(i, i) = 0.0;
  }
  return tables;
}

Tables tables_of(const Sides& ratings, const Codes& items, int n_threads = 1) {
  Tables tables(items.size(), ratings.by_user.n_cols);
  slope_one_rows(ratings.by_user.view(), ratings.by_item.view(), items, tables.freq.view(),
                 tables.dev.view(), n_threads);
  return tables;
}

double naive_estimate(const Sides& ratings, const Tables& tables, std::size_t user,
                      std::size_t item, double user_mean) {
  double sum = 0.0;
  int count = 0;
  for (const std::int32_t code : ratings.by_user.view().row_indices(user)) {
    const auto other = static_cast<std::size_t>(code);
    if (tables.freq.at(item, other) == 0) continue;
    sum += tables.dev.at(item, other);
    ++count;
  }
  return count > 0 ? user_mean + sum / count : user_mean;
}

// The estimates of all users for the given items.
std::vector<double> estimates(const Sides& ratings, const std::vector<double>& user_mean,
                              const Codes& items, int n_threads = 1) {
  const std::size_t n_users = user_mean.size();
  Codes users;
  std::vector<std::int64_t> offsets{0};
  for (std::size_t k = 0; k < items.size(); ++k) {
    for (std::size_t user = 0; user < n_users; ++user) {
      users.push_back(static_cast<std::int32_t>(user));
    }
    offsets.push_back(static_cast<std::int64_t>(users.size()));
  }
  std::vector<double> out(users.size());
  estimate_slope_one(ratings.by_user.view(), ratings.by_item.view(), user_mean, items, offsets,
                     users, out, n_threads);
  return out;
}

Codes all_items(const Sides& ratings) {
  Codes items(ratings.by_user.n_cols);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

// Ann rated items 0 and 1 with 5 and 3, Bob all three with 4, 2 and 1.
Sides toy() { return {{{0, 2, 5}, {0, 1, 0, 1, 2}, {5, 3, 4, 2, 1}, 3}}; }

}  // namespace

TEST_CASE("slope one: deviations by hand") {
  const Tables tables = tables_of(toy(), {0, 2});
  CHECK(tables.freq.data == std::vector<std::int64_t>{2, 2, 1, 1, 1, 1});
  CHECK(tables.dev.data == std::vector{0.0, 2.0, 3.0, -3.0, -1.0, 0.0});
}

TEST_CASE("slope one: an estimate by hand") {
  // Ann: mean 4, item 2 lies 3 below item 0 and 1 below item 1.
  CHECK(estimates(toy(), {4.0, 7.0 / 3}, {2})[0] == 4.0 - 2.0);
}

TEST_CASE("slope one: items without a common rater have no deviation") {
  const Sides ratings({{0, 1, 2}, {0, 1}, {5, 3}, 3});
  const Tables tables = tables_of(ratings, {0, 2});
  CHECK(tables.freq.data == std::vector<std::int64_t>{1, 0, 0, 0, 0, 0});
  for (const std::size_t row : {0U, 1U}) CHECK(std::isnan(tables.dev.at(row, 1)));
  CHECK(tables.dev.at(0, 0) == 0.0);
  CHECK(tables.dev.at(1, 2) == 0.0);  // the diagonal, though nobody rated the item
  CHECK(estimates(ratings, {5.0, 3.0}, {0}) == std::vector{5.0, 3.0});
}

TEST_CASE("slope one: equal to a loop over all pairs, for every number of threads") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    for (const std::size_t n_items : {5U, 60U, 900U}) {  // small and large beside what users rate
      CAPTURE(seed);
      CAPTURE(n_items);
      const Sides ratings(testing::random_csr<std::int64_t>(seed, 80, n_items, 20));
      std::vector<double> user_mean(80);
      RowRandom random(seed, 0);
      testing::fill_normal<double>(user_mean, random, 1.0);
      const Tables expected = naive_tables(ratings);
      const Codes items = all_items(ratings);
      for (const int n_threads : {1, 2, 7}) {
        CAPTURE(n_threads);
        const Tables tables = tables_of(ratings, items, n_threads);
        CHECK(tables.freq.data == expected.freq.data);
        for (std::size_t k = 0; k < tables.dev.data.size(); ++k) {
          const double dev = tables.dev.data[k];
          const bool same =
              dev == expected.dev.data[k] || (std::isnan(dev) && std::isnan(expected.dev.data[k]));
          CHECK(same);
        }
        const std::vector<double> out = estimates(ratings, user_mean, items, n_threads);
        for (std::size_t k = 0; k < out.size(); ++k) {
          const std::size_t user = k % 80;
          CHECK(out[k] == naive_estimate(ratings, expected, user, k / 80, user_mean[user]));
        }
      }
    }
  }
}

TEST_CASE("slope one: raters are taken by number, however the item's ratings came") {
  // 0.1, 0.2 and 0.3 do not add up the same in every order.
  testing::Csr<std::int64_t> by_user{{0, 2, 4, 6}, {0, 1, 0, 1, 0, 1}, {.1, 0, .2, 0, .3, 0}, 2};
  testing::Csr<std::int64_t> by_item{{0, 3, 6}, {2, 1, 0, 2, 0, 1}, {.3, .2, .1, 0, 0, 0}, 3};
  Tables tables(1, 2);
  slope_one_rows(by_user.view(), by_item.view(), Codes{0}, tables.freq.view(), tables.dev.view(),
                 1);
  CHECK(tables.dev.at(0, 1) == ((.1 + .2) + .3) / 3);
  CHECK(tables.dev.at(0, 1) != ((.3 + .2) + .1) / 3);
}

TEST_CASE("slope one: no items, no pairs") {
  CHECK(tables_of(toy(), {}).dev.data.empty());
  CHECK(estimates(toy(), {4.0, 2.0}, {}).empty());
}

TEST_CASE("slope one: what does not fit is refused") {
  const Sides ratings = toy();
  Tables tables(1, 3);
  const auto rows = [&](const Codes& items, Tables& out) {
    slope_one_rows(ratings.by_user.view(), ratings.by_item.view(), items, out.freq.view(),
                   out.dev.view(), 1);
  };
  CHECK_THROWS_WITH_AS(rows({3}, tables), Contains("items[0] is 3, outside [0, 3)"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(rows({0, 1}, tables), Contains("freq is 1 x 3, expected 2 x 3"),
                       std::invalid_argument);
  tables.dev.cols = 2;
  CHECK_THROWS_WITH_AS(rows({0}, tables), Contains("dev is 1 x 2, expected 1 x 3"),
                       std::invalid_argument);

  std::vector<double> out(1);
  const auto estimate = [&](const std::vector<double>& user_mean, const Codes& items,
                            const std::vector<std::int64_t>& offsets, const Codes& users) {
    estimate_slope_one(ratings.by_user.view(), ratings.by_item.view(), user_mean, items, offsets,
                       users, out, 1);
  };
  CHECK_THROWS_WITH_AS(estimate({4.0}, {0}, {0, 1}, {0}),
                       Contains("user_mean has 1 entries, expected 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(estimate({4.0, 2.0}, {-1}, {0, 1}, {0}),
                       Contains("items[0] is -1, outside [0, 3)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(estimate({4.0, 2.0}, {0}, {0}, {0}),
                       Contains("pair_offsets has 1 entries, expected 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(estimate({4.0, 2.0}, {0}, {0, 2}, {0}),
                       Contains("indices has 1 entries, expected 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(estimate({4.0, 2.0}, {0}, {0, 1}, {2}), Contains("is 2, outside [0, 2)"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(estimate({4.0, 2.0}, {0}, {0, 2}, {0, 1}),
                       Contains("out has 1 entries, expected 2"), std::invalid_argument);
}
