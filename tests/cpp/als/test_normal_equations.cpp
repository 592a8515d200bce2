#include "als/normal_equations.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using namespace astonish::internal::als;
using astonish::testing::Matrix;
using doctest::Approx;

namespace {

// Rows in no order and with repeats, weights, targets: one least-squares problem.
template <typename Row>
struct Problem {
  Problem(std::uint64_t seed, std::size_t n, std::size_t n_factors)
      : rows(testing::normal_matrix<Row>(seed, 50, n_factors)) {
    RowRandom random(seed, 1);
    for (std::size_t k = 0; k < n; ++k) {
      indices.push_back(static_cast<std::int32_t>(random.below(50)));
      weights.push_back(0.5 + random.uniform());
      targets.push_back(random.normal());
    }
  }

  Matrix<Row> rows;
  std::vector<std::int32_t> indices;
  std::vector<double> weights, targets;
};

// The derivative of half the objective; zero at the solution and nowhere else.
template <typename Row, typename T>
std::vector<double> gradient(const Problem<Row>& problem, double lambda, bool intercept,
                             const std::vector<T>& solution) {
  std::vector<double> sums(solution.begin(), solution.end());
  for (double& sum : sums) sum *= lambda;
  const std::size_t n_factors = problem.rows.cols;
  for (std::size_t k = 0; k < problem.indices.size(); ++k) {
    const auto row = static_cast<std::size_t>(problem.indices[k]);
    double error = -problem.targets[k] + (intercept ? double{solution[n_factors]} : 0.0);
    for (std::size_t f = 0; f < n_factors; ++f) error += problem.rows.at(row, f) * solution[f];
    error *= problem.weights.empty() ? 1.0 : problem.weights[k];
    for (std::size_t f = 0; f < n_factors; ++f) sums[f] += error * problem.rows.at(row, f);
    if (intercept) sums[n_factors] += error;
  }
  return sums;
}

double largest(const std::vector<double>& values) {
  double most = 0.0;
  for (const double value : values) most = std::fmax(most, std::abs(value));
  return most;
}

template <typename T, typename Row>
std::vector<T> solved(NormalEquations<T>& equations, const Problem<Row>& problem, double lambda) {
  equations.reset();
  equations.template add_rows<Row>(problem.rows.view(), problem.indices, problem.weights,
                                   problem.targets);
  equations.add_diagonal(lambda);
  std::vector<T> solution(equations.size());
  REQUIRE(equations.solve(solution));
  return solution;
}

}  // namespace

TEST_CASE("normal equations: one unknown and an intercept, done by hand") {
  // (4 - b - 2p)^2 + (1 - b + p)^2 + 0.5 (p^2 + b^2): 5.5 p + b = 7, p + 2.5 b = 5
  const Matrix<double> rows{2, 1, {2.0, -1.0}};
  const std::vector<std::int32_t> indices{0, 1};
  const std::vector<double> targets{4.0, 1.0};
  NormalEquations<double> equations(1, true);
  equations.add_rows<double>(rows.view(), indices, {}, targets);
  equations.add_diagonal(0.5);
  std::vector<double> solution(2);
  REQUIRE(equations.solve(solution));
  CHECK(solution[0] == Approx(12.5 / 12.75).epsilon(1e-14));
  CHECK(solution[1] == Approx(20.5 / 12.75).epsilon(1e-14));
}

TEST_CASE_TEMPLATE("normal equations: the gradient vanishes, and memory is used again", T, float,
                   double) {
  for (const bool intercept : {false, true}) {
    for (const std::size_t n_factors : {0U, 1U, 3U, 7U, 8U, 15U, 16U, 17U, 31U, 33U, 63U, 100U}) {
      NormalEquations<T> equations(n_factors, intercept);
      if (equations.size() == 0) continue;
      for (const std::size_t n : {1U, 5U, 64U, 65U, 300U}) {
        CAPTURE(n_factors);
        CAPTURE(n);
        Problem<T> problem(n + n_factors, n, n_factors);
        const auto scale = 100.0 * static_cast<double>(n) * std::numeric_limits<T>::epsilon();
        const auto weighted = solved(equations, problem, 0.5);
        CHECK(largest(gradient(problem, 0.5, intercept, weighted)) < scale);
        problem.weights.clear();
        const auto plain = solved(equations, problem, 0.5);
        CHECK(largest(gradient(problem, 0.5, intercept, plain)) < scale);
      }
    }
  }
}

TEST_CASE("normal equations: rows of float make equations in double") {
  const Problem<float> problem(3, 40, 17);
  NormalEquations<double> equations(17, true);
  const auto solution = solved(equations, problem, 0.1);
  CHECK(largest(gradient(problem, 0.1, true, solution)) < 1e-12);
}

TEST_CASE_TEMPLATE("normal equations: what leaves directions open is solved by the shortest", T,
                   float, double) {
  // Two equal columns and one of zeros: of all p with 2 (p0 + p1) = 4 the shortest is (1, 1, 0).
  const Matrix<T> rows{1, 3, {2, 2, 0}};
  const std::vector<std::int32_t> indices{0, 0};
  const std::vector<double> targets{4.0, 4.0};
  NormalEquations<T> equations(3);
  std::vector<T> solution(3, T{7});
  equations.template add_rows<T>(rows.view(), indices, {}, targets);
  CHECK_FALSE(equations.solve(solution));
  CHECK(solution == std::vector<T>(3, T{7}));
  equations.reset();
  equations.template add_rows<T>(rows.view(), indices, {}, targets);
  equations.solve_minimum_norm(solution);
  CHECK(solution[0] == Approx(1.0).epsilon(1e-6));
  CHECK(solution[1] == Approx(1.0).epsilon(1e-6));
  CHECK(solution[2] == Approx(0.0));
}

TEST_CASE("normal equations: nothing known is a solution of zeros") {
  NormalEquations<double> equations(5, true);
  std::vector<double> solution(6, 1.0);
  CHECK_FALSE(equations.solve(solution));
  equations.reset();
  equations.solve_minimum_norm(solution);
  CHECK(largest(solution) == 0.0);
}

TEST_CASE("normal equations: what is not finite is refused") {
  const Matrix<double> rows{1, 2, {std::nan(""), 1.0}};
  const std::vector<std::int32_t> indices{0};
  const std::vector<double> targets{1.0};
  NormalEquations<double> equations(2);
  equations.add_rows<double>(rows.view(), indices, {}, targets);
  equations.add_diagonal(1.0);
  std::vector<double> solution(2);
  CHECK_FALSE(equations.solve(solution));
  equations.reset();
  equations.add_rows<double>(rows.view(), indices, {}, targets);
  CHECK_THROWS_AS(equations.solve_minimum_norm(solution), std::domain_error);
}
