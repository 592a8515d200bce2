#include "astonish/parallel_sgd.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "helpers.hpp"
#include "sgd/sgd_order.hpp"

using namespace astonish;
using astonish::testing::Csr;
using astonish::testing::Matrix;
using astonish::testing::one_rating;
using astonish::testing::random_csr;
using doctest::Contains;

namespace {

template <typename T>
struct Parameters {
  Matrix<T> pu, qi;
  std::vector<T> bu, bi;
  double global_mean;
  bool biased;

  [[nodiscard]] BiasedFactors<T> view() {
    return {pu.view(), qi.view(), bu, bi, global_mean, biased};
  }
  [[nodiscard]] BiasedFactors<const T> view() const {
    return {pu.view(), qi.view(), bu, bi, global_mean, biased};
  }
};

template <typename T>
Parameters<T> parameters(std::size_t n_users, std::size_t n_items, std::size_t n_factors,
                         bool biased) {
  const testing::Model model = testing::normal_model(2, n_users, n_items, n_factors, biased);
  const auto as = [](const std::vector<double>& values) {
    return std::vector<T>(values.begin(), values.end());
  };
  return {{n_users, n_factors, as(model.pu.data)},
          {n_items, n_factors, as(model.qi.data)},
          as(model.bu),
          as(model.bi),
          model.global_mean,
          biased};
}

template <typename T>
bool same_bits(const Parameters<T>& a, const Parameters<T>& b) {
  return testing::same_bits(a.pu.data, b.pu.data) && testing::same_bits(a.qi.data, b.qi.data) &&
         testing::same_bits(a.bu, b.bu) && testing::same_bits(a.bi, b.bi);
}

// Eight different constants, so that no two of them can be mistaken for each other.
const SgdOptions kOptions{
    SgdSolver::sequential, 1, 0.011, 0.012, 0.013, 0.014, 0.021, 0.022, 0.023, 0.024};

template <typename T>
struct Run {
  Parameters<T> model;
  std::vector<double> losses;
};

template <typename T, typename Offset>
Run<T> fitted(const Csr<Offset>& ratings, Parameters<T> model, int n_epochs, int n_threads = 1,
              const std::vector<double>& weights = {}, const SgdOptions& options = kOptions,
              std::uint64_t seed = 7) {
  const Parameters<T>& initial = model;
  ParallelSgd<T> trainer(ratings.view(), initial.view(), options, seed, weights, n_threads);
  std::vector<double> losses;
  for (int epoch = 0; epoch < n_epochs; ++epoch) losses.push_back(trainer.run_epoch(n_threads));
  trainer.copy_to(model.view(), n_threads);
  return {std::move(model), std::move(losses)};
}

// The formulas of sgd.hpp, one rating.
double update(Parameters<double>& model, std::size_t user, std::size_t item, double rating,
              double weight, const SgdOptions& options) {
  double estimate = 0.0;
  for (std::size_t f = 0; f < model.pu.cols; ++f) {
    estimate += model.pu.at(user, f) * model.qi.at(item, f);
  }
  double& bu = model.bu[user];
  double& bi = model.bi[item];
  if (model.biased) estimate += model.global_mean + bu + bi;
  const double error = rating - estimate;
  const double pull = weight * error;
  if (model.biased) {
    bu += options.lr_bu * (pull - options.reg_bu * bu);
    bi += options.lr_bi * (pull - options.reg_bi * bi);
  }
  for (std::size_t f = 0; f < model.pu.cols; ++f) {
    const double p = model.pu.at(user, f);
    const double q = model.qi.at(item, f);
    model.pu.at(user, f) += options.lr_pu * (pull * q - options.reg_pu * p);
    model.qi.at(item, f) += options.lr_qi * (pull * p - options.reg_qi * q);
  }
  return weight * error * error;
}

Run<double> naive(const Csr<std::int64_t>& ratings, Parameters<double> model, int n_epochs,
                  const std::vector<double>& weights = {}) {
  const testing::BlockOrder order(ratings, 7);
  std::vector<double> losses;
  for (int epoch = 0; epoch < n_epochs; ++epoch) {
    double loss = 0.0;
    order.epoch(static_cast<std::uint64_t>(epoch), [&](std::size_t user, std::size_t position) {
      loss += update(model, user, static_cast<std::size_t>(ratings.indices[position]),
                     ratings.values[position], weights.empty() ? 1.0 : weights[position], kOptions);
    });
    losses.push_back(loss);
  }
  return {std::move(model), std::move(losses)};
}

template <typename T>
double largest_difference(const Parameters<T>& a, const Parameters<double>& b) {
  double largest = 0.0;
  const auto compare = [&](const std::vector<T>& x, const std::vector<double>& y) {
    REQUIRE(x.size() == y.size());
    for (std::size_t k = 0; k < x.size(); ++k) {
      largest = std::max(largest, std::abs(static_cast<double>(x[k]) - y[k]));
    }
  };
  compare(a.pu.data, b.pu.data);
  compare(a.qi.data, b.qi.data);
  compare(a.bu, b.bu);
  compare(a.bi, b.bi);
  return largest;
}

std::vector<double> random_weights(std::size_t n) {
  RowRandom random(5, 0);
  std::vector<double> weights(n);
  for (double& weight : weights) weight = 2.0 * random.uniform();
  return weights;
}

}  // namespace

