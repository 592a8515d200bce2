#include "astonish/sgd.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Csr;
using astonish::testing::Matrix;
using astonish::testing::Model;
using astonish::testing::one_rating;
using astonish::testing::same_bits;
using doctest::Contains;

namespace {

constexpr std::array kSolvers{SgdSolver::sequential, SgdSolver::bitwise};

// Eight different constants, so that no two of them can be mistaken for each other.
SgdOptions distinct_options(SgdSolver solver, int n_epochs) {
  return {solver, n_epochs, 0.011, 0.012, 0.013, 0.014, 0.021, 0.022, 0.023, 0.024};
}

// The formulas of sgd.hpp as scikit-surprise computes them: sums from left to right, one rounding
// an operation. This file is compiled without contraction of multiply and add.
void naive_update(Model& model, std::size_t user, std::size_t item, double rating,
                  const SgdOptions& options) {
  double dot = 0.0;
  for (std::size_t f = 0; f < model.pu.cols; ++f)
    dot += model.qi.at(item, f) * model.pu.at(user, f);
  double err = rating - dot;
  if (model.biased) {
    double& bu = model.bu[user];
    double& bi = model.bi[item];
    err = rating - (model.global_mean + bu + bi + dot);
    bu += options.lr_bu * (err - options.reg_bu * bu);
    bi += options.lr_bi * (err - options.reg_bi * bi);
  }
  for (std::size_t f = 0; f < model.pu.cols; ++f) {
    const double p = model.pu.at(user, f);
    const double q = model.qi.at(item, f);
    model.pu.at(user, f) += options.lr_pu * (err * q - options.reg_pu * p);
    model.qi.at(item, f) += options.lr_qi * (err * p - options.reg_qi * q);
  }
}

template <typename Offset>
Model naive_fit(const Csr<Offset>& ratings, Model model, const SgdOptions& options) {
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    for (std::size_t user = 0; user < ratings.view().n_rows(); ++user) {
      const auto items = ratings.view().row_indices(user);
      const auto values = ratings.view().row_values(user);
      for (std::size_t k = 0; k < items.size(); ++k) {
        naive_update(model, user, static_cast<std::size_t>(items[k]), values[k], options);
      }
    }
  }
  return model;
}

template <typename Offset>
Model fitted(const Csr<Offset>& ratings, Model model, const SgdOptions& options,
             const EpochCallback& on_epoch = {}) {
  fit_sgd(ratings.view(), model.view(), options, on_epoch);
  return model;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(a[k] - b[k]));
  return largest;
}

double largest_difference(const Model& a, const Model& b) {
  return std::max(
      std::max(largest_difference(a.pu.data, b.pu.data), largest_difference(a.qi.data, b.qi.data)),
      std::max(largest_difference(a.bu, b.bu), largest_difference(a.bi, b.bi)));
}

// One user, one item, one factor, and constants whose products are exact.
Model one_rating_model(bool biased) {
  return {Matrix<double>{1, 1, {1.0}}, Matrix<double>{1, 1, {2.0}}, {0.5}, {-0.5}, 3.0, biased};
}

SgdOptions exact_options(SgdSolver solver) {
  return {solver, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25};
}

double product(const Model& model, std::size_t user, std::size_t item) {
  double sum = 0.0;
  for (std::size_t f = 0; f < model.pu.cols; ++f)
    sum += model.pu.at(user, f) * model.qi.at(item, f);
  return sum;
}

}  // namespace

TEST_CASE("sgd: one update of a biased model, done by hand") {
  for (const SgdSolver solver : kSolvers) {
    // estimate 3 + 0.5 - 0.5 + 1 * 2 = 5, so err = 4 - 5 = -1
    const Model model = fitted(one_rating(4.0), one_rating_model(true), exact_options(solver));
    CHECK(model.bu[0] == 0.5 + 0.5 * (-1.0 - 0.25 * 0.5));
    CHECK(model.bi[0] == -0.5 + 0.5 * (-1.0 + 0.25 * 0.5));
    CHECK(model.pu.data[0] == 1.0 + 0.5 * (-1.0 * 2.0 - 0.25 * 1.0));
    CHECK(model.qi.data[0] == 2.0 + 0.5 * (-1.0 * 1.0 - 0.25 * 2.0));
  }
}

