#include "astonish/svdpp.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
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
// Rows of less, exactly, and more than one, two, three, four vectors.
constexpr std::array<std::size_t, 12> kWidths{0, 1, 7, 8, 10, 16, 20, 24, 30, 32, 33, 100};

struct Svdpp {
  Model model;
  Matrix<double> yj;
};

Svdpp normal_svdpp(std::uint64_t seed, std::size_t n_users, std::size_t n_items,
                   std::size_t n_factors, bool biased = true) {
  return {testing::normal_model(seed, n_users, n_items, n_factors, biased),
          testing::normal_matrix<double>(seed + 2, n_items, n_factors, 0.1)};
}

// Ten different constants, so that no two of them can be mistaken for each other.
SvdppOptions distinct_options(SgdSolver solver, int n_epochs) {
  SvdppOptions options;
  options.solver = solver;
  options.n_epochs = n_epochs;
  options.lr_bu = 0.011, options.reg_bu = 0.021;
  options.lr_bi = 0.012, options.reg_bi = 0.022;
  options.lr_pu = 0.013, options.reg_pu = 0.023;
  options.lr_qi = 0.014, options.reg_qi = 0.024;
  options.lr_yj = 0.015, options.reg_yj = 0.025;
  return options;
}

// The formulas of svdpp.hpp as scikit-surprise computes them: sums from left to right, a division
// for each term, one rounding an operation. This file is compiled without contraction.
template <typename Offset>
void naive_update(Svdpp& svdpp, const Csr<Offset>& ratings, std::size_t user, std::size_t k,
                  const SvdppOptions& options) {
  Model& model = svdpp.model;
  const auto items = ratings.view().row_indices(user);
  const auto item = static_cast<std::size_t>(items[k]);
  const std::size_t n_factors = model.pu.cols;
  const double root = std::sqrt(static_cast<double>(items.size()));
  std::vector<double> z(n_factors);
  for (const std::int32_t j : items) {
    for (std::size_t f = 0; f < n_factors; ++f)
      z[f] += svdpp.yj.at(static_cast<std::size_t>(j), f) / root;
  }
  double dot = 0.0;
  for (std::size_t f = 0; f < n_factors; ++f)
    dot += model.qi.at(item, f) * (model.pu.at(user, f) + z[f]);
  const double rating = ratings.view().row_values(user)[k];
  double err = rating - dot;
  if (model.biased) {
    double& bu = model.bu[user];
    double& bi = model.bi[item];
    err = rating - (model.global_mean + bu + bi + dot);
    bu += options.lr_bu * (err - options.reg_bu * bu);
    bi += options.lr_bi * (err - options.reg_bi * bi);
  }
  for (std::size_t f = 0; f < n_factors; ++f) {
    const double p = model.pu.at(user, f);
    const double q = model.qi.at(item, f);
    model.pu.at(user, f) += options.lr_pu * (err * q - options.reg_pu * p);
    model.qi.at(item, f) += options.lr_qi * (err * (p + z[f]) - options.reg_qi * q);
    const double step = err * q / root;
    for (const std::int32_t j : items) {
      double& y = svdpp.yj.at(static_cast<std::size_t>(j), f);
      y += options.lr_yj * (step - options.reg_yj * y);
    }
  }
}

template <typename Offset>
Svdpp naive_fit(const Csr<Offset>& ratings, Svdpp svdpp, const SvdppOptions& options) {
  for (int epoch = 0; epoch < options.n_epochs; ++epoch) {
    for (std::size_t user = 0; user < ratings.view().n_rows(); ++user) {
      for (std::size_t k = 0; k < ratings.view().row_indices(user).size(); ++k) {
        naive_update(svdpp, ratings, user, k, options);
      }
    }
  }
  return svdpp;
}

template <typename Offset>
Svdpp fitted(const Csr<Offset>& ratings, Svdpp svdpp, const SvdppOptions& options,
             const EpochCallback& on_epoch = {}) {
  fit_svdpp(ratings.view(), svdpp.model.view(), svdpp.yj.view(), options, on_epoch);
  return svdpp;
}

bool same_bits(const Svdpp& a, const Svdpp& b) {
  return testing::same_bits(a.model, b.model) && testing::same_bits(a.yj.data, b.yj.data);
}