TEST_CASE("parallel_sgd: equals a plain loop in its order") {
  // About 2,000 and 30,000 ratings: 1 and 5 strips.
  for (const auto& [n_users, longest] : {std::pair{150U, 25U}, std::pair{600U, 100U}}) {
    const auto ratings = random_csr<std::int64_t>(1, n_users, 80, longest);
    const auto weights = random_weights(ratings.indices.size());
    for (const std::size_t n_factors : {0U, 1U, 2U, 3U, 7U, 64U, 100U, 101U, 250U, 1000U}) {
      for (const bool biased : {true, false}) {
        CAPTURE(n_users);
        CAPTURE(n_factors);
        CAPTURE(biased);
        const auto start = parameters<double>(n_users, 80, n_factors, biased);
        const auto run = fitted(ratings, start, 2, 2);
        const auto expected = naive(ratings, start, 2);
        CHECK(largest_difference(run.model, expected.model) < 1e-12);
        for (std::size_t epoch = 0; epoch < 2; ++epoch) {
          CHECK(run.losses[epoch] == doctest::Approx(expected.losses[epoch]).epsilon(1e-12));
        }
        const auto weighted = naive(ratings, start, 2, weights);
        CHECK(largest_difference(fitted(ratings, start, 2, 2, weights).model, weighted.model) <
              1e-12);
      }
    }
  }
}

TEST_CASE("parallel_sgd: float follows double") {
  const auto ratings = random_csr<std::int64_t>(1, 600, 80, 100);
  for (const std::size_t n_factors : {0U, 14U, 15U, 100U, 300U}) {
    for (const bool biased : {true, false}) {
      const auto run = fitted(ratings, parameters<float>(600, 80, n_factors, biased), 3);
      const auto expected = fitted(ratings, parameters<double>(600, 80, n_factors, biased), 3);
      CHECK(largest_difference(run.model, expected.model) < 1e-4);
      CHECK(run.losses[2] == doctest::Approx(expected.losses[2]).epsilon(1e-5));
    }
  }
}

TEST_CASE_TEMPLATE("parallel_sgd: the same bits for any number of threads", T, float, double) {
  const auto ratings = random_csr<std::int64_t>(3, 700, 90, 120);
  const auto weights = random_weights(ratings.indices.size());
  for (const std::size_t n_factors : {3U, 64U, 100U, 101U}) {
    const auto start = parameters<T>(700, 90, n_factors, true);
    const auto expected = fitted(ratings, start, 4, 1, weights);
    for (const int n_threads : {2, 3, 7, 100}) {
      const auto run = fitted(ratings, start, 4, n_threads, weights);
      CHECK(same_bits(run.model, expected.model));
      CHECK(testing::same_bits(run.losses, expected.losses));
    }
  }
}