TEST_CASE("sgd: one update of an unbiased model, done by hand") {
  for (const SgdSolver solver : kSolvers) {
    // estimate 1 * 2, so err = 4 - 2 = 2; mean and biases are neither read nor written
    Model start = one_rating_model(false);
    start.bu = start.bi = {std::numeric_limits<double>::quiet_NaN()};
    const Model model = fitted(one_rating(4.0), start, exact_options(solver));
    CHECK(model.pu.data[0] == 1.0 + 0.5 * (2.0 * 2.0 - 0.25 * 1.0));
    CHECK(model.qi.data[0] == 2.0 + 0.5 * (2.0 * 1.0 - 0.25 * 2.0));
    CHECK(same_bits(model.bu, start.bu));
    CHECK(same_bits(model.bi, start.bi));
  }
}

TEST_CASE_TEMPLATE("sgd: bitwise equals a plain loop to the last bit", Offset, std::int32_t,
                   std::int64_t) {
  const auto ratings = testing::random_csr<Offset>(1, 40, 30, 25);
  for (const std::size_t n_factors : {0U, 1U, 2U, 3U, 7U, 8U, 20U, 33U, 64U, 100U, 101U, 1000U}) {
    for (const bool biased : {true, false}) {
      CAPTURE(n_factors);
      CAPTURE(biased);
      const Model start = testing::normal_model(2, 40, 30, n_factors, biased);
      const SgdOptions options = distinct_options(SgdSolver::bitwise, 5);
      CHECK(same_bits(fitted(ratings, start, options), naive_fit(ratings, start, options)));
    }
  }
}

TEST_CASE_TEMPLATE("sgd: sequential equals a plain loop to 1e-12", Offset, std::int32_t,
                   std::int64_t) {
  const auto ratings = testing::random_csr<Offset>(1, 40, 30, 25);
  for (const std::size_t n_factors : {0U, 1U, 2U, 3U, 7U, 8U, 20U, 33U, 64U, 100U, 101U, 1000U}) {
    for (const bool biased : {true, false}) {
      CAPTURE(n_factors);
      CAPTURE(biased);
      const Model start = testing::normal_model(2, 40, 30, n_factors, biased);
      const SgdOptions options = distinct_options(SgdSolver::sequential, 5);
      const Model model = fitted(ratings, start, options);
      CHECK(largest_difference(model, naive_fit(ratings, start, options)) < 1e-12);
      if (n_factors > 0) CHECK(largest_difference(model, start) > 1e-3);
    }
  }
}

TEST_CASE("sgd: ratings of one item in a row, and an item that all users rate last") {
  const std::size_t n_users = 30, n_items = 5;
  Csr<std::int64_t> ratings;
  ratings.n_cols = n_items;
  ratings.offsets = {0};
  for (std::size_t user = 0; user < n_users; ++user) {
    for (const std::size_t item : {user % 3, user % 3, user % 2, user % 2, user % 2, n_items - 1}) {
      ratings.indices.push_back(static_cast<std::int32_t>(item));
      ratings.values.push_back(1.0 + static_cast<double>((user * 7 + item) % 5));
    }
    ratings.offsets.push_back(static_cast<std::int64_t>(ratings.indices.size()));
  }
  for (const std::size_t n_factors : {1U, 9U, 100U}) {
    const Model start = testing::normal_model(2, n_users, n_items, n_factors, true);
    const SgdOptions bitwise = distinct_options(SgdSolver::bitwise, 4);
    CHECK(same_bits(fitted(ratings, start, bitwise), naive_fit(ratings, start, bitwise)));
    const SgdOptions sequential = distinct_options(SgdSolver::sequential, 4);
    CHECK(largest_difference(fitted(ratings, start, sequential),
                             naive_fit(ratings, start, sequential)) < 1e-12);
  }
}

