#include "astonish/nmf.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
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

Model positive_model(std::uint64_t seed, std::size_t n_users, std::size_t n_items,
                     std::size_t n_factors, bool biased) {
  Model model = testing::normal_model(seed, n_users, n_items, n_factors, biased);
  for (std::vector<double>* factors : {&model.pu.data, &model.qi.data}) {
    for (double& factor : *factors) factor = std::abs(factor);
  }
  return model;
}

// Six different constants, so that no two of them can be mistaken for each other.
NmfOptions distinct_options(int n_epochs) {
  return {n_epochs, 0.061, 0.062, 0.011, 0.012, 0.021, 0.022};
}

struct Sums {
  Sums(std::size_t rows, std::size_t cols) : numerator(rows, cols), denominator(rows, cols) {}
  Matrix<double> numerator, denominator;
};

void naive_scale(Matrix<double>& factors, Sums& sums, const std::vector<int>& n_ratings,
                 double reg) {
  for (std::size_t row = 0; row < factors.rows; ++row) {
    for (std::size_t f = 0; f < factors.cols; ++f) {
      double& factor = factors.at(row, f);
      if (factor == 0.0) continue;
      double& denominator = sums.denominator.at(row, f);
      denominator += n_ratings[row] * reg * factor;
      if (denominator == 0.0) continue;
      factor *= sums.numerator.at(row, f) / denominator;
    }
  }
}

// One epoch as scikit-surprise computes it, rating after rating. This file is compiled without
// contraction of multiply and add. Returns the sum of the squared errors.
template <typename Offset>
double naive_epoch(const Csr<Offset>& ratings, Model& model, const NmfOptions& options) {
  const std::size_t n_factors = model.pu.cols;
  Sums users(model.pu.rows, n_factors), items(model.qi.rows, n_factors);
  std::vector<int> n_u(model.pu.rows), n_i(model.qi.rows);
  double squared_error = 0.0;
  for (std::size_t user = 0; user < model.pu.rows; ++user) {
    const auto row = ratings.view().row_indices(user);
    for (std::size_t k = 0; k < row.size(); ++k) {
      const auto item = static_cast<std::size_t>(row[k]);
      const double rating = ratings.view().row_values(user)[k];
      double est = 0.0;
      for (std::size_t f = 0; f < n_factors; ++f)
        est += model.qi.at(item, f) * model.pu.at(user, f);
      if (model.biased) {
        double& bu = model.bu[user];
        double& bi = model.bi[item];
        est = model.global_mean + bu + bi + est;
        const double err = rating - est;
        bu += options.lr_bu * (err - options.reg_bu * bu);
        bi += options.lr_bi * (err - options.reg_bi * bi);
      }
      for (std::size_t f = 0; f < n_factors; ++f) {
        users.numerator.at(user, f) += model.qi.at(item, f) * rating;
        users.denominator.at(user, f) += model.qi.at(item, f) * est;
        items.numerator.at(item, f) += model.pu.at(user, f) * rating;
        items.denominator.at(item, f) += model.pu.at(user, f) * est;
      }
      squared_error += (rating - est) * (rating - est);
      ++n_u[user];
      ++n_i[item];
    }
  }
  naive_scale(model.pu, users, n_u, options.reg_pu);
  naive_scale(model.qi, items, n_i, options.reg_qi);
  return squared_error;
}

template <typename Offset>
Model naive_fit(const Csr<Offset>& ratings, Model model, const NmfOptions& options) {
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) naive_epoch(ratings, model, options);
  return model;
}

template <typename Offset>
Model fitted(const Csr<Offset>& ratings, Model model, const NmfOptions& options, int n_threads = 1,
             const EpochCallback& on_epoch = {}) {
  fit_nmf(ratings.view(), model.view(), options, n_threads, on_epoch);
  return model;
}

Model one_rating_model(double p, double q, bool biased = false) {
  return {Matrix<double>{1, 1, {p}}, Matrix<double>{1, 1, {q}}, {0.5}, {-0.5}, 3.0, biased};
}

}  // namespace

