#include "astonish/random.hpp"

#include <cmath>
#include <numbers>

namespace astonish {

namespace {

// The multipliers and Weyl increments of Philox4x32 (Salmon et al. 2011, table 2).
constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }

}  // namespace

PhiloxBlock philox(PhiloxBlock counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {high(product1) ^ counter[1] ^ key[0], low(product1),
               high(product0) ^ counter[3] ^ key[1], low(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

RowRandom::RowRandom(std::uint64_t seed, std::uint64_t row)
    : key_{low(seed), high(seed)}, counter_{0, 0, low(row), high(row)} {}

std::uint32_t RowRandom::bits() {
  if (used_ == block_.size()) {
    block_ = philox(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[used_++];
}

double RowRandom::uniform() {
  const std::uint64_t upper = bits() >> 5U;  // 27 bits
  const std::uint64_t lower = bits() >> 6U;  // 26 bits
  return static_cast<double>((upper << 26U) | lower) * 0x1.0p-53;
}

double RowRandom::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

// Lemire: Fast random integer generation in an interval. ACM TOMACS 2019.
std::uint32_t RowRandom::below(std::uint32_t n) {
  std::uint64_t product = static_cast<std::uint64_t>(bits()) * n;
  if (low(product) < n) {
    const std::uint32_t threshold = (0U - n) % n;
    while (low(product) < threshold) product = static_cast<std::uint64_t>(bits()) * n;
  }
  return high(product);
}

}  // namespace astonish