// The largest |x - y| / max(1, |y|).
double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k)
    largest = std::max(largest, std::abs(a[k] - b[k]) / std::max(1.0, std::abs(b[k])));
  return largest;
}

double largest_difference(const Svdpp& a, const Svdpp& b) {
  return std::max({largest_difference(a.model.pu.data, b.model.pu.data),
                   largest_difference(a.model.qi.data, b.model.qi.data),
                   largest_difference(a.model.bu, b.model.bu),
                   largest_difference(a.model.bi, b.model.bi),
                   largest_difference(a.yj.data, b.yj.data)});
}

// Rows of different items, in a random order.
template <typename Offset>
Csr<Offset> different_items(std::uint64_t seed, std::size_t n_rows, std::size_t n_cols) {
  Csr<Offset> csr{{0}, {}, {}, n_cols};
  std::vector<std::int32_t> items(n_cols);
  std::iota(items.begin(), items.end(), 0);
  for (std::size_t row = 0; row < n_rows; ++row) {
    RowRandom random(seed, row);
    for (std::size_t k = n_cols - 1; k > 0; --k)
      std::swap(items[k], items[random.below(static_cast<std::uint32_t>(k + 1))]);
    const std::uint32_t length = random.below(static_cast<std::uint32_t>(n_cols + 1));
    for (std::uint32_t k = 0; k < length; ++k) {
      csr.indices.push_back(items[k]);
      csr.values.push_back(1.0 + random.below(5));
    }
    csr.offsets.push_back(static_cast<Offset>(csr.indices.size()));
  }
  return csr;
}

// One user, one item, one factor, and constants whose products are exact.
Svdpp one_rating_svdpp(bool biased) {
  return {{Matrix<double>{1, 1, {1.0}}, Matrix<double>{1, 1, {2.0}}, {0.5}, {-0.5}, 3.0, biased},
          Matrix<double>{1, 1, {0.25}}};
}

SvdppOptions exact_options(SgdSolver solver) {
  SvdppOptions options;
  options.solver = solver;
  options.n_epochs = 1;
  options.lr_bu = options.lr_bi = options.lr_pu = options.lr_qi = options.lr_yj = 0.5;
  options.reg_bu = options.reg_bi = options.reg_pu = options.reg_qi = options.reg_yj = 0.25;
  return options;
}

}  // namespace

TEST_CASE("svdpp: one update of a biased model, done by hand") {
  for (const SgdSolver solver : kSolvers) {
    // estimate 3 + 0.5 - 0.5 + 2 * (1 + 0.25) = 5.5, so err = 4 - 5.5 = -1.5
    const Svdpp svdpp = fitted(one_rating(4.0), one_rating_svdpp(true), exact_options(solver));
    CHECK(svdpp.model.bu[0] == 0.5 + 0.5 * (-1.5 - 0.25 * 0.5));
    CHECK(svdpp.model.bi[0] == -0.5 + 0.5 * (-1.5 + 0.25 * 0.5));
    CHECK(svdpp.model.pu.data[0] == 1.0 + 0.5 * (-1.5 * 2.0 - 0.25 * 1.0));
    CHECK(svdpp.model.qi.data[0] == 2.0 + 0.5 * (-1.5 * 1.25 - 0.25 * 2.0));
    CHECK(svdpp.yj.data[0] == 0.25 + 0.5 * (-1.5 * 2.0 - 0.25 * 0.25));
  }
}

TEST_CASE("svdpp: one update of an unbiased model, done by hand") {
  for (const SgdSolver solver : kSolvers) {
    // estimate 2 * 1.25, so err = 4 - 2.5 = 1.5; mean and biases are neither read nor written
    Svdpp start = one_rating_svdpp(false);
    start.model.bu = start.model.bi = {std::numeric_limits<double>::quiet_NaN()};
    const Svdpp svdpp = fitted(one_rating(4.0), start, exact_options(solver));
    CHECK(svdpp.model.pu.data[0] == 1.0 + 0.5 * (1.5 * 2.0 - 0.25 * 1.0));
    CHECK(svdpp.model.qi.data[0] == 2.0 + 0.5 * (1.5 * 1.25 - 0.25 * 2.0));
    CHECK(svdpp.yj.data[0] == 0.25 + 0.5 * (1.5 * 2.0 - 0.25 * 0.25));
    CHECK(testing::same_bits(svdpp.model.bu, start.model.bu));
    CHECK(testing::same_bits(svdpp.model.bi, start.model.bi));
  }
}

