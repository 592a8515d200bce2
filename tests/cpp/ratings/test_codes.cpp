#include "astonish/codes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "astonish/random.hpp"

using astonish::renumber;
using doctest::Contains;

using Codes = std::vector<std::int32_t>;

TEST_CASE("renumber: codes are numbered as they first appear") {
  Codes out(6);
  const Codes old = renumber(Codes{7, 2, 7, 0, 2, 9}, 10, out);
  CHECK(out == Codes{0, 1, 0, 2, 1, 3});
  CHECK(old == Codes{7, 2, 0, 9});
}

TEST_CASE("renumber: codes already in order stay as they are") {
  Codes out(4);
  CHECK(renumber(Codes{0, 1, 1, 2}, 3, out) == Codes{0, 1, 2});
  CHECK(out == Codes{0, 1, 1, 2});
}

TEST_CASE("renumber: nothing gives nothing") {
  Codes out;
  CHECK(renumber(Codes{}, 0, out).empty());
  CHECK(renumber(Codes{}, 5, out).empty());
}

TEST_CASE("renumber: agrees with a search among the codes seen so far") {
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
  CHECK(renumber(codes, 80, out) == seen);
  CHECK(out == expected);
}

TEST_CASE("renumber: the message names the code that lies outside") {
  Codes out(3);
  CHECK_THROWS_WITH_AS(static_cast<void>(renumber(Codes{0, 4, 1}, 4, out)),
                       Contains("codes[1] is 4, outside [0, 4)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(static_cast<void>(renumber(Codes{0, 1, -1}, 4, out)),
                       Contains("codes[2] is -1, outside [0, 4)"), std::out_of_range);
}

TEST_CASE("renumber: the message names both lengths when they differ") {
  Codes out(2);
  CHECK_THROWS_WITH_AS(static_cast<void>(renumber(Codes{0, 1, 2}, 4, out)),
                       Contains("out has 2 entries, expected 3"), std::invalid_argument);
}