TEST_CASE("sgd: a trainer is copied from at any epoch and leaves biases of an unbiased model") {
  const auto ratings = testing::random_csr<std::int64_t>(1, 40, 30, 8);
  for (const SgdSolver solver : kSolvers) {
    for (const bool biased : {true, false}) {
      Model start = testing::normal_model(2, 40, 30, 6, biased);
      const Model& initial = start;
      SgdTrainer trainer(ratings.view(), initial.view(), distinct_options(solver, 0));
      Model model = start;
      trainer.copy_to(model.view());
      CHECK(same_bits(model, start));
      trainer.run_epoch();
      trainer.copy_to(model.view());
      CHECK(same_bits(model, fitted(ratings, start, distinct_options(solver, 1))));
      trainer.run_epoch();
      trainer.copy_to(model.view());
      CHECK(same_bits(model, fitted(ratings, start, distinct_options(solver, 2))));
      if (!biased) CHECK(model.bu == start.bu);
      Model wide = testing::normal_model(2, 40, 30, 7, biased);
      CHECK_THROWS_WITH_AS(trainer.copy_to(wide.view()), Contains("pu"), std::invalid_argument);
    }
  }
}

TEST_CASE("sgd: the defaults are scikit-surprise's") {
  const SgdOptions options;
  CHECK(options.solver == SgdSolver::sequential);
  CHECK(options.n_epochs == 20);
  for (const double lr : {options.lr_bu, options.lr_bi, options.lr_pu, options.lr_qi}) {
    CHECK(lr == 0.005);
  }
  for (const double reg : {options.reg_bu, options.reg_bi, options.reg_pu, options.reg_qi}) {
    CHECK(reg == 0.02);
  }
}

TEST_CASE("sgd: the order of a row's ratings matters and is kept") {
  const Csr<std::int32_t> forward{{0, 2}, {0, 1}, {5.0, 1.0}, 2};
  const Csr<std::int32_t> backward{{0, 2}, {1, 0}, {1.0, 5.0}, 2};
  const Model start = testing::normal_model(3, 1, 2, 4, true);
  const SgdOptions options = distinct_options(SgdSolver::bitwise, 1);
  CHECK(same_bits(fitted(backward, start, options), naive_fit(backward, start, options)));
  CHECK(!same_bits(fitted(backward, start, options), fitted(forward, start, options)));
}

TEST_CASE("sgd: two runs of one epoch are one run of two") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    const Model start = testing::normal_model(5, 20, 20, 10, true);
    const SgdOptions one = distinct_options(solver, 1);
    CHECK(same_bits(fitted(ratings, fitted(ratings, start, one), one),
                    fitted(ratings, start, distinct_options(solver, 2))));
  }
}

TEST_CASE("sgd: weights multiply the errors") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    const Model start = testing::normal_model(5, 20, 20, 10, true);
    const SgdOptions options = distinct_options(solver, 3);
    const auto weighted = [&](double weight) {
      const std::vector<double> weights(ratings.indices.size(), weight);
      Model model = start;
      const double loss = fit_sgd(ratings.view(), model.view(), options, {}, weights);
      return std::pair{model, loss};
    };
    CHECK(same_bits(weighted(1.0).first, fitted(ratings, start, options)));
    CHECK(weighted(0.0).second == 0.0);
    // Twice the error is twice the rate with half the regularisation.
    SgdOptions doubled = options;
    for (double SgdOptions::*lr :
         {&SgdOptions::lr_bu, &SgdOptions::lr_bi, &SgdOptions::lr_pu, &SgdOptions::lr_qi}) {
      doubled.*lr *= 2.0;
    }
    for (double SgdOptions::*reg :
         {&SgdOptions::reg_bu, &SgdOptions::reg_bi, &SgdOptions::reg_pu, &SgdOptions::reg_qi}) {
      doubled.*reg *= 0.5;
    }
    CHECK(largest_difference(weighted(2.0).first, fitted(ratings, start, doubled)) < 1e-12);
  }
}

TEST_CASE("sgd: the loss is the sum of the squared errors of the last epoch") {
  for (const SgdSolver solver : kSolvers) {
    // The errors of the first updates done by hand above; the second epoch sees a smaller one.
    for (const bool biased : {true, false}) {
      Model model = one_rating_model(biased);
      CHECK(fit_sgd(one_rating(4.0).view(), model.view(), exact_options(solver)) ==
            (biased ? 1.0 : 4.0));
      CHECK(fit_sgd(one_rating(4.0).view(), model.view(), {solver, 0}) == 0.0);
    }
  }
}

