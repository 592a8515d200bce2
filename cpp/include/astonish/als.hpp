// Alternating least squares for ratings: one side's factors and biases, exactly, given the other's.
//
// With the items fixed, the parameters of a user are the solution of a ridge regression of their
// own, which does not touch any other user:
//
//   minimise over p, b   sum over rated i of w_i (r_i - global_mean - bi_i - b - <p, q_i>)^2
//                        + s * (reg * |p|^2 + reg_bias * b^2),
//
// where s is the user's number of ratings (the weighted regularisation of ALS-WR) or 1, and w are
// weights of the ratings where there are any. solve_side
// does this for every row of a CSR; users and then items is one epoch of training, and the same
// call gives parameters to users who were not there when the items were trained. No half-step
// increases the objective that als_loss returns, up to rounding.
//
// Systems that leave directions open (no regularisation) are solved by the shortest of their
// solutions. A row without ratings gets zeros. Rows do not depend on each other: the same bits for
// any number of threads. Cost of a row of m ratings: m n^2 + n^3 / 3 flops for n factors; for m <
// n, in the dual, n m^2 + m^3 / 3.
//
// Source: Zhou, Wilkinson, Schreiber, Pan: Large-scale parallel collaborative filtering for the
// Netflix prize. 2008.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"
#include "astonish/parallel.hpp"

namespace astonish {

struct AlsOptions {
  double reg = 0.08;         // L2 regularisation of factors, not negative
  double reg_bias = 0.08;    // the same of biases, of a biased model only
  bool reg_by_count = true;  // both times the number of ratings of the row
  double global_mean = 0.0;  // of a biased model only
  bool biased = true;        // false: factors alone; biases are neither read nor written
};

// The parameters of users, or those of items.
template <typename T>
struct FactorSide {
  MatrixView<T> factors;
  std::span<T> biases;  // one a row of factors

  operator FactorSide<const T>() const  // NOLINT(google-explicit-constructor)
      requires(!std::is_const_v<T>) {
    return {factors, biases};
  }
};

// Writes the solution of each row of `ratings`, whose columns are the rows of `fixed`. `weights`,
// not negative, has one entry for each of the ratings, or none. Throws std::invalid_argument for
// shapes that do not match, a negative reg or n_threads < 1, std::domain_error for parameters that
// are not finite, Cancelled when `keep_going` says no; some rows are written then. Instantiated for
// float and double.
template <typename T, typename Offset>
void solve_side(const CsrView<Offset>& ratings, std::span<const double> weights,
                const FactorSide<const T>& fixed, const AlsOptions& options,
                const FactorSide<T>& solved, int n_threads, const KeepGoing& keep_going = {});

struct AlsLoss {
  double squared_error = 0.0;  // the weighted sum over all ratings
  double penalty = 0.0;        // what regularisation adds to it
};

// What training minimises. The sums are taken in one order for any number of threads. Throws
// std::invalid_argument as solve_side.
template <typename T, typename Offset>
[[nodiscard]] AlsLoss als_loss(const CsrView<Offset>& by_user, std::span<const double> weights,
                               const FactorSide<const T>& users, const FactorSide<const T>& items,
                               const AlsOptions& options, int n_threads);

// The ratings of a row, and what they are ratings of.
struct RatedColumns {
  std::span<const std::int32_t> columns;
  std::span<const double> ratings;
  std::span<const double> weights;  // one a rating, or none
};

// What each rating of one row adds to the estimate of the column `target`, when the row is solved
// as above: <p, q_target> + b is the sum of `contributions`, one for each of row.columns. Throws as
// solve_side, and std::out_of_range for a code outside of `fixed`.
template <typename T>
void explain_row(const RatedColumns& row, const FactorSide<const T>& fixed,
                 const AlsOptions& options, std::int32_t target, std::span<double> contributions);

}  // namespace astonish
