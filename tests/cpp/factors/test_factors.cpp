#include "astonish/factors.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Matrix;
using astonish::testing::Model;
using doctest::Contains;

namespace {

void check(const Model& model) { check_shapes(model.view()); }

}  // namespace

TEST_CASE("factors: shapes that fit pass, for training and for scoring") {
  Model model{Matrix<double>{3, 2}, Matrix<double>{4, 2}};
  CHECK_NOTHROW(check_shapes<double>(model.view()));
  CHECK_NOTHROW(check_shapes<const double>(std::as_const(model).view()));
}

TEST_CASE("factors: no users, no items or no factors are shapes, too") {
  CHECK_NOTHROW(check(Model{Matrix<double>{0, 2}, Matrix<double>{4, 2}}));
  CHECK_NOTHROW(check(Model{Matrix<double>{3, 2}, Matrix<double>{0, 2}}));
  CHECK_NOTHROW(check(Model{Matrix<double>{3, 0}, Matrix<double>{4, 0}}));
}

TEST_CASE("factors: the message names the arrays and their sizes") {
  CHECK_THROWS_WITH_AS(check(Model{Matrix<double>{3, 2}, Matrix<double>{4, 5}}),
                       Contains("pu has 2 factors, qi has 5"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      check(Model{Matrix<double>{3, 2}, Matrix<double>{4, 2}, std::vector<double>(2)}),
      Contains("bu has 2 entries, pu has 3 rows"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check(Model{Matrix<double>{3, 2}, Matrix<double>{4, 2},
                                   std::vector<double>(3), std::vector<double>(7)}),
                       Contains("bi has 7 entries, qi has 4 rows"), std::invalid_argument);
}

TEST_CASE("factors: shapes are checked for a writing view and for an unbiased model alike") {
  Model model{Matrix<double>{3, 2}, Matrix<double>{4, 2}, std::vector<double>(2)};
  CHECK_THROWS_AS(check_shapes<double>(model.view()), std::invalid_argument);
  model.biased = false;
  CHECK_THROWS_AS(check(model), std::invalid_argument);
}
