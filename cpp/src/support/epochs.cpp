#include "astonish/epochs.hpp"

#include <string>

namespace astonish {

void begin_epoch(const EpochCallback& on_epoch, int epoch) {
  if (on_epoch && !on_epoch(epoch)) {
    throw Cancelled("cancelled before epoch " + std::to_string(epoch));
  }
}

}  // namespace astonish
