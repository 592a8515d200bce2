// Work in phases that need all of the phase before, by threads that are started once.
//
// A batch of a training is such a sequence, and may be shorter than the start of a thread. So one
// parallel_for starts a team for the phases of many batches. Its members take the parts of the
// phases in order, and a part begins when the phases before are over; a member waits for parts that
// others have taken, so at least one always works, however many threads there are.
//
// On a CPU that has other work to do, a member loses its core in the middle of a part now and then,
// and all others wait for milliseconds. A team that spends most of its time waiting lets a member
// go: the parts, and so the results, are the same, whichever member computes them.
//
// A long run is cancelled by the calling thread, which asks `keep_going` before each part that it
// takes; so it stays to the end.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "astonish/parallel.hpp"

namespace astonish::internal::parallel {

// Throws Cancelled when `keep_going` says no.
void ask(const KeepGoing& keep_going, std::size_t phase);

class PhaseTeam {
 public:
  PhaseTeam(std::size_t n_phases, std::size_t n_parts, int n_members, const KeepGoing& keep_going)
      : n_parts_(n_parts),
        total_(n_phases * n_parts),
        keep_going_(keep_going),
        caller_works_(!keep_going),
        members_(n_members) {}

  // What one member does: body(phase, part) for the parts that it takes.
  template <typename Body>
  void work(const Body& body) {
    Patience patience{members_};
    const bool asks = keep_going_ && std::this_thread::get_id() == caller_;
    if (asks) caller_works_ = true;
    for (;;) {
      const std::uint64_t position = next_.fetch_add(1, std::memory_order_relaxed);
      if (position >= total_) return;
      wait_for(position / n_parts_ * n_parts_, patience);
      if (failed_) return;
      try {
        if (asks) ask(keep_going_, position / n_parts_);
        body(position / n_parts_, position % n_parts_);
      } catch (...) {
        failed_ = true;
        finish_parts(total_);  // no member waits any longer: each wakes, sees failed_ and returns
        throw;
      }
      finish_parts(1);
      if (!asks && may_go()) return;
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  // How a member's time is spent in a team of so many.
  struct Patience {
    int n_members;
    Clock::time_point begin = Clock::now();
    Clock::duration waited{};
  };

  // Both in one object file: where symbols are hidden, each shared library has its own list of
  // threads that wait for an atomic, and a notification from another library reaches none of them.
  void wait_for(std::uint64_t parts, Patience& patience);
  void finish_parts(std::uint64_t n);

  // Whether the member that has just finished a part is one too many. None goes before the caller
  // came: a thread that went would take the caller's task, and then none would ask.
  bool may_go();

  std::uint64_t n_parts_, total_;
  const KeepGoing& keep_going_;
  std::thread::id caller_ = std::this_thread::get_id();
  std::atomic<bool> caller_works_;
  std::atomic<std::uint64_t> next_{0}, over_{0};
  std::atomic<bool> failed_{false}, held_up_{false};
  std::atomic<int> members_;
};

// Calls body(phase, part) for every part of every phase, in at most n_threads threads; one is the
// caller. Throws Cancelled when `keep_going` says no.
template <typename Body>
void run_phases(std::size_t n_phases, std::size_t n_parts, int n_threads,
                const KeepGoing& keep_going, const Body& body) {
  const std::size_t n_members = std::min(n_parts, static_cast<std::size_t>(n_threads));
  if (n_members == 1) {
    for (std::size_t position = 0; position < n_phases * n_parts; ++position) {
      if (keep_going) ask(keep_going, position / n_parts);
      body(position / n_parts, position % n_parts);
    }
    return;
  }
  PhaseTeam team(n_phases, n_parts, static_cast<int>(n_members), keep_going);
  parallel_for(n_members, static_cast<int>(n_members), 1,
               [&](std::size_t, std::size_t) { team.work(body); });
}

// The same in a thread for each part.
template <typename Body>
void run_phases(std::size_t n_phases, std::size_t n_parts, const Body& body) {
  run_phases(n_phases, n_parts, static_cast<int>(n_parts), {}, body);
}

// The share of [0, n) that one of n_parts does.
struct Share {
  Share(std::size_t n, std::size_t part, std::size_t n_parts)
      : begin(n * part / n_parts), end(n * (part + 1) / n_parts) {}

  std::size_t begin, end;
};

}  // namespace astonish::internal::parallel
