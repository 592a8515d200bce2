#include "phases.hpp"

#include <string>

#include "astonish/epochs.hpp"

namespace astonish::internal::parallel {

namespace {

using std::chrono::microseconds;

constexpr int kSpins = 5000;  // some ten microseconds: parts of a phase end nearly together
constexpr auto kTrial = microseconds(2000);  // before a team is judged
constexpr double kTooMuch = 0.6;             // of its time that a member waits

void pause() {
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
  __builtin_ia32_pause();
#endif
}

}  // namespace

void ask(const KeepGoing& keep_going, std::size_t phase) {
  if (!keep_going()) throw Cancelled("cancelled before phase " + std::to_string(phase));
}

void PhaseTeam::wait_for(std::uint64_t parts, Patience& patience) {
  const auto are_over = [&] { return over_.load(std::memory_order_acquire) >= parts; };
  for (int spin = 0; spin < kSpins; ++spin) {
    if (are_over()) return;
    pause();
  }
  // A smaller team is another one: without this, one that is now well off would shrink to nothing.
  if (const int n_members = members_; n_members != patience.n_members) patience = {n_members};
  const auto begin = Clock::now();
  for (std::uint64_t seen = over_.load(std::memory_order_acquire); seen < parts;
       seen = over_.load(std::memory_order_acquire)) {
    const auto waited = patience.waited + (Clock::now() - begin);
    const auto lived = Clock::now() - patience.begin;
    const bool is_same_team = members_ == patience.n_members;
    if (is_same_team && lived > kTrial && waited > kTooMuch * lived) held_up_ = true;
    over_.wait(seen, std::memory_order_acquire);
  }
  patience.waited += Clock::now() - begin;
}

void PhaseTeam::finish_parts(std::uint64_t n) {
  over_.fetch_add(n, std::memory_order_release);
  over_.notify_all();
}

bool PhaseTeam::may_go() {
  if (!caller_works_.load(std::memory_order_relaxed)) return false;
  if (!held_up_.load(std::memory_order_relaxed) || !held_up_.exchange(false)) return false;
  int members = members_;
  while (members > 1) {
    if (members_.compare_exchange_weak(members, members - 1)) return true;
  }
  return false;
}

}  // namespace astonish::internal::parallel
