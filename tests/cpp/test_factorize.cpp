#include "astonish/factorize.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "astonish/random.hpp"

using astonish::factorize;
using doctest::Contains;

using Codes = std::vector<std::int32_t>;

TEST_CASE("factorize: codes are numbered as they first appear") {
  Codes out(6);
  const Codes old = factorize(Codes{7, 2, 7, 0, 2, 9}, 10, out);
  CHECK(out == Codes{0, 1, 0, 2, 1, 3});
  CHECK(old == Codes{7, 2, 0, 9});
}

TEST_CASE("factorize: codes already in order stay as they are") {
  Codes out(4);
  CHECK(factorize(Codes{0, 1, 1, 2}, 3, out) == Codes{0, 1, 2});
  CHECK(out == Codes{0, 1, 1, 2});
}

TEST_CASE("factorize: nothing gives nothing") {
  Codes out;
  CHECK(factorize(Codes{}, 0, out).empty());
  CHECK(factorize(Codes{}, 5, out).empty());
}

TEST_CASE("factorize: agrees with a search among the codes seen so far") {
  astonish::RowRandom random(3, 0);
  Codes codes(500);
  for (std::int32_t& code : codes) code = static_cast<std::int32_t>(random.below(80));
  Codes seen, expected;
  for (const std::int32_t code : codes) {
    const auto place = std::find(seen.begin(), seen.end(), code);
    expected.push_back(static_cast<std::int32_t>(place - seen.begin()));
    if (place == seen.end()) seen.push_back(code);
  }
  Codes out(codes.size());
  CHECK(factorize(codes, 80, out) == seen);
  CHECK(out == expected);
}

TEST_CASE("factorize: the message names the code that lies outside") {
  Codes out(3);
  CHECK_THROWS_WITH_AS(static_cast<void>(factorize(Codes{0, 4, 1}, 4, out)),
                       Contains("codes[1] is 4, outside [0, 4)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(static_cast<void>(factorize(Codes{0, 1, -1}, 4, out)),
                       Contains("codes[2] is -1, outside [0, 4)"), std::out_of_range);
}

TEST_CASE("factorize: the message names both lengths when they differ") {
  Codes out(2);
  CHECK_THROWS_WITH_AS(static_cast<void>(factorize(Codes{0, 1, 2}, 4, out)),
                       Contains("out has 2 entries, codes has 3"), std::invalid_argument);
}
