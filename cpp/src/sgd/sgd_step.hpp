// What one rating does to a row of users and a row of items, for ParallelSgd.
//
// A row holds the biases in front of the factors, each beside a one in the row of the other side:
//
//   user  bu  1   pu[0]  pu[1] ...
//   item  1   bi  qi[0]  qi[1] ...
//
// so their inner product is bu + bi + <pu, qi>, and the update of a factor, with rates of its own,
// is that of a bias; a rate of zero keeps the ones. An unbiased model has rows of factors alone.
// Both lanes lie in the first vector; in all others the rates are the same.
#pragma once

#include <cstddef>

#include "astonish/sgd.hpp"
#include "linear_algebra/lanes.hpp"

namespace astonish::internal::sgd {

using linear_algebra::all_lanes;
using linear_algebra::kLanesOf;
using linear_algebra::LanesOf;
using linear_algebra::load_lanes;
using linear_algebra::store_lanes;
using linear_algebra::sum_lanes;

inline constexpr std::size_t kBiasLanes = 2;

// p <- keep * p + move * err * q: the update of sgd.hpp with its constants taken out.
template <typename T>
struct Rates {
  Rates(double lr, double reg) : keep(static_cast<T>(1.0 - lr * reg)), move(static_cast<T>(lr)) {}

  T keep, move;
};

template <typename T>
struct SideRates {
  SideRates(double lr, double reg)
      : factors(lr, reg),
        first_keep(all_lanes<T>(factors.keep)),
        first_move(all_lanes<T>(factors.move)) {}

  void set_lane(std::size_t lane, Rates<T> rates) {
    first_keep[lane] = rates.keep;
    first_move[lane] = rates.move;
  }

  Rates<T> factors;
  LanesOf<T> first_keep, first_move;
};

template <typename T>
struct StepRates {
  StepRates(const SgdOptions& options, bool biased)
      : user(options.lr_pu, options.reg_pu), item(options.lr_qi, options.reg_qi) {
    if (!biased) return;
    user.set_lane(0, {options.lr_bu, options.reg_bu});
    user.set_lane(1, {0.0, 0.0});
    item.set_lane(0, {0.0, 0.0});
    item.set_lane(1, {options.lr_bi, options.reg_bi});
  }

  SideRates<T> user, item;
};

// New values of one vector of both rows; both read the old ones. The product with the error comes
// last in time, so it is the one that the compiler should fuse with the sum: it stands first.
template <typename T, typename Keep>
void move_lanes(LanesOf<T>& p, const LanesOf<T>& q, T* q_to, const Keep& keep_p,
                const LanesOf<T>& move_p, const Keep& keep_q, const LanesOf<T>& move_q) {
  const LanesOf<T> old_p = p;
  p = move_p * q + keep_p * old_p;
  store_lanes<T>(move_q * old_p + keep_q * q, q_to);
}

// A user's row of n vectors, in registers from the first of the user's ratings to the last.
template <typename T, std::size_t n>
class RegisterRow {
 public:
  [[nodiscard]] static constexpr std::size_t width() { return n * kLanesOf<T>; }

  void load(T* row) {
    row_ = row;
    for (std::size_t v = 0; v < n; ++v) p_[v] = load_lanes<T>(row + v * kLanesOf<T>);
  }

  void store() const {
    for (std::size_t v = 0; v < n; ++v) store_lanes<T>(p_[v], row_ + v * kLanesOf<T>);
  }

  // Returns the error of a rating before its update, which the weight multiplies.
  T step(T* q_row, const T* /*next*/, T target, T weight, const StepRates<T>& rates) {
    LanesOf<T> q[n];
    for (std::size_t v = 0; v < n; ++v) q[v] = load_lanes<T>(q_row + v * kLanesOf<T>);
    const LanesOf<T> error = target - product(q);
    move_lanes<T>(p_[0], q[0], q_row, rates.user.first_keep,
                  error * (weight * rates.user.first_move), rates.item.first_keep,
                  error * (weight * rates.item.first_move));
    const LanesOf<T> move_p = error * (weight * rates.user.factors.move);
    const LanesOf<T> move_q = error * (weight * rates.item.factors.move);
    const T keep_p = rates.user.factors.keep;
    const T keep_q = rates.item.factors.keep;
    for (std::size_t v = 1; v < n; ++v) {
      move_lanes<T>(p_[v], q[v], q_row + v * kLanesOf<T>, keep_p, move_p, keep_q, move_q);
    }
    return error[0];
  }

  void forget(const T* /*q_row*/) const {}

