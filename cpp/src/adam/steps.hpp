// What Adam multiplies by in each batch of a run: adam.hpp with its constants taken out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "astonish/adam.hpp"

namespace astonish::internal::adam {

// Constants of one batch. `move` and `spread` have the correction of the bias:
// w = keep * w - move * m / (sqrt(v) * spread + eps).
struct AdamStep {
  double mom, keep, move, spread;
};

struct AdamSteps {
  AdamSteps(const AdamOptions& its_options, const BatchRates& rates)
      : options(its_options),
        steps(rates.lrs.size()),
        most_ratio(1.0 / std::sqrt(1.0 - options.sqr_mom)) {
    double most_mom = 0.0, most_move = 0.0;
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const double lr = rates.lrs[k];
      const double mom = rates.moms[k];
      const auto t = static_cast<double>(options.first_step + k + 1);
      steps[k] = {mom, 1.0 - lr * options.wd, lr / (1.0 - std::pow(mom, t)),
                  1.0 / std::sqrt(1.0 - std::pow(options.sqr_mom, t))};
      most_mom = std::max(most_mom, mom);
      most_move = std::max(most_move, steps[k].move);
    }
    const double shrinking = 1.0 - most_mom / std::sqrt(options.sqr_mom);
    patience = most_move > 0.0 ? std::max(shrinking, 0.0) / most_move : 1.0;
  }

  [[nodiscard]] std::size_t size() const { return steps.size(); }

  AdamOptions options;
  std::vector<AdamStep> steps;
  // What |m| / sqrt(v) can be after any gradients with a momentum up to sqr_mom, by Cauchy and
  // Schwarz: its bound (1 - mom) / sqrt((1 - sqr_mom) (1 - mom^2 / sqr_mom)) is largest at mom = 0.
  double most_ratio;
  // A row whose means have a ratio r moves by at most r / patience in all idle batches to come.
  double patience;
};

// One step of n numbers. `decays` is false for parameters without weight decay.
template <typename T>
void adam_step(const AdamSteps& all, std::size_t step, bool decays, const T* gradient, T* weights,
               T* averages, T* squares, std::size_t n) {
  const AdamStep& now = all.steps[step];
  const T mom = static_cast<T>(now.mom), fresh = static_cast<T>(1.0 - now.mom);
  const T sqr_mom = static_cast<T>(all.options.sqr_mom);
  const T sqr_fresh = static_cast<T>(1.0 - all.options.sqr_mom);
  const T keep = decays ? static_cast<T>(now.keep) : T{1};
  const T move = static_cast<T>(now.move), spread = static_cast<T>(now.spread);
  const T eps = static_cast<T>(all.options.eps);
#pragma GCC ivdep
  for (std::size_t k = 0; k < n; ++k) {
    const T average = mom * averages[k] + fresh * gradient[k];
    const T square = sqr_mom * squares[k] + sqr_fresh * (gradient[k] * gradient[k]);
    averages[k] = average;
    squares[k] = square;
    weights[k] = keep * weights[k] - move * (average / (std::sqrt(square) * spread + eps));
  }
}

}  // namespace astonish::internal::adam
