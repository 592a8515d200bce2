// How a caller follows a long training, and ends it.
//
// Every kernel that trains in epochs calls back before each of them: a binding looks for Ctrl-C
// there, a program draws a progress bar. The cost is one call an epoch.
#pragma once

#include <functional>
#include <stdexcept>

namespace astonish {

// Called before each epoch with its number, from 0. Returning false cancels the run.
using EpochCallback = std::function<bool(int epoch)>;

struct Cancelled : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Calls on_epoch, where there is one, and throws Cancelled when it says no.
void begin_epoch(const EpochCallback& on_epoch, int epoch);

}  // namespace astonish