TEST_CASE("nmf: one epoch of an unbiased model, done by hand") {
  // estimate 1 * 2 = 2; both ratios are read from the old factors
  const Model model = fitted(one_rating(4.0), one_rating_model(1.0, 2.0), {1, 0.5, 0.25});
  CHECK(model.pu.data[0] == 1.0 * ((2.0 * 4.0) / (2.0 * 2.0 + 0.5 * 1.0)));
  CHECK(model.qi.data[0] == 2.0 * ((1.0 * 4.0) / (1.0 * 2.0 + 0.25 * 2.0)));
  CHECK(model.bu[0] == 0.5);
  CHECK(model.bi[0] == -0.5);
}

TEST_CASE("nmf: one epoch of a biased model, done by hand") {
  // estimate 3 + 0.5 - 0.5 + 1 * 2 = 5, so err = 4 - 5 = -1
  const Model model = fitted(one_rating(4.0), one_rating_model(1.0, 2.0, true),
                             {1, 0.5, 0.25, 0.5, 0.5, 0.25, 0.25});
  CHECK(model.pu.data[0] == 1.0 * ((2.0 * 4.0) / (2.0 * 5.0 + 0.5 * 1.0)));
  CHECK(model.qi.data[0] == 2.0 * ((1.0 * 4.0) / (1.0 * 5.0 + 0.25 * 2.0)));
  CHECK(model.bu[0] == 0.5 + 0.5 * (-1.0 - 0.25 * 0.5));
  CHECK(model.bi[0] == -0.5 + 0.5 * (-1.0 + 0.25 * 0.5));
}

TEST_CASE_TEMPLATE("nmf: equals a plain loop to the last bit with any number of threads", Offset,
                   std::int32_t, std::int64_t) {
  const auto ratings = testing::random_csr<Offset>(1, 150, 90, 25);
  for (const std::size_t n_factors : {0U, 1U, 7U, 8U, 15U, 16U, 17U, 24U, 32U, 33U, 71U}) {
    for (const bool biased : {true, false}) {
      CAPTURE(n_factors);
      CAPTURE(biased);
      const Model start = positive_model(2, 150, 90, n_factors, biased);
      const Model expected = naive_fit(ratings, start, distinct_options(4));
      for (const int n_threads : {1, 2, 3, 7}) {
        CHECK(same_bits(fitted(ratings, start, distinct_options(4), n_threads), expected));
      }
    }
  }
}

TEST_CASE("nmf: epoch by epoch the model and its errors are those of a plain loop") {
  const auto ratings = testing::random_csr<std::int64_t>(1, 150, 90, 25);
  for (const bool biased : {true, false}) {
    CAPTURE(biased);
    Model expected = positive_model(2, 150, 90, 15, biased);
    const NmfOptions options = distinct_options(0);
    NmfTrainer single(ratings.view(), std::as_const(expected).view(), options);
    NmfTrainer shared(ratings.view(), std::as_const(expected).view(), options);
    Model model = positive_model(3, 150, 90, 15, biased);
    const std::vector<double> bu = model.bu, bi = model.bi;
    for (int epoch = 0; epoch < 3; ++epoch) {
      const double squared_error = naive_epoch(ratings, expected, options);
      const double found = single.run_epoch(1);
      CHECK(found == doctest::Approx(squared_error).epsilon(1e-12));
      CHECK(shared.run_epoch(3) == found);
      shared.copy_to(model.view());
      CHECK(testing::same_bits(model.pu.data, expected.pu.data));
      CHECK(testing::same_bits(model.qi.data, expected.qi.data));
      CHECK(testing::same_bits(model.bu, biased ? expected.bu : bu));
      CHECK(testing::same_bits(model.bi, biased ? expected.bi : bi));
    }
  }
}

TEST_CASE("nmf: a trainer copies what it is given, and moves") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  const Model start = positive_model(5, 20, 20, 3, true);
  Model initial = start;
  NmfTrainer first(ratings.view(), std::as_const(initial).view(), distinct_options(0));
  initial.pu.data.assign(initial.pu.data.size(), 7.0);
  initial.bu.assign(initial.bu.size(), 7.0);
  NmfTrainer trainer = std::move(first);
  trainer.run_epoch(1);
  trainer.copy_to(initial.view());
  CHECK(same_bits(initial, fitted(ratings, start, distinct_options(1))));
}