TEST_CASE_TEMPLATE("svdpp: bitwise equals a plain loop to the last bit", Offset, std::int32_t,
                   std::int64_t) {
  const auto ratings = testing::random_csr<Offset>(1, 20, 30, 25);
  for (const std::size_t n_factors : kWidths) {
    for (const bool biased : {true, false}) {
      CAPTURE(n_factors);
      CAPTURE(biased);
      const Svdpp start = normal_svdpp(2, 20, 30, n_factors, biased);
      const SvdppOptions options = distinct_options(SgdSolver::bitwise, 3);
      CHECK(same_bits(fitted(ratings, start, options), naive_fit(ratings, start, options)));
    }
  }
}

TEST_CASE_TEMPLATE("svdpp: sequential equals a plain loop to 1e-12", Offset, std::int32_t,
                   std::int64_t) {
  const std::array all_ratings{different_items<Offset>(1, 20, 30),
                               testing::random_csr<Offset>(1, 20, 30, 25),  // some repeats
                               testing::random_csr<Offset>(1, 20, 4, 40)};  // many
  for (const Csr<Offset>& ratings : all_ratings) {
    for (const std::size_t n_factors : kWidths) {
      for (const bool biased : {true, false}) {
        CAPTURE(ratings.n_cols);
        CAPTURE(n_factors);
        CAPTURE(biased);
        const Svdpp start = normal_svdpp(2, 20, ratings.n_cols, n_factors, biased);
        const SvdppOptions options = distinct_options(SgdSolver::sequential, 3);
        const Svdpp svdpp = fitted(ratings, start, options);
        CHECK(largest_difference(svdpp, naive_fit(ratings, start, options)) < 1e-12);
        if (n_factors > 0) CHECK(largest_difference(svdpp.yj.data, start.yj.data) > 1e-3);
      }
    }
  }
}

TEST_CASE("svdpp: sequential with an item rated twice in a row, thrice, and by all") {
  const Csr<std::int32_t> ratings{{0, 2, 7, 8, 14},
                                  {1, 1, 0, 0, 2, 0, 1, 1, 2, 1, 2, 1, 2, 0},
                                  {5, 1, 4, 2, 3, 1, 5, 2, 2, 4, 4, 1, 3, 5},
                                  3};
  const Svdpp start = normal_svdpp(3, 4, 3, 5);
  const SvdppOptions options = distinct_options(SgdSolver::sequential, 4);
  CHECK(largest_difference(fitted(ratings, start, options), naive_fit(ratings, start, options)) <
        1e-13);
}

TEST_CASE("svdpp: sequential forgets yj as a plain loop does, however strong the regularisation") {
  const std::array all_ratings{different_items<std::int32_t>(4, 10, 40),
                               testing::random_csr<std::int32_t>(4, 10, 8, 30)};
  for (const Csr<std::int32_t>& ratings : all_ratings) {
    // 1 - lr * reg is 0.9, 0.1, 0, -0.5, -1
    for (const double reg : {1.0, 9.0, 10.0, 15.0, 20.0}) {
      CAPTURE(reg);
      const Svdpp start = normal_svdpp(5, 10, ratings.n_cols, 6);
      SvdppOptions options = distinct_options(SgdSolver::sequential, 3);
      options.lr_yj = 0.1;
      options.reg_yj = reg;
      CHECK(largest_difference(fitted(ratings, start, options),
                               naive_fit(ratings, start, options)) < 1e-12);
    }
  }
}

TEST_CASE("svdpp: the defaults are scikit-surprise's") {
  const SvdppOptions options;
  CHECK(options.solver == SgdSolver::sequential);
  CHECK(options.n_epochs == 20);
  for (const double lr :
       {options.lr_bu, options.lr_bi, options.lr_pu, options.lr_qi, options.lr_yj})
    CHECK(lr == 0.007);
  for (const double reg :
       {options.reg_bu, options.reg_bi, options.reg_pu, options.reg_qi, options.reg_yj})
    CHECK(reg == 0.02);
}

TEST_CASE("svdpp: two runs of one epoch are one run of two") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    const Svdpp start = normal_svdpp(5, 20, 20, 10);
    const SvdppOptions one = distinct_options(solver, 1);
    CHECK(same_bits(fitted(ratings, fitted(ratings, start, one), one),
                    fitted(ratings, start, distinct_options(solver, 2))));
  }
}

