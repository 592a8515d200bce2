#include "astonish/random.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

using astonish::philox;
using astonish::PhiloxBlock;
using astonish::RowRandom;

namespace {

std::vector<std::uint32_t> words(RowRandom random, std::size_t n) {
  std::vector<std::uint32_t> out(n);
  for (std::uint32_t& word : out) word = random.bits();
  return out;
}

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
  double kurtosis = 0.0;
};

template <typename Draw>
Moments moments(int n, Draw draw) {
  std::vector<double> values(static_cast<std::size_t>(n));
  Moments result;
  for (double& value : values) {
    value = draw();
    result.mean += value / n;
  }
  double fourth = 0.0;
  for (const double value : values) {
    const double square = (value - result.mean) * (value - result.mean);
    result.variance += square / n;
    fourth += square * square / n;
  }
  result.kurtosis = fourth / (result.variance * result.variance);
  return result;
}

}  // namespace

// The known answers that the authors publish with their implementation, Random123.
TEST_CASE("philox: known answers of Philox4x32-10") {
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("RowRandom: the words are the blocks of (seed, row), one after the other") {
  constexpr std::uint64_t seed = 0x0123456789abcdef;
  constexpr std::uint64_t row = 0xfedcba9876543210;
  std::vector<std::uint32_t> expected;
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto four = philox({block, 0, 0x76543210, 0xfedcba98}, {0x89abcdef, 0x01234567});
    expected.insert(expected.end(), four.begin(), four.end());
  }
  CHECK(words(RowRandom(seed, row), 12) == expected);
}

TEST_CASE("RowRandom: a stream is a function of seed and row") {
  const auto stream = words(RowRandom(1, 2), 8);
  CHECK(words(RowRandom(1, 2), 8) == stream);
  CHECK(words(RowRandom(2, 1), 8) != stream);
  CHECK(words(RowRandom(1, 3), 8) != stream);
  CHECK(words(RowRandom(2, 2), 8) != stream);
  CHECK(words(RowRandom(1 + (std::uint64_t{1} << 32U), 2), 8) != stream);
  CHECK(words(RowRandom(1, 2 + (std::uint64_t{1} << 32U)), 8) != stream);
}

TEST_CASE("RowRandom: a copy continues where the original stood") {
  RowRandom original(5, 6);
  for (int k = 0; k < 3; ++k) static_cast<void>(original.bits());
  const RowRandom copy = original;
  CHECK(words(copy, 10) == words(original, 10));
}

TEST_CASE("RowRandom: uniform is made of the upper bits of two words") {
  RowRandom bits(9, 0);
  RowRandom uniform(9, 0);
  for (int k = 0; k < 100; ++k) {
    const std::uint32_t upper = bits.bits() >> 5U;
    const std::uint32_t lower = bits.bits() >> 6U;
    CHECK(uniform.uniform() == (upper * 67108864.0 + lower) / 9007199254740992.0);
  }
}

TEST_CASE("RowRandom: uniform has the moments of the uniform distribution") {
  RowRandom random(1, 0);
  bool inside = true;
  const Moments result = moments(100'000, [&] {
    const double value = random.uniform();
    inside = inside && value >= 0.0 && value < 1.0;
    return value;
  });
  CHECK(inside);
  CHECK(result.mean == doctest::Approx(0.5).epsilon(0.01));
  CHECK(result.variance == doctest::Approx(1.0 / 12.0).epsilon(0.02));
  CHECK(result.kurtosis == doctest::Approx(1.8).epsilon(0.02));
}

TEST_CASE("RowRandom: normal is the Box-Muller transform of two uniform numbers") {
  RowRandom uniform(9, 1);
  RowRandom normal(9, 1);
  for (int k = 0; k < 100; ++k) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform.uniform()));
    const double expected = radius * std::cos(2.0 * std::numbers::pi * uniform.uniform());
    CHECK(normal.normal() == doctest::Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("RowRandom: normal has the moments of the normal distribution") {
  RowRandom random(2, 0);
  int within_one = 0;
  const Moments result = moments(100'000, [&] {
    const double value = random.normal();
    within_one += std::abs(value) < 1.0;
    return value;
  });
  CHECK(std::abs(result.mean) < 0.01);
  CHECK(result.variance == doctest::Approx(1.0).epsilon(0.02));
  CHECK(result.kurtosis == doctest::Approx(3.0).epsilon(0.03));
  CHECK(within_one / 100'000.0 == doctest::Approx(0.6827).epsilon(0.01));
}

TEST_CASE("RowRandom: streams of neighbouring rows are not correlated") {
  double product = 0.0;
  for (std::uint64_t row = 0; row < 10'000; ++row) {
    product += RowRandom(4, row).normal() * RowRandom(4, row + 1).normal();
  }
  CHECK(std::abs(product / 10'000) < 0.03);
}

TEST_CASE("RowRandom: below gives every number equally often") {
  RowRandom random(3, 0);
  std::vector<int> counts(10);
  for (int k = 0; k < 100'000; ++k) ++counts.at(random.below(10));
  double chi_square = 0.0;
  for (const int count : counts) chi_square += (count - 1e4) * (count - 1e4) / 1e4;
  CHECK(chi_square < 27.88);  // the 99.9 % quantile of 9 degrees of freedom
}

TEST_CASE("RowRandom: below one is zero") {
  RowRandom random(3, 1);
  for (int k = 0; k < 100; ++k) CHECK(random.below(1) == 0);
}

// 2^32 words fall on 3 * 2^30 numbers: without rejection every third number would come twice as
// often as the others, in half of all draws.
TEST_CASE("RowRandom: below has no bias where n is a large part of 2^32") {
  constexpr std::uint32_t n = 3U << 30U;
  RowRandom random(3, 2);
  int multiples = 0;
  bool inside = true;
  for (int k = 0; k < 30'000; ++k) {
    const std::uint32_t value = random.below(n);
    inside = inside && value < n;
    multiples += value % 3 == 0;
  }
  CHECK(inside);
  CHECK(multiples / 30'000.0 == doctest::Approx(1.0 / 3.0).epsilon(0.03));
}
