#include "astonish/permutation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "astonish/random.hpp"

using astonish::permute;
using doctest::Contains;

using Draws = std::vector<std::uint32_t>;
using Order = std::vector<std::int64_t>;

TEST_CASE("permute: each place is exchanged with one that follows, by the remainder of its draw") {
  Order order(4);
  permute(Draws{3, 0, 5, 7}, order);  // 0 with 3, 1 with itself, 2 with 2 + 5 % 2 = 3
  CHECK(order == Order{3, 1, 0, 2});
}

TEST_CASE("permute: draws of zero leave the order as it is") {
  Order order(3);
  permute(Draws{0, 0, 0}, order);
  CHECK(order == Order{0, 1, 2});
}

TEST_CASE("permute: the last draw decides nothing") {
  Order one(1), order(2), other(2);
  permute(Draws{4294967295U}, one);
  CHECK(one == Order{0});
  permute(Draws{1, 2}, order);
  permute(Draws{1, 4294967295U}, other);
  CHECK(order == other);
}

TEST_CASE("permute: every number is there once, whatever was drawn") {
  astonish::RowRandom random(11, 0);
  for (const std::size_t n : {0U, 1U, 2U, 17U, 1000U}) {
    Draws draws(n);
    for (std::uint32_t& draw : draws) draw = random.below(4294967295U);
    Order order(n), expected(n);
    permute(draws, order);
    std::sort(order.begin(), order.end());
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(order == expected);
  }
}

TEST_CASE("permute: as many draws as places are needed") {
  Order order(2);
  CHECK_THROWS_WITH_AS(permute(Draws{1}, order), Contains("out"), std::invalid_argument);
}
