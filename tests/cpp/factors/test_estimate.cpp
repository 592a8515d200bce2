#include "astonish/estimate.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Matrix;
using astonish::testing::Model;
using doctest::Contains;

namespace {

using Codes = std::vector<std::int32_t>;

std::vector<double> estimates(const Model& model, const Codes& users, const Codes& items,
                              int n_threads = 1) {
  std::vector<double> out(users.size());
  estimate_pairs(model.view(), users, items, out, n_threads);
  return out;
}

double naive_estimate(const Model& model, std::int32_t user, std::int32_t item) {
  double sum = model.biased ? model.global_mean : 0.0;
  if (model.biased && user >= 0) sum += model.bu[static_cast<std::size_t>(user)];
  if (model.biased && item >= 0) sum += model.bi[static_cast<std::size_t>(item)];
  if (!model.biased && (user < 0 || item < 0)) return std::nan("");
  for (std::size_t f = 0; user >= 0 && item >= 0 && f < model.pu.cols; ++f) {
    sum += model.pu.at(static_cast<std::size_t>(user), f) *
           model.qi.at(static_cast<std::size_t>(item), f);
  }
  return sum;
}

// Two users, one item: every estimate below can be done by hand.
Model toy(bool biased) {
  return {Matrix<double>{2, 2, {1.0, 2.0, 3.0, 4.0}},
          Matrix<double>{1, 2, {0.5, -1.0}},
          {0.25, -0.25},
          {1.0},
          3.0,
          biased};
}

Codes random_codes(std::uint64_t seed, std::size_t n, std::uint32_t n_codes) {
  RowRandom random(seed, 0);
  Codes codes(n);
  for (std::int32_t& code : codes) code = static_cast<std::int32_t>(random.below(n_codes + 1)) - 1;
  return codes;
}

}  // namespace

TEST_CASE("estimate: mean, biases and product add up") {
  CHECK(estimates(toy(true), {0, 1}, {0, 0}) == std::vector{2.75, 1.25});
}

TEST_CASE("estimate: a biased model leaves out the terms of what it does not know") {
  CHECK(estimates(toy(true), {0, -1, -1}, {-1, 0, -1}) == std::vector{3.25, 4.0, 3.0});
}

TEST_CASE("estimate: an unbiased model is the product alone, and NaN without it") {
  const auto out = estimates(toy(false), {0, 1, 0, -1, -1}, {0, 0, -1, 0, -1});
  CHECK(out[0] == -1.5);
  CHECK(out[1] == -2.5);
  for (std::size_t k = 2; k < out.size(); ++k) CHECK(std::isnan(out[k]));
}

TEST_CASE("estimate: an unbiased model does not read its mean and biases") {
  Model model = toy(false);
  model.bu = {std::nan(""), std::nan("")};
  model.bi = {std::nan("")};
  model.global_mean = std::nan("");
  CHECK(estimates(model, {0}, {0}) == std::vector{-1.5});
}

TEST_CASE("estimate: an estimate is not clipped to any scale of ratings") {
  Model model = toy(true);
  model.global_mean = 1000.0;
  CHECK(estimates(model, {0}, {0}) == std::vector{999.75});
}

TEST_CASE("estimate: agrees with the formula for every number of factors") {
  for (const std::size_t n_factors : {0U, 1U, 3U, 4U, 31U, 32U, 33U, 100U}) {
    for (const bool biased : {true, false}) {
      CAPTURE(n_factors);
      CAPTURE(biased);
      const Model model = testing::normal_model(5, 20, 30, n_factors, biased);
      const Codes users = random_codes(1, 200, 20);
      const Codes items = random_codes(2, 200, 30);
      const auto out = estimates(model, users, items);
      for (std::size_t k = 0; k < out.size(); ++k) {
        const double expected = naive_estimate(model, users[k], items[k]);
        CHECK(std::isnan(out[k]) == std::isnan(expected));
        if (!std::isnan(expected)) CHECK(std::abs(out[k] - expected) < 1e-14);
      }
    }
  }
}

