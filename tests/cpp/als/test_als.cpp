#include "astonish/als.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "astonish/epochs.hpp"
#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Csr;
using astonish::testing::Matrix;
using astonish::testing::same_bits;
using doctest::Approx;
using doctest::Contains;

namespace {

template <typename T>
struct Side {
  Side(std::uint64_t seed, std::size_t rows, std::size_t n_factors)
      : factors(testing::normal_matrix<T>(seed, rows, n_factors, 0.5)), biases(rows) {
    RowRandom random(seed, 1);
    testing::fill_normal<T>(biases, random, 0.5);
  }

  [[nodiscard]] FactorSide<T> view() { return {factors.view(), biases}; }
  [[nodiscard]] FactorSide<const T> view() const { return {factors.view(), biases}; }
  bool operator==(const Side& other) const {
    return same_bits(factors.data, other.factors.data) && same_bits(biases, other.biases);
  }

  Matrix<T> factors;
  std::vector<T> biases;
};

AlsOptions distinct_options(bool biased, bool reg_by_count) {
  return {0.3, 0.7, reg_by_count, 2.9, biased};
}

template <typename T, typename Offset>
Side<T> solved(const Csr<Offset>& ratings, const Side<T>& fixed, const AlsOptions& options,
               int n_threads = 1, std::span<const double> weights = {}) {
  Side<T> result(99, ratings.offsets.size() - 1, fixed.factors.cols);
  solve_side<T, Offset>(ratings.view(), weights, fixed.view(), options, result.view(), n_threads);
  return result;
}

template <typename T, typename Offset>
double loss(const Csr<Offset>& by_user, const Side<T>& users, const Side<T>& items,
            const AlsOptions& options, int n_threads = 1, std::span<const double> weights = {}) {
  const AlsLoss sums =
      als_loss<T, Offset>(by_user.view(), weights, users.view(), items.view(), options, n_threads);
  return sums.squared_error + sums.penalty;
}

}  // namespace

TEST_CASE("als: one user, one factor, done by hand") {
  // (5 - 3 - 1 - b - 2p)^2 + 2 (0.5 p^2 + 0.25 b^2) for one rating counted with reg_by_count
  const Csr<std::int32_t> ratings{{0, 1}, {0}, {5.0}, 1};
  Side<double> items(1, 1, 1);
  items.factors.data = {2.0};
  items.biases = {1.0};
  const auto users = solved(ratings, items, {0.5, 0.25, true, 3.0, true});
  // 4.5 p + 2 b = 2, 2 p + 1.25 b = 1
  CHECK(users.factors.data[0] == Approx(0.5 / 1.625));
  CHECK(users.biases[0] == Approx(0.5 / 1.625));
  const AlsLoss sums = als_loss<double, std::int32_t>(
      ratings.view(), {}, users.view(), items.view(), {0.5, 0.25, true, 3.0, true}, 1);
  const double p = 0.5 / 1.625;
  CHECK(sums.squared_error == Approx((1.0 - 3.0 * p) * (1.0 - 3.0 * p)));
  CHECK(sums.penalty == Approx(0.75 * p * p + 0.5 * 4.0 + 0.25 * 1.0));
}

TEST_CASE_TEMPLATE("als: no step to the side of the solution lowers the loss", T, float, double) {
  for (const bool biased : {true, false}) {
    for (const bool reg_by_count : {true, false}) {
      const auto options = distinct_options(biased, reg_by_count);
      const auto ratings = testing::random_csr<std::int64_t>(5, 30, 40, 25);
      const Side<T> items(1, 40, 9);
      const Side<T> users = solved(ratings, items, options);
      const double least = loss(ratings, users, items, options);
      const auto rounding = static_cast<double>(std::numeric_limits<T>::epsilon()) * least;
      RowRandom random(6, 0);
      for (int trial = 0; trial < 20; ++trial) {
        Side<T> moved = users;
        for (T& factor : moved.factors.data) factor += static_cast<T>(0.01 * random.normal());
        for (T& bias : moved.biases) bias += static_cast<T>(0.01 * random.normal());
        CHECK(loss(ratings, moved, items, options) > least - rounding);
      }
    }
  }
}

TEST_CASE_TEMPLATE("als: the same bits with any number of threads and any offsets", T, float,
                   double) {
  const auto options = distinct_options(true, true);
  const auto ratings = testing::random_csr<std::int64_t>(7, 90, 60, 80);
  const auto narrow = testing::random_csr<std::int32_t>(7, 90, 60, 80);
  const Side<T> items(2, 60, 37);
  const Side<T> expected = solved(ratings, items, options);
  CHECK(solved(narrow, items, options) == expected);
  for (const int n_threads : {2, 3, 7}) {
    CHECK(solved(ratings, items, options, n_threads) == expected);
    CHECK(loss(ratings, expected, items, options, n_threads) ==
          loss(ratings, expected, items, options));
  }
}