TEST_CASE("sgd: epochs are numbered from the first one on") {
  for (const SgdSolver solver : kSolvers) {
    SgdOptions options{solver, 2};
    options.first_epoch = 5;
    std::vector<int> epochs;
    Model model = one_rating_model(true);
    fit_sgd(one_rating(4.0).view(), model.view(), options, [&](int epoch) {
      epochs.push_back(epoch);
      return true;
    });
    CHECK(epochs == std::vector{5, 6});
    options.lr_bu = 1e308;
    options.n_epochs = 1;
    CHECK_THROWS_WITH_AS(fitted(one_rating(50.0), one_rating_model(true), options),
                         Contains("diverged in epoch 5"), std::domain_error);
  }
}

TEST_CASE("sgd: no epochs leave the factors as they are") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  const Model start = testing::normal_model(5, 20, 20, 10, true);
  for (const SgdSolver solver : kSolvers) {
    bool called = false;
    const Model model = fitted(ratings, start, distinct_options(solver, 0), [&](int) {
      called = true;
      return true;
    });
    CHECK(same_bits(model, start));
    CHECK(!called);
  }
}

TEST_CASE("sgd: users and items without ratings keep their factors") {
  const Csr<std::int32_t> ratings{{0, 0, 1, 1}, {2}, {5.0}, 4};
  const Model start = testing::normal_model(6, 3, 4, 5, true);
  for (const SgdSolver solver : kSolvers) {
    const Model model = fitted(ratings, start, distinct_options(solver, 3));
    for (std::size_t user = 0; user < 3; ++user) {
      CHECK((model.bu[user] == start.bu[user]) == (user != 1));
      CHECK((model.pu.at(user, 0) == start.pu.at(user, 0)) == (user != 1));
    }
    for (std::size_t item = 0; item < 4; ++item) {
      CHECK((model.bi[item] == start.bi[item]) == (item != 2));
      CHECK((model.qi.at(item, 4) == start.qi.at(item, 4)) == (item != 2));
    }
  }
}

TEST_CASE("sgd: no users and no ratings") {
  const Csr<std::int64_t> nobody{{0}, {}, {}, 0};
  const Csr<std::int64_t> silent{{0, 0, 0}, {}, {}, 3};
  for (const SgdSolver solver : kSolvers) {
    CHECK_NOTHROW(
        fitted(nobody, testing::normal_model(7, 0, 0, 5, true), distinct_options(solver, 2)));
    const Model start = testing::normal_model(7, 2, 3, 5, true);
    CHECK(same_bits(fitted(silent, start, distinct_options(solver, 2)), start));
  }
}

// Users like items of their own colour (5) and not the others (1). A quarter of the board is held
// out.
TEST_CASE("sgd: learns a checkerboard and fills its gaps") {
  constexpr std::size_t size = 16;
  Csr<std::int32_t> ratings{{0}, {}, {}, size};
  const auto held_out = [](std::size_t user, std::size_t item) {
    return (user + item / 2) % 4 == 0;
  };
  const auto rating = [](std::size_t user, std::size_t item) {
    return (user + item) % 2 == 0 ? 5.0 : 1.0;
  };
  for (std::size_t user = 0; user < size; ++user) {
    for (std::size_t item = 0; item < size; ++item) {
      if (held_out(user, item)) continue;
      ratings.indices.push_back(static_cast<std::int32_t>(item));
      ratings.values.push_back(rating(user, item) - 3.0);
    }
    ratings.offsets.push_back(static_cast<std::int32_t>(ratings.indices.size()));
  }
  for (const SgdSolver solver : kSolvers) {
    SgdOptions options{solver, 200};
    options.lr_pu = options.lr_qi = 0.02;
    const Model model = fitted(ratings, testing::normal_model(8, size, size, 4, false), options);
    for (std::size_t user = 0; user < size; ++user) {
      for (std::size_t item = 0; item < size; ++item) {
        CHECK(std::abs(product(model, user, item) + 3.0 - rating(user, item)) < 0.3);
      }
    }
  }
}

TEST_CASE("sgd: the callback hears of every epoch before it begins") {
  const Csr<std::int32_t> ratings = one_rating(4.0);
  for (const SgdSolver solver : kSolvers) {
    Model model = one_rating_model(true);
    std::vector<int> epochs;
    std::vector<double> biases;
    fit_sgd(ratings.view(), model.view(), distinct_options(solver, 3), [&](int epoch) {
      epochs.push_back(epoch);
      biases.push_back(model.bu[0]);
      return true;
    });
    CHECK(epochs == std::vector{0, 1, 2});
    CHECK(biases[0] == 0.5);
    CHECK(biases[1] != biases[0]);
    CHECK(model.bu[0] != biases[2]);
  }
}

