#include "astonish/y_range.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace astonish {

void check_y_range(const YRange& range) {
  if (!(std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high)) {
    throw std::invalid_argument("y_range is (" + std::to_string(range.low) + ", " +
                                std::to_string(range.high) +
                                "), it must be a lower and a higher finite number");
  }
}

}  // namespace astonish