TEST_CASE("parallel_sgd: offsets of either width give the same bits") {
  const auto ratings = random_csr<std::int64_t>(3, 300, 90, 40);
  const Csr<std::int32_t> narrow{{ratings.offsets.begin(), ratings.offsets.end()},
                                 ratings.indices,
                                 ratings.values,
                                 ratings.n_cols};
  const auto start = parameters<float>(300, 90, 10, true);
  CHECK(same_bits(fitted(narrow, start, 2).model, fitted(ratings, start, 2).model));
}

TEST_CASE("parallel_sgd: the seed decides the order") {
  const auto ratings = random_csr<std::int64_t>(3, 300, 90, 40);
  const auto start = parameters<double>(300, 90, 10, true);
  const auto run = [&](std::uint64_t seed) {
    return fitted(ratings, start, 1, 1, {}, kOptions, seed).model;
  };
  CHECK(same_bits(run(1), run(1)));
  CHECK(!same_bits(run(1), run(2)));
}

TEST_CASE_TEMPLATE(
    "parallel_sgd: weights of one change nothing, and one of zero takes a rating away", T, float,
    double) {
  const auto ratings = random_csr<std::int64_t>(3, 300, 90, 40);
  const auto start = parameters<T>(300, 90, 10, true);
  std::vector<double> weights(ratings.indices.size(), 1.0);
  CHECK(same_bits(fitted(ratings, start, 2, 1, weights).model, fitted(ratings, start, 2).model));
  SgdOptions without_regularisation = kOptions;
  without_regularisation.reg_bu = without_regularisation.reg_bi = 0.0;
  without_regularisation.reg_pu = without_regularisation.reg_qi = 0.0;
  std::fill(weights.begin(), weights.end(), 0.0);
  const auto run = fitted(ratings, start, 2, 1, weights, without_regularisation);
  CHECK(same_bits(run.model, start));
  CHECK(run.losses == std::vector<double>{0.0, 0.0});
}

TEST_CASE_TEMPLATE("parallel_sgd: no epochs give the initial model", T, float, double) {
  const auto ratings = random_csr<std::int64_t>(3, 300, 90, 40);
  for (const std::size_t n_factors : {0U, 3U, 100U}) {
    for (const bool biased : {true, false}) {
      const auto start = parameters<T>(300, 90, n_factors, biased);
      CHECK(same_bits(fitted(ratings, start, 0, 3).model, start));
    }
  }
}

TEST_CASE("parallel_sgd: users and items without ratings keep their parameters") {
  const Csr<std::int64_t> ratings{{0, 0, 1, 1}, {2}, {5.0}, 4};
  const auto start = parameters<float>(3, 4, 5, true);
  const auto model = fitted(ratings, start, 3).model;
  for (std::size_t user = 0; user < 3; ++user) {
    CHECK((model.bu[user] == start.bu[user]) == (user != 1));
    CHECK((model.pu.at(user, 0) == start.pu.at(user, 0)) == (user != 1));
  }
  for (std::size_t item = 0; item < 4; ++item) {
    CHECK((model.bi[item] == start.bi[item]) == (item != 2));
    CHECK((model.qi.at(item, 4) == start.qi.at(item, 4)) == (item != 2));
  }
}

TEST_CASE_TEMPLATE("parallel_sgd: no users, no items, no ratings", T, float, double) {
  for (const bool biased : {true, false}) {
    CHECK_NOTHROW(fitted(Csr<std::int64_t>{{0}, {}, {}, 0}, parameters<T>(0, 0, 5, biased), 2, 3));
    const auto start = parameters<T>(2, 3, 5, biased);
    const auto run = fitted(Csr<std::int64_t>{{0, 0, 0}, {}, {}, 3}, start, 2, 3);
    CHECK(same_bits(run.model, start));
    CHECK(run.losses == std::vector<double>{0.0, 0.0});
  }
}

