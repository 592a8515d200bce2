// What every kernel that trains a factor model checks: before, that ratings and factors fit; after,
// that the factors are still numbers.
#pragma once

#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>

#include "astonish/csr.hpp"
#include "astonish/factors.hpp"
#include "support/check.hpp"

namespace astonish::internal::factors {

using support::check_length;
using support::check_n_epochs;

// Throws std::invalid_argument unless the shapes fit, by_user has ratings and n_epochs >= 0.
template <typename Offset, typename T>
void check_training(const CsrView<Offset>& by_user, const BiasedFactors<T>& model, int n_epochs) {
  check_shapes(model);
  check_n_epochs(n_epochs);
  if (by_user.n_rows() != model.pu.rows || by_user.n_cols != model.qi.rows) {
    throw std::invalid_argument("ratings of " + std::to_string(by_user.n_rows()) + " users and " +
                                std::to_string(by_user.n_cols) + " items do not fit factors of " +
                                std::to_string(model.pu.rows) + " and " +
                                std::to_string(model.qi.rows));
  }
  if (by_user.values.size() != by_user.indices.size()) {
    throw std::invalid_argument("by_user has no ratings, only indices");
  }
}

// Throws std::invalid_argument unless there are no weights or one for each rating.
inline void check_weights(std::span<const double> weights, std::size_t n_ratings) {
  if (!weights.empty()) check_length("weights", weights.size(), n_ratings);
}

bool all_finite(std::span<const float> values);
bool all_finite(std::span<const double> values);

// The last update of a run has no later error that would show its overflow.
bool has_finite_factors(const BiasedFactors<double>& model);

struct LearningRate {
  const char* name;
  double value;
};

// Throws std::domain_error; the message names the epoch, the rates, where there are any, and what
// else may be the reason.
[[noreturn]] void throw_diverged(const char* method, int epoch,
                                 std::initializer_list<LearningRate> rates);

}  // namespace astonish::internal::factors
