// One batch of EmbeddingDot: its phases, and what they share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adam/table.hpp"
#include "astonish/embedding_dot.hpp"
#include "batch_errors.hpp"
#include "batch_rows.hpp"
#include "linear_algebra/lanes.hpp"
#include "linear_algebra/padded.hpp"
#include "parallel/phases.hpp"
#include "run_batches.hpp"

namespace astonish::internal::embedding {

using adam::AdamKind;
using adam::AdamTable;
using linear_algebra::kLanesOf;
using linear_algebra::LanesOf;
using linear_algebra::load_lanes;
using linear_algebra::PaddedRows;
using linear_algebra::sum_lanes;
using parallel::Share;

// The users or the items. A row of the table has the factors and two more lanes, of which one is
// its bias and the other zero, so the product of two rows is that of their factors.
template <typename T>
struct Side {
  Side(std::size_t n_rows, std::size_t n_factors, std::size_t its_bias_lane, bool is_trained)
      : table(n_rows, n_factors + 2),
        bias_lane(its_bias_lane),
        trained(is_trained),
        batch(n_rows) {}

  void read(AdamKind kind, MatrixView<const T> factors, std::span<const T> biases) {
    for (std::size_t row = 0; row < factors.rows; ++row) {
      T* numbers = table.row(row, kind);
      std::copy_n(factors.row(row).data(), factors.cols, numbers);
      if (!biases.empty()) numbers[bias_lane] = biases[row];
    }
  }

  void write(AdamKind kind, MatrixView<T> factors, std::span<T> biases) const {
    for (std::size_t row = 0; row < factors.rows; ++row) {
      const T* numbers = table.row(row, kind);
      std::copy_n(numbers, factors.cols, factors.row(row).data());
      biases[row] = numbers[bias_lane];
    }
  }

  // The weights of the row of a sample of the batch.
  [[nodiscard]] const T* weights_of(std::size_t sample) const {
    return table.row(static_cast<std::size_t>(row_of_sample[sample]), AdamKind::weights);
  }

  AdamTable<T> table;
  std::size_t bias_lane;
  bool trained;
  std::vector<std::int32_t> row_of_sample;
  BatchRows batch;
};

template <typename T>
T product(const T* a, const T* b, std::size_t width) {
  LanesOf<T> sum = load_lanes<T>(a) * load_lanes<T>(b);
  for (std::size_t at = kLanesOf<T>; at < width; at += kLanesOf<T>) {
    sum += load_lanes<T>(a + at) * load_lanes<T>(b + at);
  }
  return sum_lanes<T>(sum)[0];
}

template <typename T>
void add_scaled(T* to, const T* from, T scale, std::size_t width) {
  for (std::size_t k = 0; k < width; ++k) to[k] += scale * from[k];
}

template <typename T>
struct DotState {
  DotState(std::size_t n_users, std::size_t n_items, std::size_t its_n_factors,
           const EmbeddingDotOptions& its_options)
      : options(its_options),
        n_factors(its_n_factors),
        errors(options.y_range),
        users(n_users, n_factors, n_factors, options.trains_users),
        items(n_items, n_factors, n_factors + 1, options.trains_items) {}

  // Makes room for batches of n samples.
  void reserve(std::size_t n) {
    if (n == batch_size) return;
    batch_size = 0;  // until there is room for all of it
    user_gradients = PaddedRows<T>(n, users.table.width());
    item_gradients = PaddedRows<T>(n, items.table.width());
    errors.reserve(n);
    slopes.resize(n);
    batch_size = n;
  }

  EmbeddingDotOptions options;
  std::size_t n_factors;
  BatchErrors<T> errors;
  Side<T> users, items;

  std::size_t batch_size = 0;
  PaddedRows<T> user_gradients{0, 0}, item_gradients{0, 0};  // of the rows of the batch
  std::vector<T> slopes;  // of the loss by the sum, of each sample of the batch
};

// The phases of one batch after the other; each needs all of the one before.
template <typename T>
class DotBatches {
 public:
  static constexpr std::size_t kPhases = 5;

