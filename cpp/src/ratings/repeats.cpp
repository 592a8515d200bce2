#include "repeats.hpp"

#include <map>
#include <utility>

namespace astonish::internal::ratings {

namespace {

using Counts = std::vector<std::uint32_t>;

// Adds a row to the counts of its items; tells whether an item occurs twice.
bool count(std::span<const std::int32_t> items, Counts& counts) {
  bool repeats = false;
  for (const std::int32_t item : items) {
    repeats |= ++counts[static_cast<std::size_t>(item)] == 2;
  }
  return repeats;
}

// Each item once: a count is taken down when its item is listed.
std::vector<RepeatGroup> group(std::span<const std::int32_t> items, Counts& counts) {
  std::map<std::size_t, RepeatGroup> by_times;
  for (const std::int32_t item : items) {
    std::uint32_t& times = counts[static_cast<std::size_t>(item)];
    if (times == 0) continue;
    RepeatGroup& members = by_times[times];
    members.times = times;
    members.items.push_back(item);
    times = 0;
  }
  std::vector<RepeatGroup> groups;
  for (auto& [times, members] : by_times) groups.push_back(std::move(members));
  return groups;
}

}  // namespace

Repeats::Repeats(const WideCsr& by_user) {
  Counts counts(by_user.n_cols);
  for (std::size_t user = 0; user < by_user.n_rows(); ++user) {
    const auto items = by_user.row_indices(user);
    if (count(items, counts)) groups_.emplace(user, group(items, counts));
    for (const std::int32_t item : items) counts[static_cast<std::size_t>(item)] = 0;
  }
}

std::span<const RepeatGroup> Repeats::groups(std::size_t user) const {
  const auto found = groups_.find(user);
  if (found == groups_.end()) return {};
  return found->second;
}

}  // namespace astonish::internal::ratings
