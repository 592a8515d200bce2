// Damage done to bytes: what a disk or a stranger may hand to a reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "astonish/random.hpp"

namespace astonish::testing {

// Calls check(damaged) for `n` copies of `content` in which up to four bytes were replaced, left
// out or put in.
template <typename Check>
void for_each_damage(const std::string& content, std::uint64_t n, Check check) {
  for (std::uint64_t k = 0; k < n; ++k) {
    RowRandom random(1, k);
    std::string damaged = content;
    for (std::uint32_t count = 1 + random.below(4); count > 0 && !damaged.empty(); --count) {
      const std::size_t place = random.below(static_cast<std::uint32_t>(damaged.size()));
      const auto byte = static_cast<char>(random.below(256));
      const std::uint32_t kind = random.below(4);
      if (kind == 0) {
        damaged.erase(place, 1);
      } else if (kind == 1) {
        damaged.insert(place, 1, byte);
      } else {
        damaged[place] = byte;
      }
    }
    check(damaged);
  }
}

}  // namespace astonish::testing
