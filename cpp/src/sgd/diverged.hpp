// How a descent ends whose parameters stop being finite.
#pragma once

#include "astonish/sgd.hpp"

namespace astonish::internal::sgd {

// Throws std::domain_error; the message names the epoch, the learning rates and what else may be
// the reason.
[[noreturn]] void throw_diverged(int epoch, const SgdOptions& options);

}  // namespace astonish::internal::sgd