TEST_CASE("sgd: the callback cancels between epochs") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    const Model start = testing::normal_model(5, 20, 20, 10, true);
    Model model = start;
    CHECK_THROWS_WITH_AS(fit_sgd(ratings.view(), model.view(), distinct_options(solver, 10),
                                 [](int epoch) { return epoch < 2; }),
                         Contains("epoch 2"), Cancelled);
    CHECK(same_bits(model, fitted(ratings, start, distinct_options(solver, 2))));
  }
}

TEST_CASE("sgd: an exception of the callback reaches the caller as it was thrown") {
  for (const SgdSolver solver : kSolvers) {
    CHECK_THROWS_WITH_AS(
        fitted(one_rating(4.0), one_rating_model(true), distinct_options(solver, 3),
               [](int epoch) -> bool {
                 if (epoch == 1) throw std::length_error("mine");
                 return true;
               }),
        "mine", std::length_error);
  }
}

TEST_CASE("sgd: divergence is an error that names its epoch and the learning rates") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    Model model = testing::normal_model(5, 20, 20, 10, true);
    const SgdOptions options{solver, 100, 11.0, 12.0, 13.0, 14.0};
    int begun = -1;
    std::string message;
    try {
      fit_sgd(ratings.view(), model.view(), options, [&](int epoch) {
        begun = epoch;
        return true;
      });
    } catch (const std::domain_error& error) {
      message = error.what();
    }
    CHECK(begun < 99);
    CHECK(message.find("diverged in epoch " + std::to_string(begun)) != std::string::npos);
    CHECK(message.find("lr_bu=11, lr_bi=12, lr_pu=13, lr_qi=14") != std::string::npos);
  }
}

TEST_CASE("sgd: divergence in the very last update is noticed") {
  for (const SgdSolver solver : kSolvers) {
    for (double SgdOptions::*rate :
         {&SgdOptions::lr_bu, &SgdOptions::lr_bi, &SgdOptions::lr_pu, &SgdOptions::lr_qi}) {
      SgdOptions options{solver, 1};
      options.*rate = 1e308;
      CHECK_THROWS_WITH_AS(fitted(one_rating(50.0), one_rating_model(true), options),
                           Contains("diverged in epoch 0"), std::domain_error);
    }
  }
}

TEST_CASE("sgd: a rating that is not finite is an error, not a model of NaN") {
  for (const SgdSolver solver : kSolvers) {
    for (const double rating : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      CHECK_THROWS_AS(fitted(one_rating(rating), one_rating_model(true), {solver, 1}),
                      std::domain_error);
    }
  }
}

TEST_CASE("sgd: the message names the argument that does not fit, and its value") {
  const Csr<std::int32_t> ratings{{0, 1, 2}, {0, 2}, {4.0, 5.0}, 3};
  const auto fit = [&](std::size_t n_users, std::size_t n_items, const SgdOptions& options) {
    return fitted(ratings, testing::normal_model(9, n_users, n_items, 2, true), options);
  };
  CHECK_NOTHROW(fit(2, 3, {}));
  CHECK_THROWS_WITH_AS(fit(2, 3, {SgdSolver::bitwise, -3}), Contains("n_epochs is -3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(4, 3, {}), Contains("2 users and 3 items do not fit factors of 4 and 3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(2, 5, {}), Contains("2 users and 3 items do not fit factors of 2 and 5"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(2, 3, {static_cast<SgdSolver>(7)}), Contains("solver"),
                       std::invalid_argument);
}

TEST_CASE("sgd: a pattern without ratings and factors of two widths are refused") {
  Csr<std::int32_t> ratings = one_rating(4.0);
  ratings.values.clear();
  CHECK_THROWS_WITH_AS(fitted(ratings, one_rating_model(true), {}), Contains("no ratings"),
                       std::invalid_argument);
  const Model model{Matrix<double>{1, 2}, Matrix<double>{1, 3}};
  CHECK_THROWS_WITH_AS(fitted(one_rating(4.0), model, {}), Contains("pu has 2 factors, qi has 3"),
                       std::invalid_argument);
}
