#include "block_schedule.hpp"

#include "random/shuffle.hpp"

namespace astonish::internal::sgd {

using random::shuffled_rows;

namespace {

void wait_until(const std::atomic<std::uint32_t>& rounds, std::uint32_t wanted) {
  for (std::uint32_t seen = rounds.load(std::memory_order_acquire); seen < wanted;
       seen = rounds.load(std::memory_order_acquire)) {
    rounds.wait(seen, std::memory_order_acquire);
  }
}

void advance(std::atomic<std::uint32_t>& rounds) {
  rounds.fetch_add(1, std::memory_order_release);
  rounds.notify_all();
}

}  // namespace

BlockSchedule::BlockSchedule(std::size_t n_strips, std::uint64_t seed, std::uint64_t epoch)
    : user_rounds_(n_strips), item_rounds_(n_strips) {
  RowRandom random(seed, epoch);
  user_order_ = shuffled_rows(n_strips, random);
  item_order_ = shuffled_rows(n_strips, random);
}

BlockSchedule::Block BlockSchedule::operator[](std::size_t position) const {
  const std::size_t n = user_order_.size();
  const std::size_t round = position / n;
  const std::size_t place = position % n;
  return {static_cast<std::size_t>(user_order_[place]),
          static_cast<std::size_t>(item_order_[(place + round) % n]), round};
}

void BlockSchedule::wait_for(const Block& block) const {
  const auto rounds = static_cast<std::uint32_t>(block.round);
  wait_until(user_rounds_[block.users], rounds);
  wait_until(item_rounds_[block.items], rounds);
}

void BlockSchedule::finish(const Block& block) {
  advance(user_rounds_[block.users]);
  advance(item_rounds_[block.items]);
}

}  // namespace astonish::internal::sgd
