#include "astonish/adam.hpp"

#include <stdexcept>
#include <string>

#include "support/check.hpp"

namespace astonish {

using internal::support::check_length;
using internal::support::check_not_negative;

namespace {

void check_between_0_and_1(const char* name, double value) {
  if (!(value > 0.0 && value < 1.0)) {
    throw std::invalid_argument(std::string(name) + " is " + std::to_string(value) +
                                ", it must be between 0 and 1");
  }
}

}  // namespace

void check_adam(const AdamOptions& options) {
  check_between_0_and_1("sqr_mom", options.sqr_mom);
  check_between_0_and_1("eps", options.eps);
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

}  // namespace astonish
