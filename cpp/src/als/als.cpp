#include "astonish/als.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "astonish/parallel.hpp"
#include "factors/training.hpp"
#include "linear_algebra/dot.hpp"
#include "ratings/wide_csr.hpp"
#include "ridge.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::factors::all_finite;
using internal::factors::check_weights;
using internal::linear_algebra::dot;
using internal::ratings::WideCsr;
using internal::ratings::widened;
using internal::support::check_code;
using internal::support::check_codes;
using internal::support::check_has_values;
using internal::support::check_length;
using internal::support::check_not_negative;
using internal::support::check_shape;
using namespace internal::als;

namespace {

constexpr std::size_t kRowsPerTask = 16;
constexpr std::size_t kRowsPerSum = 64;

void check_options(const AlsOptions& options) {
  check_not_negative("reg", options.reg);
  check_not_negative("reg_bias", options.reg_bias);
}

template <typename T>
void check_side(const std::string& name, const FactorSide<T>& side, std::size_t n_rows,
                std::size_t n_factors, const AlsOptions& options) {
  check_shape((name + ".factors").c_str(), side.factors, n_rows, n_factors);
  if (options.biased) check_length((name + ".biases").c_str(), side.biases.size(), n_rows);
}

template <typename T>
void check_finite(std::span<const T> solution, std::size_t row) {
  if (all_finite(solution)) return;
  throw std::domain_error("the solution of row " + std::to_string(row) +
                          " is not finite; the regularisation (reg_*), the sample weights or the "
                          "ratings may be too small or too large");
}

template <typename T>
double penalty_of_row(const FactorSide<const T>& side, std::size_t row, const AlsOptions& options) {
  double squares = 0.0;
  for (const T factor : side.factors.row(row)) squares += double{factor} * double{factor};
  if (!options.biased) return options.reg * squares;
  const double bias{side.biases[row]};
  return options.reg * squares + options.reg_bias * bias * bias;
}

RatedColumns rated_columns(const WideCsr& ratings, std::span<const double> weights,
                           std::size_t row) {
  RatedColumns rated{ratings.row_indices(row), ratings.row_values(row), {}};
  if (weights.empty()) return rated;
  const auto begin = static_cast<std::size_t>(ratings.offsets[row]);
  rated.weights = weights.subspan(begin, rated.ratings.size());
  return rated;
}

// The penalties of both sides, divided among the ratings of a user: an item that is regularised by
// its count pays its share with each of its ratings.
template <typename T>
class LossOfUser {
 public:
  LossOfUser(const WideCsr& by_user, std::span<const double> weights,
             const FactorSide<const T>& users, const FactorSide<const T>& items,
             const AlsOptions& options)
      : by_user_(by_user), weights_(weights), users_(users), items_(items), options_(options) {
    for (std::size_t item = 0; item < items.factors.rows; ++item) {
      item_penalties_.push_back(penalty_of_row(items, item, options));
    }
  }

  AlsLoss operator()(std::size_t user) const {
    const auto [items, ratings, weights] = rated_columns(by_user_, weights_, user);
    AlsLoss loss;
    for (std::size_t k = 0; k < items.size(); ++k) {
      const auto item = static_cast<std::size_t>(items[k]);
      const double error = ratings[k] - estimate(user, item);
      loss.squared_error += (weights.empty() ? 1.0 : weights[k]) * error * error;
      if (options_.reg_by_count) loss.penalty += item_penalties_[item];
    }
    const double scale = options_.reg_by_count ? static_cast<double>(items.size()) : 1.0;
    loss.penalty += scale * penalty_of_row(users_, user, options_);
    return loss;
  }

  [[nodiscard]] double rest_of_penalty() const {
    if (options_.reg_by_count) return 0.0;
    return std::accumulate(item_penalties_.begin(), item_penalties_.end(), 0.0);
  }

 private:
  [[nodiscard]] double estimate(std::size_t user, std::size_t item) const {
    const double product =
        dot(users_.factors.row(user).data(), items_.factors.row(item).data(), users_.factors.cols);
    if (!options_.biased) return product;
    return options_.global_mean + double{users_.biases[user]} + double{items_.biases[item]} +
           product;
  }

