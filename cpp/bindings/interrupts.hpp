// Ctrl-C while a kernel runs: what the core calls back, as Python sees it.
//
// A Python exception of the signal handler, or of a Python callback, unwinds the kernel and reaches
// the caller.
#pragma once

#include <chrono>

#include "arrays.hpp"
#include "astonish/epochs.hpp"
#include "astonish/parallel.hpp"

namespace astonish::bindings {

inline void check_signals() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

// Looks for Ctrl-C between epochs.
inline EpochCallback with_interrupts(const std::optional<py::function>& on_epoch) {
  return [on_epoch](int epoch) {
    const py::gil_scoped_acquire acquire;
    check_signals();
    if (on_epoch) (*on_epoch)(epoch);
    return true;
  };
}

// Looks for Ctrl-C between blocks of rows, though not between all of them: another thread may hold
// the GIL for longer than a block takes. `check` may raise what ends the run, too.
inline KeepGoing until_interrupted(const std::optional<py::function>& check = std::nullopt) {
  using Clock = std::chrono::steady_clock;
  return [check, next = Clock::now()]() mutable {
    if (Clock::now() < next) return true;
    const py::gil_scoped_acquire acquire;
    check_signals();
    if (check) (*check)();
    next = Clock::now() + std::chrono::milliseconds(50);
    return true;
  };
}

}  // namespace astonish::bindings