  DotBatches(DotState<T>& state, const BatchRun<T>& run) : state_(state), run_(run) {}

  void operator()(std::size_t position, std::size_t part) const {
    const std::size_t batch = position / kPhases;
    switch (position % kPhases) {
      case 0:
        return find_rows(batch, part);
      case 1:
        each_side(part, [&](Side<T>& side, PaddedRows<T>&, std::size_t slot) {
          side.table.catch_up(side.batch.row(slot), batch, run_.steps);
        });
        return;
      case 2:
        return measure(batch, part);
      case 3:
        each_side(part, [&](Side<T>& side, PaddedRows<T>& gradients, std::size_t slot) {
          sum_gradient(side, other(side), gradients.row(slot), slot);
        });
        return;
      default:
        each_side(part, [&](Side<T>& side, PaddedRows<T>& gradients, std::size_t slot) {
          side.table.update(side.batch.row(slot), gradients.row(slot), batch, run_.steps);
        });
        if (part == 0) {
          run_.losses[batch] = state_.errors.loss(batch, run_.rates.lrs[batch]);
        }
    }
  }

 private:
  const Side<T>& other(const Side<T>& side) const {
    return &side == &state_.users ? state_.items : state_.users;
  }

  void find_rows(std::size_t batch, std::size_t part) const {
    if (part == 0) find_rows(state_.users, run_.pairs.users, batch);
    if (part == run_.n_parts - 1) find_rows(state_.items, run_.pairs.items, batch);
  }

  void find_rows(Side<T>& side, std::span<const std::int32_t> rows, std::size_t batch) const {
    side.row_of_sample.clear();
    for (const std::int32_t sample : run_.samples(batch)) {
      side.row_of_sample.push_back(rows[static_cast<std::size_t>(sample)]);
    }
    if (side.trained) side.batch.assign(side.row_of_sample);
  }

  template <typename Body>
  void each_side(std::size_t part, const Body& body) const {
    each_row(state_.users, state_.user_gradients, part, body);
    each_row(state_.items, state_.item_gradients, part, body);
  }

  template <typename Body>
  void each_row(Side<T>& side, PaddedRows<T>& gradients, std::size_t part, const Body& body) const {
    const Share share(side.batch.size(), part, run_.n_parts);
    for (std::size_t slot = share.begin; slot < share.end; ++slot) body(side, gradients, slot);
  }

  // Errors and slopes of the samples.
  void measure(std::size_t batch, std::size_t part) const {
    const auto its_samples = run_.samples(batch);
    const std::size_t user_bias = state_.users.bias_lane, item_bias = state_.items.bias_lane;
    const Share share(its_samples.size(), part, run_.n_parts);
    for (std::size_t k = share.begin; k < share.end; ++k) {
      const T* p = state_.users.weights_of(k);
      const T* q = state_.items.weights_of(k);
      T sum = product(p, q, state_.users.table.width());
      if (state_.options.biased) sum += p[user_bias] + q[item_bias];
      state_.slopes[k] = state_.errors.slope(k, sum, run_.rating(its_samples[k]));
    }
  }

  void sum_gradient(const Side<T>& side, const Side<T>& its_other, T* gradient,
                    std::size_t slot) const {
    const std::size_t width = side.table.width();
    std::fill_n(gradient, width, T{0});
    T of_bias = 0;
    for (const std::int32_t sample : side.batch.samples(slot)) {
      const auto k = static_cast<std::size_t>(sample);
      add_scaled(gradient, its_other.weights_of(k), state_.slopes[k], width);
      of_bias += state_.slopes[k];
    }
    gradient[its_other.bias_lane] = 0;
    gradient[side.bias_lane] = state_.options.biased ? of_bias : T{0};
  }

  DotState<T>& state_;
  const BatchRun<T>& run_;
};

}  // namespace astonish::internal::embedding