 private:
  // The inner product in every lane; four sums side by side, as each addition takes its time.
  LanesOf<T> product(const LanesOf<T> (&q)[n]) const {
    constexpr std::size_t n_sums = n < 4 ? n : 4;
    LanesOf<T> sums[n_sums];
    for (std::size_t v = 0; v < n_sums; ++v) sums[v] = p_[v] * q[v];
    for (std::size_t v = n_sums; v < n; ++v) sums[v % n_sums] += p_[v] * q[v];
    if constexpr (n_sums == 4) return sum_lanes<T>((sums[0] + sums[1]) + (sums[2] + sums[3]));
    for (std::size_t v = 1; v < n_sums; ++v) sums[0] += sums[v];
    return sum_lanes<T>(sums[0]);
  }

  T* row_ = nullptr;
  LanesOf<T> p_[n];
};

// A user's row of any number of vectors, in memory. What bounds it are loads and stores, so the
// update of a rating and the product of the user's next one are one pass.
template <typename T>
class MemoryRow {
 public:
  explicit MemoryRow(std::size_t width) : width_(width) {}
  [[nodiscard]] std::size_t width() const { return width_; }

  void load(T* row) {
    row_ = row;
    expected_ = nullptr;
  }
  void store() const {}

  // `next` is the row of the user's next rating, or nullptr.
  T step(T* q_row, const T* next, T target, T weight, const StepRates<T>& rates) {
    if (q_row != expected_) product_ = product(q_row);
    const LanesOf<T> error = target - product_;
    const Moves moves(error, weight, rates);
    expected_ = next == q_row ? nullptr : next;
    if (expected_ == nullptr) {
      move_first(q_row, moves, rates);
      for (std::size_t at = kLanesOf<T>; at < width_; at += kLanesOf<T>) move(at, q_row, moves);
    } else {
      product_ = move_and_multiply(q_row, moves, rates);
    }
    return error[0];
  }

  // A row of the other side changed: no product with it is known any more.
  void forget(const T* q_row) {
    if (expected_ == q_row) expected_ = nullptr;
  }

 private:
  struct Moves {
    Moves(const LanesOf<T>& error, T weight, const StepRates<T>& rates)
        : pull(error * weight),
          p(pull * rates.user.factors.move),
          q(pull * rates.item.factors.move),
          keep_p(rates.user.factors.keep),
          keep_q(rates.item.factors.keep) {}

    LanesOf<T> pull, p, q;
    T keep_p, keep_q;
  };

  // Four sums side by side, as each addition takes its time.
  template <typename Term>
  LanesOf<T> summed(LanesOf<T> first, const Term& term) const {
    LanesOf<T> second{}, third{}, fourth{};
    std::size_t at = kLanesOf<T>;
    for (; at + 4 * kLanesOf<T> <= width_; at += 4 * kLanesOf<T>) {
      first += term(at);
      second += term(at + kLanesOf<T>);
      third += term(at + 2 * kLanesOf<T>);
      fourth += term(at + 3 * kLanesOf<T>);
    }
    for (; at < width_; at += kLanesOf<T>) second += term(at);
    return sum_lanes<T>((first + second) + (third + fourth));
  }

  LanesOf<T> product(const T* q_row) const {
    const auto term = [&](std::size_t at) {
      return load_lanes<T>(row_ + at) * load_lanes<T>(q_row + at);
    };
    return summed(term(0), term);
  }

  LanesOf<T> move_and_multiply(T* q_row, const Moves& moves, const StepRates<T>& rates) const {
    const T* const next = expected_;
    const auto term = [&](std::size_t at) {
      return move(at, q_row, moves) * load_lanes<T>(next + at);
    };
    return summed(move_first(q_row, moves, rates) * load_lanes<T>(next), term);
  }

  // New values of the first vectors, whose lanes have rates of their own; returns the user's.
  LanesOf<T> move_first(T* q_row, const Moves& moves, const StepRates<T>& rates) const {
    LanesOf<T> p = load_lanes<T>(row_);
    move_lanes<T>(p, load_lanes<T>(q_row), q_row, rates.user.first_keep,
                  moves.pull * rates.user.first_move, rates.item.first_keep,
                  moves.pull * rates.item.first_move);
    store_lanes<T>(p, row_);
    return p;
  }

  LanesOf<T> move(std::size_t at, T* q_row, const Moves& moves) const {
    LanesOf<T> p = load_lanes<T>(row_ + at);
    move_lanes<T>(p, load_lanes<T>(q_row + at), q_row + at, moves.keep_p, moves.p, moves.keep_q,
                  moves.q);
    store_lanes<T>(p, row_ + at);
    return p;
  }

  std::size_t width_;
  T* row_ = nullptr;
  const T* expected_ = nullptr;  // the row that product_ is with, of nothing if nullptr
  LanesOf<T> product_{};
};

}  // namespace astonish::internal::sgd
