#include "training.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace astonish::internal::factors {

namespace {

constexpr auto is_finite = [](auto value) { return std::isfinite(value); };

}  // namespace

bool all_finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), is_finite);
}

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), is_finite);
}

bool has_finite_factors(const BiasedFactors<double>& model) {
  return all_finite({model.pu.data, model.pu.rows * model.pu.cols}) &&
         all_finite({model.qi.data, model.qi.rows * model.qi.cols}) &&
         (!model.biased || (all_finite(model.bu) && all_finite(model.bi)));
}

void throw_diverged(const char* method, int epoch, std::initializer_list<LearningRate> rates) {
  std::ostringstream message;
  message << method << " diverged in epoch " << epoch << ": the factors are no longer finite";
  message << "; one of these may be too large: ";
  const char* separator = "the learning rates (";
  for (const LearningRate& rate : rates) {
    message << separator << rate.name << '=' << rate.value;
    separator = ", ";
  }
  if (rates.size() > 0) message << "), ";
  message << "the regularisation (reg_*), the initial factors (init_*), the ratings "
             "(and their weights, if any)";
  throw std::domain_error(message.str());
}

}  // namespace astonish::internal::factors