TEST_CASE("estimate: the same bits for every number of threads") {
  const Model model = testing::normal_model(6, 50, 60, 21, true);
  const Codes users = random_codes(3, 20'000, 50);
  const Codes items = random_codes(4, 20'000, 60);
  const auto expected = estimates(model, users, items, 1);
  for (const int n_threads : {2, 3, 7}) {
    CAPTURE(n_threads);
    CHECK(testing::same_bits(estimates(model, users, items, n_threads), expected));
  }
}

TEST_CASE("estimate: one pair alone is the same to the last bit, and is checked") {
  for (const bool biased : {true, false}) {
    const Model model = testing::normal_model(5, 7, 21, 13, biased);
    for (const auto& [user, item] : {std::pair{3, 4}, {-1, 2}, {6, -1}, {-1, -1}}) {
      const double alone = estimate_pair(model.view(), user, item);
      CHECK(testing::same_bits({alone}, estimates(model, {user}, {item})));
    }
  }
  const Model model = toy(true);
  CHECK_THROWS_WITH_AS(static_cast<void>(estimate_pair(model.view(), 2, 0)),
                       Contains("users[0] is 2, outside [-1, 2)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(static_cast<void>(estimate_pair(model.view(), 0, -2)),
                       Contains("items[0] is -2, outside [-1, 1)"), std::out_of_range);
}

TEST_CASE("estimate: no pairs, no users, no items") {
  CHECK(estimates(toy(true), {}, {}).empty());
  const Model empty{Matrix<double>{0, 2}, Matrix<double>{0, 2}, {}, {}, 2.5};
  CHECK(estimates(empty, {-1}, {-1}) == std::vector{2.5});
}

TEST_CASE("estimate: the message names the code that lies outside") {
  CHECK_THROWS_WITH_AS(estimates(toy(true), {0, 2}, {0, 0}),
                       Contains("users[1] is 2, outside [-1, 2)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(estimates(toy(true), {-2}, {0}), Contains("users[0] is -2, outside [-1, 2)"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(estimates(toy(true), {0, 0, 0}, {0, -1, 1}),
                       Contains("items[2] is 1, outside [-1, 1)"), std::out_of_range);
}

TEST_CASE("estimate: the message names the lengths that differ") {
  std::vector<double> out(2);
  const Model model = toy(true);
  CHECK_THROWS_WITH_AS(estimate_pairs(model.view(), Codes{0, 1}, Codes{0}, out, 1),
                       Contains("items has 1 entries, expected 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(estimate_pairs(model.view(), Codes{0}, Codes{0}, out, 1),
                       Contains("out has 2 entries, expected 1"), std::invalid_argument);
}

TEST_CASE("estimate: factors that do not fit and threads that cannot work are refused") {
  Model model = toy(true);
  CHECK_THROWS_WITH_AS(estimates(model, {0}, {0}, 0), Contains("n_threads is 0"),
                       std::invalid_argument);
  model.bu.pop_back();
  CHECK_THROWS_WITH_AS(estimates(model, {0}, {0}), Contains("bu has 1 entries, pu has 2 rows"),
                       std::invalid_argument);
}

TEST_CASE("estimate: float factors multiply in float, biases add in double") {
  const Matrix<float> pu{2, 2, {1.0F, 2.0F, 3.0F, 4.0F}};
  const Matrix<float> qi{1, 2, {0.5F, -1.0F}};
  const std::vector<float> bu{0.25F, -0.25F};
  const std::vector<float> bi{1.0F};
  const BiasedFactors<const float> model{pu.view(), qi.view(), bu, bi, 3.0 + 1e-12, true};
  std::vector<double> out(3);
  estimate_pairs(model, Codes{0, 1, -1}, Codes{0, 0, 0}, out, 2);
  CHECK(out == std::vector{2.75 + 1e-12, 1.25 + 1e-12, 4.0 + 1e-12});
  CHECK(estimate_pair(model, 1, 0) == out[1]);
}