TEST_CASE("nmf: the defaults are scikit-surprise's") {
  const NmfOptions options;
  CHECK(options.n_epochs == 50);
  for (const double reg : {options.reg_pu, options.reg_qi}) CHECK(reg == 0.06);
  for (const double reg : {options.reg_bu, options.reg_bi}) CHECK(reg == 0.02);
  for (const double lr : {options.lr_bu, options.lr_bi}) CHECK(lr == 0.005);
}

TEST_CASE("nmf: factors stay non-negative, and the error falls") {
  const auto ratings = testing::random_csr<std::int32_t>(3, 60, 40, 20);
  const auto squared_error = [&](const Model& model) {
    double sum = 0.0;
    for (std::size_t user = 0; user < 60; ++user) {
      const auto items = ratings.view().row_indices(user);
      for (std::size_t k = 0; k < items.size(); ++k) {
        double err = ratings.view().row_values(user)[k];
        for (std::size_t f = 0; f < 6; ++f)
          err -= model.pu.at(user, f) * model.qi.at(static_cast<std::size_t>(items[k]), f);
        sum += err * err;
      }
    }
    return sum;
  };
  // Both sides are scaled at once, so a start far from the ratings' size only swings about it.
  Model model = positive_model(4, 60, 40, 6, false);
  for (double& factor : model.pu.data) factor += 0.6;
  for (double& factor : model.qi.data) factor += 0.6;
  const double first = squared_error(model);
  double before = first;
  for (int round = 0; round < 10; ++round) {
    model = fitted(ratings, model, {50, 0.0, 0.0});
    CHECK(squared_error(model) < before);
    before = squared_error(model);
    for (const std::vector<double>* factors : {&model.pu.data, &model.qi.data})
      CHECK(std::all_of(factors->begin(), factors->end(), [](double x) { return x >= 0.0; }));
  }
  CHECK(before < first / 3);
}

TEST_CASE("nmf: a factor of zero stays zero and one with a denominator of zero stays as it is") {
  const Model zero = fitted(one_rating(4.0), one_rating_model(0.0, 2.0), {3});
  CHECK(zero.pu.data[0] == 0.0);
  CHECK(zero.qi.data[0] == 0.0);  // its numerator is zero, its denominator is 0.06 * 2
  const Model kept = fitted(one_rating(4.0), one_rating_model(0.0, 2.0), {3, 0.0, 0.0});
  CHECK(kept.pu.data[0] == 0.0);
  CHECK(kept.qi.data[0] == 2.0);
}

TEST_CASE("nmf: ratings of zero end in factors of zero, not in NaN") {
  const Model model = fitted(one_rating(0.0), one_rating_model(1.0, 2.0), {5, 0.0, 0.0});
  CHECK(model.pu.data[0] == 0.0);
  CHECK(model.qi.data[0] == 0.0);
}

TEST_CASE("nmf: users and items without ratings keep their factors") {
  const Csr<std::int32_t> ratings{{0, 0, 1, 1}, {2}, {5.0}, 4};
  for (const double reg : {0.06, 0.0}) {
    const Model start = positive_model(6, 3, 4, 5, true);
    const Model model = fitted(ratings, start, {3, reg, reg});
    for (std::size_t user = 0; user < 3; ++user)
      CHECK((model.bu[user] == start.bu[user]) == (user != 1));
    for (std::size_t item = 0; item < 4; ++item)
      CHECK((model.bi[item] == start.bi[item]) == (item != 2));
    for (std::size_t f = 0; f < 5; ++f) {
      CHECK(model.pu.at(0, f) == start.pu.at(0, f));
      CHECK(model.pu.at(1, f) != start.pu.at(1, f));
      CHECK(model.qi.at(0, f) == start.qi.at(0, f));
      CHECK(model.qi.at(2, f) != start.qi.at(2, f));
    }
  }
}