TEST_CASE_TEMPLATE("als: a weight of two is a rating that is there twice", T, float, double) {
  for (const std::uint32_t longest : {5U, 60U}) {  // in the dual, and not
    auto options = distinct_options(true, false);
    options.reg_bias = options.reg;
    const auto once = testing::random_csr<std::int64_t>(7, 20, 30, longest);
    Csr<std::int64_t> twice{{0}, {}, {}, 30};
    std::vector<double> weights;
    for (std::size_t row = 0; row < 20; ++row) {
      for (std::size_t k = 0; k < once.view().row_indices(row).size(); ++k) {
        weights.push_back(k % 2 == 0 ? 2.0 : 1.0);
        for (int copy = 0; copy < static_cast<int>(weights.back()); ++copy) {
          twice.indices.push_back(once.view().row_indices(row)[k]);
          twice.values.push_back(once.view().row_values(row)[k]);
        }
      }
      twice.offsets.push_back(static_cast<std::int64_t>(twice.indices.size()));
    }
    const Side<T> items(2, 30, 12);
    const Side<T> expected = solved(twice, items, options);
    const Side<T> users = solved(once, items, options, 1, weights);
    const auto rounding = 1e3 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::size_t k = 0; k < users.factors.data.size(); ++k) {
      CHECK(std::abs(double{users.factors.data[k]} - expected.factors.data[k]) < rounding);
    }
    CHECK(loss(once, users, items, options, 1, weights) ==
          Approx(loss(twice, users, items, options)).epsilon(rounding));
  }
}

TEST_CASE("als: a row without ratings gets zeros, and an unbiased model keeps its biases") {
  const Csr<std::int32_t> ratings{{0, 0, 1}, {2}, {4.0}, 3};
  const Side<double> items(3, 3, 4);
  const Side<double> users = solved(ratings, items, distinct_options(true, true));
  for (std::size_t f = 0; f < 4; ++f) CHECK(users.factors.at(0, f) == 0.0);
  CHECK(users.biases[0] == 0.0);
  CHECK(users.biases[1] != 0.0);
  const Side<double> untouched(99, 2, 4);
  CHECK(same_bits(solved(ratings, items, distinct_options(false, true)).biases, untouched.biases));
}

TEST_CASE_TEMPLATE("als: contributions add up to the estimate", T, float, double) {
  for (const bool biased : {true, false}) {
    const auto options = distinct_options(biased, true);
    const auto ratings = testing::random_csr<std::int64_t>(8, 12, 40, 25);
    const Side<T> items(4, 40, 9);
    const Side<T> users = solved(ratings, items, options);
    for (std::size_t user = 0; user < 12; ++user) {
      const RatedColumns row{ratings.view().row_indices(user), ratings.view().row_values(user), {}};
      std::vector<double> contributions(row.columns.size());
      explain_row<T>(row, items.view(), options, 17, contributions);
      double sum = 0.0, estimate = biased ? double{users.biases[user]} : 0.0;
      for (const double each : contributions) sum += each;
      for (std::size_t f = 0; f < 9; ++f) {
        estimate += double{users.factors.at(user, f)} * double{items.factors.at(17, f)};
      }
      CHECK(sum == Approx(estimate).epsilon(100 * std::numeric_limits<T>::epsilon()));
    }
  }
}

TEST_CASE("als: a half-step that is cancelled leaves its later rows as they were") {
  const auto ratings = testing::random_csr<std::int64_t>(8, 400, 40, 25);
  const Side<double> items(4, 40, 9);
  Side<double> users(99, 400, 9);
  const Side<double> before = users;
  int asked = 0;
  CHECK_THROWS_AS(solve_side(ratings.view(), {}, items.view(), distinct_options(true, true),
                             users.view(), 1, [&] { return ++asked <= 3; }),
                  Cancelled);
  CHECK(users.factors.at(0, 0) != before.factors.at(0, 0));
  CHECK(users.factors.at(399, 0) == before.factors.at(399, 0));
  CHECK(users.biases[399] == before.biases[399]);
}

TEST_CASE("als: the message names the argument that does not fit, and its value") {
  const auto ratings = testing::random_csr<std::int32_t>(9, 4, 6, 5);
  const Side<double> items(5, 6, 3);
  const auto solve = [&](const Side<double>& fixed, const AlsOptions& options, int n_threads = 1) {
    return solved(ratings, fixed, options, n_threads);
  };
  CHECK_NOTHROW(solve(items, {}));
  CHECK_THROWS_WITH_AS(solve(Side<double>(5, 7, 3), {}), Contains("fixed.factors is 7 x 3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(solve(items, {-1.0}), Contains("reg is -1"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(solve(items, {1.0, std::nan("")}), Contains("reg_bias is nan"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(solve(items, {}, 0), Contains("n_threads is 0"), std::invalid_argument);
  const std::vector<double> few(2, 1.0);
  CHECK_THROWS_WITH_AS(solved(ratings, items, {}, 1, few), Contains("weights has 2 entries"),
                       std::invalid_argument);
  Csr<std::int32_t> pattern = testing::one_rating(4.0);
  pattern.values.clear();
  CHECK_THROWS_WITH_AS(solved(pattern, Side<double>(5, 1, 3), {}), Contains("ratings.values"),
                       std::invalid_argument);
  std::vector<double> contribution(1);
  const std::vector<std::int32_t> column{6};
  const std::vector<double> rating{3.0};
  CHECK_THROWS_WITH_AS(explain_row<double>({column, rating, {}}, items.view(), {}, 0, contribution),
                       Contains("columns[0] is 6, outside [0, 6)"), std::out_of_range);
}