TEST_CASE("svdpp: no epochs leave the factors as they are") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  const Svdpp start = normal_svdpp(5, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    CHECK(same_bits(fitted(ratings, start, distinct_options(solver, 0)), start));
  }
}

TEST_CASE("svdpp: users and items without ratings keep their factors") {
  const Csr<std::int32_t> ratings{{0, 0, 1, 1}, {2}, {5.0}, 4};
  const Svdpp start = normal_svdpp(6, 3, 4, 5);
  for (const SgdSolver solver : kSolvers) {
    const Svdpp svdpp = fitted(ratings, start, distinct_options(solver, 3));
    for (std::size_t user = 0; user < 3; ++user) {
      CHECK((svdpp.model.bu[user] == start.model.bu[user]) == (user != 1));
      CHECK((svdpp.model.pu.at(user, 0) == start.model.pu.at(user, 0)) == (user != 1));
    }
    for (std::size_t item = 0; item < 4; ++item) {
      CHECK((svdpp.model.qi.at(item, 4) == start.model.qi.at(item, 4)) == (item != 2));
      CHECK((svdpp.yj.at(item, 4) == start.yj.at(item, 4)) == (item != 2));
    }
  }
}

TEST_CASE("svdpp: no users and no ratings") {
  const Csr<std::int64_t> nobody{{0}, {}, {}, 0};
  const Csr<std::int64_t> silent{{0, 0, 0}, {}, {}, 3};
  for (const SgdSolver solver : kSolvers) {
    CHECK_NOTHROW(fitted(nobody, normal_svdpp(7, 0, 0, 5), distinct_options(solver, 2)));
    const Svdpp start = normal_svdpp(7, 2, 3, 5);
    CHECK(same_bits(fitted(silent, start, distinct_options(solver, 2)), start));
  }
}

TEST_CASE("svdpp: the callback sees every epoch begin and cancels between them") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    std::vector<int> epochs;
    CHECK_THROWS_WITH_AS(fitted(ratings, normal_svdpp(5, 20, 20, 10), distinct_options(solver, 10),
                                [&](int epoch) {
                                  epochs.push_back(epoch);
                                  return epoch < 2;
                                }),
                         Contains("epoch 2"), Cancelled);
    CHECK(epochs == std::vector{0, 1, 2});
  }
}

TEST_CASE("svdpp: divergence is an error that names its epoch and the learning rates") {
  const auto ratings = testing::random_csr<std::int32_t>(4, 20, 20, 10);
  for (const SgdSolver solver : kSolvers) {
    SvdppOptions options = distinct_options(solver, 100);
    options.lr_yj = 13.0;
    int begun = -1;
    std::string message;
    try {
      fitted(ratings, normal_svdpp(5, 20, 20, 10), options, [&](int epoch) {
        begun = epoch;
        return true;
      });
    } catch (const std::domain_error& error) {
      message = error.what();
    }
    CHECK(begun < 99);
    CHECK(message.find("diverged in epoch " + std::to_string(begun)) != std::string::npos);
    CHECK(message.find("lr_bu=0.011, lr_bi=0.012, lr_pu=0.013, lr_qi=0.014, lr_yj=13") !=
          std::string::npos);
  }
}

TEST_CASE("svdpp: divergence in the very last update is noticed") {
  for (const SgdSolver solver : kSolvers) {
    for (double SvdppOptions::*rate : {&SvdppOptions::lr_yj, &SvdppOptions::reg_yj}) {
      SvdppOptions options;
      options.solver = solver;
      options.n_epochs = 1;
      options.lr_yj = 10.0;
      options.*rate = 1e308;
      Svdpp start = one_rating_svdpp(true);
      start.yj.data = {4.0};
      CHECK_THROWS_WITH_AS(fitted(one_rating(50.0), start, options),
                           Contains("diverged in epoch 0"), std::domain_error);
    }
  }
}

