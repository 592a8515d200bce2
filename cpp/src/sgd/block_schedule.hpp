// In which order ParallelSgd takes the blocks of an epoch, and who waits for whom.
//
// Round r has the blocks (order of users [k], order of items [(k + r) mod n]) for k = 0 .. n - 1.
// Threads take blocks in this order from parallel_for. A block runs when the round before is
// over for its users and for its items; those blocks were taken before it, by threads that wait for
// earlier ones only, so somebody always works, however many threads there are.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace astonish::internal::sgd {

class BlockSchedule {
 public:
  struct Block {
    std::size_t users, items, round;
  };

  // The orders are drawn from (seed, epoch).
  BlockSchedule(std::size_t n_strips, std::uint64_t seed, std::uint64_t epoch);

  [[nodiscard]] std::size_t size() const { return user_order_.size() * user_order_.size(); }
  [[nodiscard]] Block operator[](std::size_t position) const;

  // Waits until the rounds before are over for the strips of a block.
  void wait_for(const Block& block) const;
  // Lets those go on who wait for a block.
  void finish(const Block& block);

 private:
  using Rounds = std::vector<std::atomic<std::uint32_t>>;  // that are over, of each strip

  std::vector<std::int32_t> user_order_, item_order_;
  Rounds user_rounds_, item_rounds_;
};

}  // namespace astonish::internal::sgd
