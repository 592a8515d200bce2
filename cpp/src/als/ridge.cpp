#include "ridge.hpp"

#include <algorithm>

namespace astonish::internal::als {

namespace {

// Solves what build() builds, whatever it is.
template <typename Build>
std::vector<double> solution_of(NormalEquations<double>& equations, const Build& build) {
  std::vector<double> solution(equations.size());
  build(equations);
  if (!equations.solve(solution)) {
    build(equations);
    equations.solve_minimum_norm(solution);
  }
  return solution;
}

}  // namespace

template <typename T>
Ridge<T>::Ridge(const FactorSide<const T>& fixed, const AlsOptions& options)
    : fixed_(fixed),
      options_(options),
      equations_(fixed.factors.cols, options.biased),
      longest_dual_(fixed.factors.cols * 3 / 4),
      dual_(fixed.factors.cols, options.biased, longest_dual_),
      solution_(equations_.size()) {}

template <typename T>
std::span<const T> Ridge<T>::solve(const RatedColumns& row) {
  if (row.columns.empty()) {
    std::fill(solution_.begin(), solution_.end(), T{0});
    return solution_;
  }
  set_targets(row);
  if (solve_in_dual(row)) return solution_;
  build(equations_, row);
  if (!equations_.solve(solution_)) solve_in_double(row);
  return solution_;
}

// The sum of contributions is <v, sum over k of weight_k * target_k * (q_k, 1)> where v solves the
// equations of the row with the factors of `target` and a one on their right side.
template <typename T>
void Ridge<T>::explain(const RatedColumns& row, std::int32_t target,
                       std::span<double> contributions) {
  set_targets(row);
  NormalEquations<double> equations(fixed_.factors.cols, options_.biased);
  const auto solution = solution_of(equations, [&](NormalEquations<double>& system) {
    build(system, row);
    system.set_right_side(fixed_.factors.row(static_cast<std::size_t>(target)));
  });
  for (std::size_t k = 0; k < row.columns.size(); ++k) {
    const double weight = row.weights.empty() ? 1.0 : row.weights[k];
    contributions[k] = weight * targets_[k] * estimate(solution, row.columns[k]);
  }
}

template <typename T>
void Ridge<T>::set_targets(const RatedColumns& row) {
  targets_.assign(row.ratings.begin(), row.ratings.end());
  if (!options_.biased) return;
  for (std::size_t k = 0; k < targets_.size(); ++k) {
    const auto column = static_cast<std::size_t>(row.columns[k]);
    targets_[k] -= options_.global_mean + double{fixed_.biases[column]};
  }
}

template <typename T>
bool Ridge<T>::solve_in_dual(const RatedColumns& row) {
  const bool one_lambda = !options_.biased || options_.reg == options_.reg_bias;
  if (row.columns.size() > longest_dual_ || !one_lambda) return false;
  const double lambda = options_.reg * scale_of(row.columns.size());
  return dual_.solve(fixed_.factors, row.columns, row.weights, targets_, lambda, solution_);
}

template <typename T>
template <typename U>
void Ridge<T>::build(NormalEquations<U>& equations, const RatedColumns& row) const {
  equations.reset();
  equations.add_rows(fixed_.factors, row.columns, row.weights, targets_);
  const double scale = scale_of(row.columns.size());
  equations.add_diagonal(options_.reg * scale, options_.reg_bias * scale);
}

template <typename T>
void Ridge<T>::solve_in_double(const RatedColumns& row) {
  NormalEquations<double> equations(fixed_.factors.cols, options_.biased);
  const auto solution =
      solution_of(equations, [&](NormalEquations<double>& system) { build(system, row); });
  std::transform(solution.begin(), solution.end(), solution_.begin(),
                 [](double value) { return static_cast<T>(value); });
}

template <typename T>
double Ridge<T>::scale_of(std::size_t n_ratings) const {
  return options_.reg_by_count ? static_cast<double>(n_ratings) : 1.0;
}

template <typename T>
double Ridge<T>::estimate(std::span<const double> solution, std::int32_t column) const {
  const auto factors = fixed_.factors.row(static_cast<std::size_t>(column));
  double sum = options_.biased ? solution[factors.size()] : 0.0;
  for (std::size_t f = 0; f < factors.size(); ++f) sum += solution[f] * double{factors[f]};
  return sum;
}

template class Ridge<float>;
template class Ridge<double>;

}  // namespace astonish::internal::als
