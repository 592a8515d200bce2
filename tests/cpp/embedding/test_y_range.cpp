#include "astonish/y_range.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <stdexcept>

#include "embedding/scaled_sigmoid.hpp"

using namespace astonish;
using namespace astonish::internal::embedding;
using doctest::Approx;
using doctest::Contains;

TEST_CASE("a range of estimates has a lower and a higher end") {
  CHECK_NOTHROW(check_y_range({0.0, 5.5}));
  CHECK_THROWS_WITH_AS(check_y_range({5.5, 0.0}), Contains("y_range is (5.5"),
                       std::invalid_argument);
  CHECK_THROWS_AS(check_y_range({1.0, 1.0}), std::invalid_argument);
  CHECK_THROWS_AS(check_y_range({0.0, std::numeric_limits<double>::quiet_NaN()}),
                  std::invalid_argument);
}

TEST_CASE("the slope of a scaled sigmoid is that of its estimates") {
  const ScaledSigmoid<double> y(YRange{1.0, 4.0});
  for (const double sum : {-3.0, 0.0, 0.7}) {
    const double slope = (y.estimate(sum + 1e-6) - y.estimate(sum - 1e-6)) / 2e-6;
    CHECK(y.slope(sum) == Approx(slope));
  }
  CHECK(y.estimate(0.0) == 2.5);
  CHECK(y.estimate(-1e4) == 1.0);
  CHECK(y.estimate(1e4) == 4.0);
  CHECK(ScaledSigmoid<double>(std::nullopt).estimate(7.0) == 7.0);
  CHECK(ScaledSigmoid<double>(std::nullopt).slope(7.0) == 1.0);
}
