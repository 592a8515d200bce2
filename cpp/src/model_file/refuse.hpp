// How reading and writing of model files end that cannot go on.
#pragma once

#include <stdexcept>
#include <string>

namespace astonish::internal::model_file {

[[noreturn]] inline void refuse(const std::string& message) {
  throw std::invalid_argument(message);
}

}  // namespace astonish::internal::model_file
