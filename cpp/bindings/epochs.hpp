// The callback of a training kernel as Python sees it.
#pragma once

#include "arrays.hpp"
#include "astonish/epochs.hpp"

namespace astonish::bindings {

// Looks for Ctrl-C between epochs; a Python exception of the signal handler or of `on_epoch`
// unwinds the kernel and reaches the caller.
inline EpochCallback with_interrupts(const std::optional<py::function>& on_epoch) {
  return [on_epoch](int epoch) {
    const py::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (on_epoch) (*on_epoch)(epoch);
    return true;
  };
}

}  // namespace astonish::bindings
