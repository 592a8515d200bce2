// SVD++ in scikit-surprise's order of updates and of roundings: see svdpp.hpp. This file is
// compiled without contraction of multiply and add (Variants.cmake), because one rounding less is
// another result.
#include <algorithm>
#include <cmath>
#include <vector>

#include "biased_rows.hpp"
#include "svdpp_solvers.hpp"

namespace astonish::internal::sgd {

namespace {

using Items = std::span<const std::int32_t>;

struct InOrder {};  // names this file's instantiations of step_bias

class Trainer {
 public:
  Trainer(const BiasedFactors<double>& model, MatrixView<double> yj, const SvdppOptions& options)
      : model_(model), yj_(yj), options_(options), z_(model.qi.cols), step_(model.qi.cols) {}

  // One pass over the ratings of one user; returns the sum of the squared errors.
  double train_user(std::size_t user, Items items, std::span<const double> ratings) {
    const double root = std::sqrt(static_cast<double>(items.size()));
    double squared_error = 0.0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      const auto item = static_cast<std::size_t>(items[k]);
      sum_implicit(items, root);
      const double baseline =
          model_.biased ? model_.global_mean + model_.bu[user] + model_.bi[item] : 0.0;
      const double err = ratings[k] - (baseline + dot(user, item));
      if (model_.biased) {
        step_bias<InOrder>(model_.bu[user], err, options_.lr_bu, options_.reg_bu);
        step_bias<InOrder>(model_.bi[item], err, options_.lr_bi, options_.reg_bi);
      }
      step_factors(user, item, err, root);
      step_implicit(items);
      squared_error += err * err;
    }
    return squared_error;
  }

 private:
  void sum_implicit(Items items, double root) {
    std::fill(z_.begin(), z_.end(), 0.0);
    double* const z = z_.data();
    for (const std::int32_t item : items) {
      const double* const y = yj_.row(static_cast<std::size_t>(item)).data();
#pragma GCC ivdep
      for (std::size_t f = 0; f < z_.size(); ++f) z[f] += y[f] / root;
    }
  }

  [[nodiscard]] double dot(std::size_t user, std::size_t item) const {
    const auto p = model_.pu.row(user);
    const auto q = model_.qi.row(item);
    double sum = 0.0;
    for (std::size_t f = 0; f < z_.size(); ++f) sum += q[f] * (p[f] + z_[f]);
    return sum;
  }

  void step_factors(std::size_t user, std::size_t item, double err, double root) {
    double* const p = model_.pu.row(user).data();
    double* const q = model_.qi.row(item).data();
    const double* const z = z_.data();
    double* const step = step_.data();
#pragma GCC ivdep
    for (std::size_t f = 0; f < z_.size(); ++f) {
      const double old_p = p[f];
      const double old_q = q[f];
      p[f] = old_p + options_.lr_pu * (err * old_q - options_.reg_pu * old_p);
      q[f] = old_q + options_.lr_qi * (err * (old_p + z[f]) - options_.reg_qi * old_q);
      step[f] = err * old_q / root;
    }
  }

  void step_implicit(Items items) {
    const double* const step = step_.data();
    for (const std::int32_t item : items) {
      double* const y = yj_.row(static_cast<std::size_t>(item)).data();
#pragma GCC ivdep
      for (std::size_t f = 0; f < step_.size(); ++f) {
        y[f] += options_.lr_yj * (step[f] - options_.reg_yj * y[f]);
      }
    }
  }

  const BiasedFactors<double>& model_;
  MatrixView<double> yj_;
  const SvdppOptions& options_;
  std::vector<double> z_;
  std::vector<double> step_;  // err * qi / sqrt(n_u), the same for all items of the user
};

}  // namespace

double run_svdpp_bitwise(const WideCsr& by_user, const BiasedFactors<double>& model,
                         MatrixView<double> yj, const SvdppOptions& options,
                         const EpochCallback& on_epoch) {
  Trainer trainer(model, yj, options);
  return run_epochs(by_user, options, on_epoch, [&](std::size_t user, Items items, auto ratings) {
    return trainer.train_user(user, items, ratings);
  });
}

}  // namespace astonish::internal::sgd
