#include "astonish/implicit_als.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Csr;
using astonish::testing::Matrix;
using astonish::testing::normal_matrix;
using astonish::testing::same_bits;
using doctest::Contains;

namespace {

constexpr std::array kSolvers{ImplicitSolver::cholesky, ImplicitSolver::cg, ImplicitSolver::ialspp};

// Weights of 0 to 4; every pair occurs at most once.
template <typename Offset>
Csr<Offset> random_interactions(std::uint64_t seed, std::size_t n_rows, std::size_t n_cols,
                                std::uint32_t one_in) {
  Csr<Offset> csr{{0}, {}, {}, n_cols};
  for (std::size_t row = 0; row < n_rows; ++row) {
    RowRandom random(seed, row);
    const std::uint32_t rarity = row % 5 == 4 ? 1000000 : one_in;  // every fifth row is empty
    for (std::size_t col = 0; col < n_cols; ++col) {
      if (random.below(rarity) != 0) continue;
      csr.indices.push_back(static_cast<std::int32_t>(col));
      csr.values.push_back(random.below(5));
    }
    csr.offsets.push_back(static_cast<Offset>(csr.indices.size()));
  }
  return csr;
}

// Six different constants, so that no two of them can be mistaken for each other.
ImplicitOptions distinct_options(ImplicitSolver solver) {
  return {solver, 3.0, 0.7, 0.05, 0.6, 2, 4};
}

template <typename T, typename Offset>
Matrix<T> solved(const Csr<Offset>& interactions, const Matrix<T>& fixed, Matrix<T> start,
                 const ImplicitOptions& options, int n_threads = 1) {
  ImplicitSide<T>(fixed.view(), options, n_threads)
      .solve(interactions.view(), start.view(), n_threads);
  return start;
}

// The objective pair by pair.
double naive_loss(const Csr<std::int32_t>& by_user, const Matrix<double>& pu,
                  const Matrix<double>& qi, const ImplicitOptions& options) {
  Matrix<double> weights(pu.rows, qi.rows);
  std::vector<double> n_u(pu.rows), n_i(qi.rows);
  for (std::size_t u = 0; u < pu.rows; ++u) {
    const auto items = by_user.view().row_indices(u);
    for (std::size_t k = 0; k < items.size(); ++k) {
      const auto i = static_cast<std::size_t>(items[k]);
      weights.at(u, i) = by_user.view().row_values(u)[k];
      n_u[u] += weights.at(u, i) > 0;
      n_i[i] += weights.at(u, i) > 0;
    }
  }
  double loss = 0.0;
  for (std::size_t u = 0; u < pu.rows; ++u) {
    for (std::size_t i = 0; i < qi.rows; ++i) {
      double error = weights.at(u, i) > 0 ? 1.0 : 0.0;
      for (std::size_t f = 0; f < pu.cols; ++f) error -= pu.at(u, f) * qi.at(i, f);
      loss += (options.alpha0 + options.alpha * weights.at(u, i)) * error * error;
    }
  }
  const auto penalty = [&](const Matrix<double>& rows, const std::vector<double>& n,
                           std::size_t n_others) {
    for (std::size_t row = 0; row < rows.rows; ++row) {
      const double reg =
          options.reg *
          std::pow(n[row] + options.alpha0 * static_cast<double>(n_others), options.nu);
      for (std::size_t f = 0; f < rows.cols; ++f) loss += reg * rows.at(row, f) * rows.at(row, f);
    }
  };
  penalty(pu, n_u, qi.rows);
  penalty(qi, n_i, pu.rows);
  return loss;
}

struct Problem {
  Csr<std::int32_t> by_user = random_interactions<std::int32_t>(1, 90, 70, 6);
  Csr<std::int32_t> by_item = testing::transposed(by_user);
  Matrix<double> pu = normal_matrix<double>(2, 90, 11, 0.3);
  Matrix<double> qi = normal_matrix<double>(3, 70, 11, 0.3);
};

}  // namespace

TEST_CASE("implicit_als: one interaction, done by hand") {
  // weights 2 and none; gram = 4 + 9; c = 1 + 3 * 2; reg = 0.5
  const Csr<std::int32_t> row{{0, 1}, {0}, {2.0}, 2};
  const Matrix<double> items(2, 1, {2.0, 3.0});
  const ImplicitOptions options{ImplicitSolver::cholesky, 3.0, 1.0, 0.5, 0.0};
  const auto user = solved(row, items, Matrix<double>(1, 1), options);
  CHECK(user.data[0] == doctest::Approx(7.0 * 2.0 / (13.0 + 6.0 * 4.0 + 0.5)).epsilon(1e-14));
}

