// The ridge regression of one row of ratings on the factors of what it rated; see als.hpp.
//
// A row with clearly fewer ratings than factors is solved in the dual. A system that T cannot solve
// is built again in double, and one that leaves directions open is solved by the shortest solution.
// Holds the memory of one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "astonish/als.hpp"
#include "dual_equations.hpp"
#include "normal_equations.hpp"

namespace astonish::internal::als {

template <typename T>
class Ridge {
 public:
  Ridge(const FactorSide<const T>& fixed, const AlsOptions& options);

  // The factors and, of a biased model, the bias behind them; valid until the next call.
  std::span<const T> solve(const RatedColumns& row);

  // See explain_row.
  void explain(const RatedColumns& row, std::int32_t target, std::span<double> contributions);

 private:
  void set_targets(const RatedColumns& row);
  bool solve_in_dual(const RatedColumns& row);
  template <typename U>
  void build(NormalEquations<U>& equations, const RatedColumns& row) const;
  void solve_in_double(const RatedColumns& row);
  [[nodiscard]] double scale_of(std::size_t n_ratings) const;
  [[nodiscard]] double estimate(std::span<const double> solution, std::int32_t column) const;

  FactorSide<const T> fixed_;
  AlsOptions options_;
  NormalEquations<T> equations_;
  std::size_t longest_dual_;  // ratings up to which the dual is quicker
  DualEquations<T> dual_;
  std::vector<double> targets_;  // ratings less what is fixed
  std::vector<T> solution_;
};

}  // namespace astonish::internal::als
