#include "astonish/baselines.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Sides;
using doctest::Contains;

namespace {

struct Biases {
  std::vector<double> bu, bi;
};

Biases fit(const Sides& ratings, const BaselineOptions& options, double global_mean = 3.1,
           int n_threads = 1, const EpochCallback& on_epoch = {}) {
  Biases biases{std::vector<double>(ratings.by_user.view().n_rows(), 7.0),
                std::vector<double>(ratings.by_item.view().n_rows(), 7.0)};
  fit_baselines(ratings.by_user.view(), ratings.by_item.view(), global_mean, options, biases.bu,
                biases.bi, n_threads, on_epoch);
  return biases;
}

void naive_side(const testing::Csr<std::int64_t>& ratings, double global_mean, double reg,
                const std::vector<double>& other, std::vector<double>& biases) {
  for (std::size_t row = 0; row < biases.size(); ++row) {
    const auto columns = ratings.view().row_indices(row);
    const auto values = ratings.view().row_values(row);
    double sum = 0.0;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      sum += values[k] - global_mean - other[static_cast<std::size_t>(columns[k])];
    }
    biases[row] = sum / (reg + static_cast<double>(columns.size()));
  }
}

Biases naive_fit(const Sides& ratings, const BaselineOptions& options, double global_mean) {
  Biases biases{std::vector<double>(ratings.by_user.view().n_rows()),
                std::vector<double>(ratings.by_item.view().n_rows())};
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    naive_side(ratings.by_item, global_mean, options.reg_i, biases.bu, biases.bi);
    naive_side(ratings.by_user, global_mean, options.reg_u, biases.bi, biases.bu);
  }
  return biases;
}

bool same_bits(const Biases& a, const Biases& b) {
  return testing::same_bits(a.bu, b.bu) && testing::same_bits(a.bi, b.bi);
}

// One user who rated two items 5 and 2, another who rated the first item 3.
Sides toy() { return {{{0, 2, 3}, {0, 1, 0}, {5, 2, 3}, 2}}; }

}  // namespace

TEST_CASE("baselines: one epoch by hand") {
  const Biases biases = fit(toy(), {.n_epochs = 1, .reg_u = 1, .reg_i = 2}, 3.0);
  CHECK(biases.bi == std::vector{2.0 / 4, -1.0 / 3});
  CHECK(biases.bu == std::vector{((2.0 - 0.5) + (-1.0 + 1.0 / 3)) / 3, -0.5 / 2});
}

TEST_CASE("baselines: equal to a plain loop to the last bit, for every number of threads") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    const Sides ratings(testing::random_csr<std::int64_t>(seed, 700, 300, 30));
    const BaselineOptions options{.n_epochs = 4, .reg_u = 3.5, .reg_i = 7.25};
    const Biases expected = naive_fit(ratings, options, 2.9);
    for (const int n_threads : {1, 2, 3, 7}) {
      CAPTURE(n_threads);
      CHECK(same_bits(fit(ratings, options, 2.9, n_threads), expected));
    }
  }
}

TEST_CASE("baselines: offsets of 32 bits give the same") {
  const auto wide = testing::random_csr<std::int64_t>(5, 40, 30, 12);
  const Sides sides(wide);
  const auto narrow = [](const testing::Csr<std::int64_t>& csr) {
    return testing::Csr<std::int32_t>{
        {csr.offsets.begin(), csr.offsets.end()}, csr.indices, csr.values, csr.n_cols};
  };
  const auto by_user = narrow(sides.by_user);
  const auto by_item = narrow(sides.by_item);
  Biases biases{std::vector<double>(40), std::vector<double>(30)};
  fit_baselines(by_user.view(), by_item.view(), 3.1, {}, biases.bu, biases.bi, 1);
  CHECK(same_bits(biases, fit(sides, {})));
}

TEST_CASE("baselines: no epochs leave zeros") {
  const Biases biases = fit(toy(), {.n_epochs = 0});
  CHECK(biases.bu == std::vector{0.0, 0.0});
  CHECK(biases.bi == std::vector{0.0, 0.0});
}

TEST_CASE("baselines: a divisor of zero is a bias of zero") {
  const Sides with_idle_rows({{0, 2, 2}, {0, 1}, {5, 2}, 3});
  const Biases idle = fit(with_idle_rows, {.n_epochs = 1, .reg_u = 0, .reg_i = 0}, 3.0);
  CHECK(idle.bi == std::vector{2.0, -1.0, 0.0});
  CHECK(idle.bu == std::vector{0.0, 0.0});
  const Biases negative = fit(toy(), {.n_epochs = 1, .reg_u = -2, .reg_i = -1}, 3.0);
  CHECK(negative.bi == std::vector{2.0, 0.0});
  CHECK(negative.bu == std::vector{0.0, 2.0});  // -2 / (-2 + 1)
}

TEST_CASE("baselines: the callback sees each epoch and can end the run") {
  std::vector<int> epochs;
  const auto until_third = [&](int epoch) {
    epochs.push_back(epoch);
    return epoch < 2;
  };
  CHECK_THROWS_AS(fit(toy(), {}, 3.0, 1, until_third), Cancelled);
  CHECK(epochs == std::vector{0, 1, 2});
}

TEST_CASE("baselines: what does not fit is refused") {
  const Sides ratings = toy();
  std::vector<double> two(2), three(3);
  const auto call = [&](const Sides& by_user, const Sides& by_item, std::vector<double>& bu,
                        std::vector<double>& bi) {
    fit_baselines(by_user.by_user.view(), by_item.by_item.view(), 3.0, {}, bu, bi, 1);
  };
  CHECK_THROWS_WITH_AS(call(ratings, ratings, three, two), Contains("bu has 3 entries, expected 2"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(call(ratings, ratings, two, three), Contains("bi has 3 entries, expected 2"),
                       std::invalid_argument);
  const Sides other({{0, 1}, {0}, {4}, 1});
  CHECK_THROWS_WITH_AS(call(ratings, other, two, two),
                       Contains("by_user is 2 x 2, by_item is 1 x 1"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(ratings, {.n_epochs = -1}), Contains("n_epochs is -1"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(ratings, {}, 3.0, 0), Contains("n_threads is 0"), std::invalid_argument);
  Sides pattern = toy();
  pattern.by_user.values.clear();
  CHECK_THROWS_WITH_AS(fit(pattern, {}), Contains("by_user.values has 0 entries, expected 3"),
                       std::invalid_argument);
}