TEST_CASE("implicit_als: the loss is that of all pairs") {
  const Problem problem;
  for (const double nu : {0.0, 0.6, 1.0}) {
    ImplicitOptions options = distinct_options(ImplicitSolver::cg);
    options.nu = nu;
    CHECK(implicit_loss<double>(problem.by_user.view(), problem.pu.view(), problem.qi.view(),
                                options, 2) ==
          doctest::Approx(naive_loss(problem.by_user, problem.pu, problem.qi, options))
              .epsilon(1e-12));
  }
}

TEST_CASE("implicit_als: an exact solution is a minimum, and all solvers find it") {
  const Problem problem;
  ImplicitOptions options = distinct_options(ImplicitSolver::cholesky);
  const auto exact = solved(problem.by_user, problem.qi, problem.pu, options);
  const double least = naive_loss(problem.by_user, exact, problem.qi, options);
  for (std::size_t k = 0; k < exact.data.size(); ++k) {
    if (exact.data[k] == 0.0) continue;  // an empty row
    for (const double step : {-1e-3, 1e-3}) {
      auto moved = exact;
      moved.data[k] += step;
      CHECK(naive_loss(problem.by_user, moved, problem.qi, options) > least);
    }
  }
  options.cg_steps = 11;
  options.block_size = 11;
  for (const auto solver : {ImplicitSolver::cg, ImplicitSolver::ialspp}) {
    options.solver = solver;
    const auto other = solved(problem.by_user, problem.qi, problem.pu, options);
    for (std::size_t k = 0; k < exact.data.size(); ++k) {
      CHECK(other.data[k] == doctest::Approx(exact.data[k]).epsilon(1e-9));
    }
  }
}

TEST_CASE("implicit_als: no half-step raises the loss") {
  for (const auto solver : kSolvers) {
    Problem problem;
    const ImplicitOptions options = distinct_options(solver);
    double before = std::numeric_limits<double>::infinity();
    for (int half_step = 0; half_step < 20; ++half_step) {
      if (half_step % 2 == 0) {
        problem.pu = solved(problem.by_user, problem.qi, problem.pu, options);
      } else {
        problem.qi = solved(problem.by_item, problem.pu, problem.qi, options);
      }
      const double loss = naive_loss(problem.by_user, problem.pu, problem.qi, options);
      CHECK(loss <= before * (1 + 1e-12));
      before = loss;
    }
  }
}

TEST_CASE_TEMPLATE("implicit_als: the same bits for any number of threads and kind of offsets", T,
                   float, double) {
  const auto narrow = random_interactions<std::int32_t>(4, 400, 150, 4);
  const auto wide = random_interactions<std::int64_t>(4, 400, 150, 4);
  for (const std::size_t n_factors : {1U, 16U, 37U}) {
    const auto fixed = normal_matrix<T>(5, 150, n_factors);
    const auto start = normal_matrix<T>(6, 400, n_factors);
    for (const auto solver : kSolvers) {
      const ImplicitOptions options = distinct_options(solver);
      const auto expected = solved(narrow, fixed, start, options);
      const double loss =
          implicit_loss<T>(narrow.view(), expected.view(), fixed.view(), options, 1);
      for (const int n_threads : {1, 2, 3, 7}) {
        CHECK(same_bits(solved(narrow, fixed, start, options, n_threads).data, expected.data));
        CHECK(same_bits(solved(wide, fixed, start, options, n_threads).data, expected.data));
        CHECK(implicit_loss<T>(wide.view(), expected.view(), fixed.view(), options, n_threads) ==
              loss);
      }
    }
  }
}

TEST_CASE("implicit_als: a weight of zero is no interaction, and no weights are weights of one") {
  const auto fixed = normal_matrix<double>(7, 3, 2);
  const auto start = normal_matrix<double>(8, 2, 2);
  const Csr<std::int32_t> with_zeros{{0, 2, 3}, {0, 2, 1}, {1.0, 0.0, 0.0}, 3};
  const Csr<std::int32_t> without{{0, 1, 1}, {0}, {}, 3};
  for (const auto solver : kSolvers) {
    const auto options = distinct_options(solver);
    const auto result = solved(with_zeros, fixed, start, options);
    CHECK(same_bits(result.data, solved(without, fixed, start, options).data));
    CHECK(result.data[2] == 0.0);
    CHECK(result.data[3] == 0.0);
    CHECK(implicit_loss<double>(with_zeros.view(), result.view(), fixed.view(), options, 1) ==
          implicit_loss<double>(without.view(), result.view(), fixed.view(), options, 1));
  }
}