TEST_CASE("nmf: no users, no ratings and no epochs") {
  const Csr<std::int64_t> nobody{{0}, {}, {}, 0};
  CHECK_NOTHROW(fitted(nobody, positive_model(7, 0, 0, 5, true), {2}));
  const Csr<std::int64_t> silent{{0, 0, 0}, {}, {}, 3};
  const Model start = positive_model(7, 2, 3, 5, true);
  CHECK(same_bits(fitted(silent, start, {2}), start));
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  const Model untrained = positive_model(8, 20, 20, 10, false);
  CHECK(same_bits(fitted(ratings, untrained, {0}), untrained));
}

TEST_CASE("nmf: the callback sees every epoch begin and cancels between them") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  std::vector<int> epochs;
  CHECK_THROWS_WITH_AS(fitted(ratings, positive_model(5, 20, 20, 10, true), {10}, 1,
                              [&](int epoch) {
                                epochs.push_back(epoch);
                                return epoch < 2;
                              }),
                       Contains("epoch 2"), Cancelled);
  CHECK(epochs == std::vector{0, 1, 2});
}

TEST_CASE("nmf: a fit that throws leaves the model as it was") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  const Model start = positive_model(5, 20, 20, 10, true);
  Model model = start;
  CHECK_THROWS_AS(
      fit_nmf(ratings.view(), model.view(), {10}, 1, [](int epoch) { return epoch < 2; }),
      Cancelled);
  CHECK(same_bits(model, start));
}

TEST_CASE("nmf: factors that stop being finite are an error that names the epoch") {
  CHECK_THROWS_WITH_AS(fitted(one_rating(1e300), one_rating_model(1e10, 1e-10), {1}),
                       Contains("factorization diverged in epoch 0: the factors are no longer"),
                       std::domain_error);
  NmfOptions options{50};
  options.lr_bu = 1e300;
  CHECK_THROWS_WITH_AS(fitted(one_rating(4.0), one_rating_model(1.0, 2.0, true), options),
                       Contains("learning rates (lr_bu=1e+300, lr_bi=0.005)"), std::domain_error);
  CHECK_THROWS_AS(fitted(one_rating(std::nan("")), one_rating_model(1.0, 2.0), {1}),
                  std::domain_error);
}

TEST_CASE("nmf: the message names the argument that does not fit, and its value") {
  const Csr<std::int32_t> ratings{{0, 1, 2}, {0, 2}, {4.0, 5.0}, 3};
  const auto fit = [&](std::size_t n_users, std::size_t n_items, const NmfOptions& options,
                       int n_threads = 1) {
    return fitted(ratings, positive_model(9, n_users, n_items, 2, false), options, n_threads);
  };
  CHECK_NOTHROW(fit(2, 3, {}));
  CHECK_THROWS_WITH_AS(fit(2, 3, {-3}), Contains("n_epochs is -3"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(2, 3, {1}, 0), Contains("n_threads is 0"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(4, 3, {}), Contains("2 users and 3 items do not fit factors of 4 and 3"),
                       std::invalid_argument);
  const Model start = positive_model(9, 2, 3, 2, false);
  NmfTrainer trainer(ratings.view(), start.view(), {});
  CHECK_THROWS_WITH_AS(trainer.run_epoch(0), Contains("n_threads is 0"), std::invalid_argument);
  Model wide = positive_model(9, 2, 3, 4, false);
  CHECK_THROWS_WITH_AS(trainer.copy_to(wide.view()), Contains("pu is 2 x 4, expected 2 x 2"),
                       std::invalid_argument);
  Model many = positive_model(9, 2, 5, 2, false);
  CHECK_THROWS_WITH_AS(trainer.copy_to(many.view()), Contains("qi is 5 x 2, expected 3 x 2"),
                       std::invalid_argument);
  Csr<std::int32_t> pattern = one_rating(4.0);
  pattern.values.clear();
  CHECK_THROWS_WITH_AS(fitted(pattern, one_rating_model(1.0, 2.0), {}), Contains("no ratings"),
                       std::invalid_argument);
}