TEST_CASE("parallel_sgd: one user, one item, and a pair many times over") {
  const auto one_user = random_csr<std::int64_t>(8, 1, 50, 40'000);
  const auto one_item = random_csr<std::int64_t>(8, 9'000, 1, 4);
  for (const auto* ratings : {&one_user, &one_item}) {
    const std::size_t n_users = ratings->view().n_rows();
    const std::size_t n_items = ratings->n_cols;
    const auto start = parameters<double>(n_users, n_items, 6, true);
    const auto run = fitted(*ratings, start, 2, 3);
    CHECK(largest_difference(run.model, naive(*ratings, start, 2).model) < 1e-12);
  }
}

TEST_CASE("parallel_sgd: losses fall on ratings with a structure") {
  Csr<std::int64_t> board{{0}, {}, {}, 60};
  for (std::int32_t user = 0; user < 60; ++user) {
    for (std::int32_t item = 0; item < 60; ++item) {
      board.indices.push_back(item);
      board.values.push_back((user + item) % 2 == 0 ? 2.0 : -2.0);
    }
    board.offsets.push_back(static_cast<std::int64_t>(board.indices.size()));
  }
  const SgdOptions options{SgdSolver::sequential, 1, 0.02, 0.02, 0.02, 0.02};
  auto start = parameters<float>(60, 60, 4, false);
  const auto run = fitted(board, start, 60, 2, {}, options);
  CHECK(run.losses.back() < 0.01 * run.losses.front());
}

TEST_CASE_TEMPLATE("parallel_sgd: divergence is an error that names its epoch and the rates", T,
                   float, double) {
  const auto ratings = random_csr<std::int64_t>(4, 20, 20, 10);
  const SgdOptions options{SgdSolver::sequential, 1, 11.0, 12.0, 13.0, 14.0};
  for (const int n_threads : {1, 2}) {
    CHECK_THROWS_WITH_AS(
        fitted(ratings, parameters<T>(20, 20, 10, true), 100, n_threads, {}, options),
        Contains("lr_bu=11, lr_bi=12, lr_pu=13, lr_qi=14"), std::domain_error);
  }
}

TEST_CASE("parallel_sgd: divergence in the very last update is noticed") {
  for (double SgdOptions::*rate :
       {&SgdOptions::lr_bu, &SgdOptions::lr_bi, &SgdOptions::lr_pu, &SgdOptions::lr_qi}) {
    SgdOptions options;
    options.*rate = 1e308;
    CHECK_THROWS_WITH_AS(
        fitted(one_rating(50.0), parameters<double>(1, 1, 1, true), 1, 1, {}, options),
        Contains("diverged in epoch 0"), std::domain_error);
  }
}

TEST_CASE("parallel_sgd: a rating that is not finite is an error, not a model of NaN") {
  for (const double rating : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(fitted(one_rating(rating), parameters<float>(1, 1, 1, true), 1),
                    std::domain_error);
  }
}

TEST_CASE("parallel_sgd: the message names what does not fit, and its value") {
  const Csr<std::int64_t> ratings{{0, 1, 2}, {0, 2}, {4.0, 5.0}, 3};
  CHECK_THROWS_WITH_AS(fitted(ratings, parameters<float>(4, 3, 2, true), 1),
                       Contains("2 users and 3 items do not fit factors of 4 and 3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(fitted(ratings, parameters<float>(2, 3, 2, true), 1, 1, {1.0}),
                       Contains("weights has 1 entries, expected 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(fitted(ratings, parameters<float>(2, 3, 2, true), 1, 0),
                       Contains("n_threads is 0"), std::invalid_argument);
  const auto start = parameters<float>(2, 3, 2, true);
  ParallelSgd<float> trainer(ratings.view(), start.view(), kOptions, 0);
  auto wide = parameters<float>(2, 3, 4, true);
  CHECK_THROWS_WITH_AS(trainer.copy_to(wide.view()), Contains("pu is 2 x 4, expected 2 x 2"),
                       std::invalid_argument);
}