TEST_CASE_TEMPLATE("implicit_als: nothing is NaN", T, float, double) {
  const auto interactions = random_interactions<std::int32_t>(9, 40, 10, 2);
  Csr<std::int32_t> huge = interactions;
  for (double& value : huge.values) value *= 1e290;
  huge.values[0] = 1e-290;
  const auto zero = Matrix<T>(10, 30);
  for (const auto solver : kSolvers) {
    ImplicitOptions options = distinct_options(solver);
    options.nu = 0.0;
    for (const double reg : {0.0, 0.1, 1e200}) {
      for (const double alpha0 : {0.0, 1.0}) {
        options.reg = reg;
        options.alpha0 = alpha0;
        for (const auto& weights : {interactions, huge}) {
          for (const auto& fixed : {zero, normal_matrix<T>(10, 10, 30)}) {  // fewer than factors
            const auto result = solved(weights, fixed, normal_matrix<T>(11, 40, 30), options);
            CHECK(std::all_of(result.data.begin(), result.data.end(),
                              [](T value) { return std::isfinite(value); }));
          }
        }
      }
    }
  }
}

TEST_CASE("implicit_als: without regularisation the shortest of many solutions is found") {
  // Two items alike: the second factor of every user is one that no item has.
  const Csr<std::int32_t> row{{0, 1}, {0}, {1.0}, 2};
  const Matrix<double> items(2, 2, {1.0, 0.0, 1.0, 0.0});
  for (const auto solver : {ImplicitSolver::cholesky, ImplicitSolver::cg}) {
    const ImplicitOptions options{solver, 1.0, 1.0, 0.0};
    const auto user = solved(row, items, Matrix<double>(1, 2, {0.5, 0.5}), options);
    CHECK(user.data[0] == doctest::Approx(2.0 / 3.0));
    CHECK(user.data[1] == doctest::Approx(0.0));
  }
}

TEST_CASE("implicit_als: a row longer than what is gathered") {
  const std::size_t n_others = 9000;  // times 64 doubles
  Csr<std::int32_t> row{{0, static_cast<std::int32_t>(n_others)}, {}, {}, n_others};
  for (std::size_t k = 0; k < n_others; ++k) {
    row.indices.push_back(static_cast<std::int32_t>(k));
    row.values.push_back(static_cast<double>(k % 3));
  }
  const auto fixed = normal_matrix<double>(1, n_others, 64);
  ImplicitOptions options;
  options.cg_steps = 64;
  const auto exact = solved(row, fixed, Matrix<double>(1, 64), options);
  options.solver = ImplicitSolver::cg;
  const auto other = solved(row, fixed, Matrix<double>(1, 64), options);
  for (std::size_t k = 0; k < 64; ++k) {
    CHECK(other.data[k] == doctest::Approx(exact.data[k]).epsilon(1e-9));
  }
}

TEST_CASE("implicit_als: no rows, no others, no factors") {
  const Csr<std::int64_t> nobody{{0}, {}, {}, 4};
  const Csr<std::int64_t> nothing{{0, 0, 0}, {}, {}, 0};
  for (const auto solver : kSolvers) {
    const auto options = distinct_options(solver);
    CHECK(solved(nobody, normal_matrix<double>(1, 4, 3), Matrix<double>(0, 3), options).rows == 0);
    const auto empty =
        solved(nothing, Matrix<double>(0, 3), normal_matrix<double>(1, 2, 3), options);
    CHECK(empty.data == std::vector<double>(6));
    CHECK_NOTHROW(solved(random_interactions<std::int64_t>(1, 9, 4, 2), Matrix<double>(4, 0),
                         Matrix<double>(9, 0), options));
  }
}

TEST_CASE("implicit_als: the message names the argument that does not fit, and its value") {
  const Csr<std::int32_t> row{{0, 1}, {0}, {1.0}, 2};
  const auto fixed = normal_matrix<double>(1, 2, 3);
  const auto solve = [&](const ImplicitOptions& options, std::size_t rows = 1, std::size_t cols = 3,
                         int n_threads = 1) {
    return solved(row, fixed, Matrix<double>(rows, cols), options, n_threads);
  };
  CHECK_NOTHROW(solve({}));
  CHECK_THROWS_WITH_AS(solve({}, 1, 3, 0), Contains("n_threads is 0"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(solve({}, 2), Contains("interactions are 1 x 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(solve({}, 1, 4), Contains("solved is 1 x 4, expected 1 x 3"),
                       std::invalid_argument);
  ImplicitOptions options;
  options.reg = -1.0;
  CHECK_THROWS_WITH_AS(solve(options), Contains("reg is -1"), std::invalid_argument);
  options = {};
  options.alpha = std::nan("");
  CHECK_THROWS_WITH_AS(solve(options), Contains("alpha is nan"), std::invalid_argument);
  options = {};
  options.cg_steps = 0;
  CHECK_THROWS_WITH_AS(solve(options), Contains("cg_steps is 0"), std::invalid_argument);
  auto broken = fixed;
  broken.at(1, 2) = std::nan("");
  CHECK_THROWS_WITH_AS(solved(row, broken, Matrix<double>(1, 3), {}), Contains("factors[1, 2]"),
                       std::invalid_argument);
}
