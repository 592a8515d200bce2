// Who rated an item more than once.
//
// Such ratings are rare, and a kernel that treats a user's items as one set must treat those that
// occur twice apart. Built once a training: O(ratings); it stores nothing for a user whose items
// are all different.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "wide_csr.hpp"

namespace astonish::internal::ratings {

// The items that one user rated `times` times, each listed once.
struct RepeatGroup {
  std::size_t times = 1;
  std::vector<std::int32_t> items;
};

class Repeats {
 public:
  explicit Repeats(const WideCsr& by_user);

  // Groups of different `times`; none when the user rated no item twice.
  [[nodiscard]] std::span<const RepeatGroup> groups(std::size_t user) const;

 private:
  std::unordered_map<std::size_t, std::vector<RepeatGroup>> groups_;
};

}  // namespace astonish::internal::ratings
