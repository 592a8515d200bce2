#include "als/dual_equations.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "als/normal_equations.hpp"
#include "helpers.hpp"

using namespace astonish;
using namespace astonish::internal::als;
using astonish::testing::Matrix;

TEST_CASE_TEMPLATE("dual equations: the same solution as the normal equations", T, float, double) {
  for (const bool intercept : {false, true}) {
    for (const std::size_t n_factors : {1U, 7U, 16U, 40U, 100U}) {
      const Matrix<T> rows = testing::normal_matrix<T>(n_factors, 60, n_factors);
      NormalEquations<double> normal(n_factors, intercept);
      DualEquations<T> dual(n_factors, intercept, 80);
      std::vector<double> expected(normal.size());
      std::vector<T> solution(normal.size());
      RowRandom random(n_factors, 1);
      for (const std::size_t n : {80U, 1U, 17U, 16U, 2U}) {  // memory is used again
        CAPTURE(n_factors);
        CAPTURE(n);
        std::vector<std::int32_t> indices;
        std::vector<double> targets, weights;
        for (std::size_t k = 0; k < n; ++k) {
          indices.push_back(static_cast<std::int32_t>(random.below(60)));
          targets.push_back(random.normal());
          if (n != 16) weights.push_back(random.uniform());
        }
        normal.reset();
        normal.template add_rows<T>(rows.view(), indices, weights, targets);
        normal.add_diagonal(1.5);
        REQUIRE(normal.solve(expected));
        REQUIRE(dual.solve(rows.view(), indices, weights, targets, 1.5, solution));
        const auto rounding = 1e3 * static_cast<double>(std::numeric_limits<T>::epsilon());
        for (std::size_t f = 0; f < solution.size(); ++f) {
          CHECK(std::abs(double{solution[f]} - expected[f]) < rounding);
        }
      }
    }
  }
}

TEST_CASE("dual equations: what is hardly regularised is not theirs") {
  const Matrix<float> rows = testing::normal_matrix<float>(3, 5, 8);
  const std::vector<std::int32_t> indices{0, 4};
  const std::vector<double> targets{1.0, 2.0};
  DualEquations<float> dual(8, false, 2);
  std::vector<float> solution(8, 7.0F);
  CHECK_FALSE(dual.solve(rows.view(), indices, {}, targets, 0.0, solution));
  CHECK_FALSE(dual.solve(rows.view(), indices, {}, targets, 1e-4, solution));
  CHECK(solution == std::vector<float>(8, 7.0F));
  CHECK(dual.solve(rows.view(), indices, {}, targets, 0.1, solution));
}

TEST_CASE("dual equations: a system does not see those before it") {
  Matrix<float> rows = testing::normal_matrix<float>(3, 4, 8);
  for (float& factor : rows.view().row(3)) factor = 3e38F;  // products with them overflow
  const std::vector<std::int32_t> indices{0, 1, 3};
  const std::vector<double> targets{1.0, 2.0, 3.0};
  DualEquations<float> used(8, true, 3), fresh(8, true, 3);
  std::vector<float> solution(9), expected(9);
  CHECK_FALSE(used.solve(rows.view(), indices, {}, targets, 1.0, solution));
  const auto one = std::span(indices).first(1);
  REQUIRE(used.solve(rows.view(), one, {}, std::span(targets).first(1), 1.0, solution));
  REQUIRE(fresh.solve(rows.view(), one, {}, std::span(targets).first(1), 1.0, expected));
  CHECK(solution == expected);
}
