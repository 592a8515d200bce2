// How a descent ends whose parameters stop being finite.
#pragma once

#include "astonish/sgd.hpp"

namespace astonish::internal::sgd {

// Throws std::domain_error; the message names the epoch and the learning rates.
[[noreturn]] void throw_diverged(int epoch, const SgdOptions& options);

}  // namespace astonish::internal::sgd
