#include "astonish/adam.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "astonish/y_range.hpp"
#include "check.hpp"

namespace astonish {

namespace {

void check_positive(const char* name, double value, double bound) {
  if (!(value > 0.0 && value < bound)) {
    throw std::invalid_argument(std::string(name) + " is " + std::to_string(value) +
                                ", it must be between 0 and " + std::to_string(bound));
  }
}

}  // namespace

void check_adam(const AdamOptions& options) {
  check_positive("sqr_mom", options.sqr_mom, 1.0);
  check_positive("eps", options.eps, 1.0);
  check_not_negative("wd", options.wd);
}

void check_rates(const BatchRates& rates) {
  check_length("moms", rates.moms.size(), rates.lrs.size());
  for (const double lr : rates.lrs) check_not_negative("lr", lr);
  for (const double mom : rates.moms) {
    check_not_negative("mom", mom);
    if (mom >= 1.0)
      throw std::invalid_argument("mom is " + std::to_string(mom) + ", it must be below 1");
  }
}

void check_y_range(const YRange& range) {
  if (!(std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high)) {
    throw std::invalid_argument("y_range is (" + std::to_string(range.low) + ", " +
                                std::to_string(range.high) +
                                "), it must be a lower and a higher finite number");
  }
}

}  // namespace astonish