  const WideCsr& by_user_;
  std::span<const double> weights_;
  const FactorSide<const T>& users_;
  const FactorSide<const T>& items_;
  const AlsOptions& options_;
  std::vector<double> item_penalties_;
};

template <typename T>
void solve_side_wide(const WideCsr& ratings, std::span<const double> weights,
                     const FactorSide<const T>& fixed, const AlsOptions& options,
                     const FactorSide<T>& solved, int n_threads, const KeepGoing& keep_going) {
  check_options(options);
  check_has_values("ratings", ratings);
  check_weights(weights, ratings.indices.size());
  check_side("fixed", fixed, ratings.n_cols, solved.factors.cols, options);
  check_side("solved", solved, ratings.n_rows(), solved.factors.cols, options);
  const auto solve_rows = [&](std::size_t begin, std::size_t end) {
    Ridge<T> ridge(fixed, options);
    for (std::size_t row = begin; row < end; ++row) {
      const auto solution = ridge.solve(rated_columns(ratings, weights, row));
      check_finite(solution, row);
      const auto factors = solved.factors.row(row);
      std::copy_n(solution.begin(), factors.size(), factors.begin());
      if (options.biased) solved.biases[row] = solution.back();
    }
  };
  parallel_for(ratings.n_rows(), n_threads, kRowsPerTask, solve_rows, keep_going);
}

template <typename T>
AlsLoss als_loss_wide(const WideCsr& by_user, std::span<const double> weights,
                      const FactorSide<const T>& users, const FactorSide<const T>& items,
                      const AlsOptions& options, int n_threads) {
  check_options(options);
  check_has_values("by_user", by_user);
  check_weights(weights, by_user.indices.size());
  check_side("users", users, by_user.n_rows(), users.factors.cols, options);
  check_side("items", items, by_user.n_cols, users.factors.cols, options);
  const LossOfUser<T> loss_of(by_user, weights, users, items, options);
  std::vector<AlsLoss> sums(by_user.n_rows() / kRowsPerSum + 1);
  parallel_for(by_user.n_rows(), n_threads, kRowsPerSum, [&](std::size_t begin, std::size_t end) {
    AlsLoss& sum = sums[begin / kRowsPerSum];
    for (std::size_t user = begin; user < end; ++user) {
      const AlsLoss loss = loss_of(user);
      sum.squared_error += loss.squared_error;
      sum.penalty += loss.penalty;
    }
  });
  AlsLoss total{0.0, loss_of.rest_of_penalty()};
  for (const AlsLoss& sum : sums) {
    total.squared_error += sum.squared_error;
    total.penalty += sum.penalty;
  }
  return total;
}

}  // namespace

template <typename T, typename Offset>
void solve_side(const CsrView<Offset>& ratings, std::span<const double> weights,
                const FactorSide<const T>& fixed, const AlsOptions& options,
                const FactorSide<T>& solved, int n_threads, const KeepGoing& keep_going) {
  solve_side_wide(widened(ratings), weights, fixed, options, solved, n_threads, keep_going);
}

template <typename T, typename Offset>
AlsLoss als_loss(const CsrView<Offset>& by_user, std::span<const double> weights,
                 const FactorSide<const T>& users, const FactorSide<const T>& items,
                 const AlsOptions& options, int n_threads) {
  return als_loss_wide(widened(by_user), weights, users, items, options, n_threads);
}

template <typename T>
void explain_row(const RatedColumns& row, const FactorSide<const T>& fixed,
                 const AlsOptions& options, std::int32_t target, std::span<double> contributions) {
  check_options(options);
  check_length("ratings", row.ratings.size(), row.columns.size());
  check_weights(row.weights, row.columns.size());
  check_length("contributions", contributions.size(), row.columns.size());
  check_side("fixed", fixed, fixed.factors.rows, fixed.factors.cols, options);
  check_codes("columns", row.columns, 0, fixed.factors.rows);
  check_code("target", 0, target, 0, fixed.factors.rows);
  Ridge<T>(fixed, options).explain(row, target, contributions);
}

#define ASTONISH_INSTANTIATE(T, Offset)                                                         \
  template void solve_side(const CsrView<Offset>&, std::span<const double>,                     \
                           const FactorSide<const T>&, const AlsOptions&, const FactorSide<T>&, \
                           int, const KeepGoing&);                                              \
  template AlsLoss als_loss(const CsrView<Offset>&, std::span<const double>,                    \
                            const FactorSide<const T>&, const FactorSide<const T>&,             \
                            const AlsOptions&, int);
ASTONISH_FOR_TYPES_AND_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

template void explain_row(const RatedColumns&, const FactorSide<const float>&, const AlsOptions&,
                          std::int32_t, std::span<double>);
template void explain_row(const RatedColumns&, const FactorSide<const double>&, const AlsOptions&,
                          std::int32_t, std::span<double>);

}  // namespace astonish