TEST_CASE("svdpp: the message names the argument that does not fit, and its value") {
  const Csr<std::int32_t> ratings{{0, 1, 2}, {0, 2}, {4.0, 5.0}, 3};
  const auto fit = [&](Svdpp svdpp, SgdSolver solver, int n_epochs) {
    return fitted(ratings, std::move(svdpp), distinct_options(solver, n_epochs));
  };
  CHECK_NOTHROW(fit(normal_svdpp(9, 2, 3, 2), SgdSolver::bitwise, 1));
  CHECK_THROWS_WITH_AS(fit(normal_svdpp(9, 2, 3, 2), SgdSolver::bitwise, -3),
                       Contains("n_epochs is -3"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(normal_svdpp(9, 4, 3, 2), SgdSolver::bitwise, 1),
                       Contains("2 users and 3 items do not fit factors of 4 and 3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit(normal_svdpp(9, 2, 3, 2), static_cast<SgdSolver>(7), 1),
                       Contains("solver"), std::invalid_argument);
  Svdpp narrow = normal_svdpp(9, 2, 3, 2);
  narrow.yj = Matrix<double>(3, 1);
  CHECK_THROWS_WITH_AS(fit(narrow, SgdSolver::sequential, 1),
                       Contains("yj is 3 x 1, expected 3 x 2"), std::invalid_argument);
  Svdpp shorter = normal_svdpp(9, 2, 3, 2);
  shorter.yj = Matrix<double>(2, 2);
  CHECK_THROWS_WITH_AS(fit(shorter, SgdSolver::sequential, 1),
                       Contains("yj is 2 x 2, expected 3 x 2"), std::invalid_argument);
}

// What the items add to the users

namespace {

template <typename Offset>
Matrix<double> user_factors(const Csr<Offset>& ratings, const std::vector<std::int32_t>& users,
                            const Svdpp& svdpp, int n_threads) {
  Matrix<double> out(users.size(), svdpp.yj.cols);
  svdpp_user_factors<Offset>(ratings.view(), users, svdpp.model.pu.view(), svdpp.yj.view(),
                             out.view(), n_threads);
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("svdpp: factors of users are a sum, one division and a sum", Offset,
                   std::int32_t, std::int64_t) {
  const auto ratings = testing::random_csr<Offset>(1, 300, 40, 9);
  const Svdpp svdpp = normal_svdpp(2, 300, 40, 13);
  std::vector<std::int32_t> users;
  for (std::int32_t user = 299; user >= 0; --user) users.insert(users.end(), {user, user});
  Matrix<double> expected(users.size(), 13);
  for (std::size_t k = 0; k < users.size(); ++k) {
    const auto user = static_cast<std::size_t>(users[k]);
    const auto items = ratings.view().row_indices(user);
    for (std::size_t f = 0; f < 13; ++f) {
      double sum = 0.0;
      for (const std::int32_t item : items) sum += svdpp.yj.at(static_cast<std::size_t>(item), f);
      const double z = items.empty() ? 0.0 : sum / std::sqrt(static_cast<double>(items.size()));
      expected.at(k, f) = svdpp.model.pu.at(user, f) + z;
    }
  }
  for (const int n_threads : {1, 2, 3, 7}) {
    CHECK(testing::same_bits(user_factors(ratings, users, svdpp, n_threads).data, expected.data));
  }
}

TEST_CASE("svdpp: factors of users are checked") {
  const Csr<std::int32_t> ratings{{0, 1, 2}, {0, 2}, {4.0, 5.0}, 3};
  const Svdpp svdpp = normal_svdpp(9, 2, 3, 2);
  CHECK(user_factors(ratings, {}, svdpp, 1).data.empty());
  CHECK_THROWS_WITH_AS(user_factors(ratings, {0, 2}, svdpp, 1), Contains("users[1] is 2"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(user_factors(ratings, {-1}, svdpp, 1), Contains("users[0] is -1"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(user_factors(ratings, {0}, normal_svdpp(9, 5, 3, 2), 1),
                       Contains("pu is 5 x 2, expected 2 x 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(user_factors(ratings, {0}, normal_svdpp(9, 2, 4, 2), 1),
                       Contains("yj is 4 x 2, expected 3 x 2"), std::invalid_argument);
  Matrix<double> out(2, 2);
  const std::vector<std::int32_t> one{0};
  CHECK_THROWS_WITH_AS(svdpp_user_factors<std::int32_t>(ratings.view(), one, svdpp.model.pu.view(),
                                                        svdpp.yj.view(), out.view(), 1),
                       Contains("out is 2 x 2, expected 1 x 2"), std::invalid_argument);
}
