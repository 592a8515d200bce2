// Work in phases that need all of the phase before, by threads that are started once.
//
// A batch of a training is such a sequence, and may be shorter than the start of a thread. So one
// parallel_for covers the phases of many batches: its positions are the parts of the phases in
// order, and a part waits until the phases before are over. Threads take parts in order and wait
// for earlier ones only, so somebody always works, however many threads there are.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "astonish/parallel.hpp"

namespace astonish {

class PhaseGate {
 public:
  // Returns whether `parts` parts are over; false when one has failed.
  bool wait_for(std::uint64_t parts) const {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (over_.load(std::memory_order_acquire) >= parts) return !failed_;
    }
    for (std::uint64_t seen = over_.load(std::memory_order_acquire); seen < parts;
         seen = over_.load(std::memory_order_acquire)) {
      over_.wait(seen, std::memory_order_acquire);
    }
    return !failed_;
  }

  void finish_part() { advance(1); }

  // Lets everybody go on, to find out that there is nothing to do.
  void fail() {
    failed_ = true;
    advance(kFailure);
  }

 private:
  static constexpr int kSpins = 2000;  // about the time of a phase
  static constexpr std::uint64_t kFailure = std::uint64_t{1} << 62;

  void advance(std::uint64_t parts) {
    over_.fetch_add(parts, std::memory_order_release);
    over_.notify_all();
  }

  std::atomic<std::uint64_t> over_{0};
  std::atomic<bool> failed_{false};
};

// Calls body(phase, part) for every part of every phase. With one part nothing is started.
template <typename Body>
void run_phases(std::size_t n_phases, std::size_t n_parts, const Body& body) {
  if (n_parts == 1) {
    for (std::size_t phase = 0; phase < n_phases; ++phase) body(phase, std::size_t{0});
    return;
  }
  PhaseGate gate;
  parallel_for(n_phases * n_parts, static_cast<int>(n_parts), 1,
               [&](std::size_t position, std::size_t) {
                 const std::size_t phase = position / n_parts;
                 if (!gate.wait_for(phase * n_parts)) return;
                 try {
                   body(phase, position % n_parts);
                 } catch (...) {
                   gate.fail();
                   throw;
                 }
                 gate.finish_part();
               });
}

// The share of [0, n) that one of n_parts does.
struct Share {
  Share(std::size_t n, std::size_t part, std::size_t n_parts)
      : begin(n * part / n_parts), end(n * (part + 1) / n_parts) {}

  std::size_t begin, end;
};

}  // namespace astonish
