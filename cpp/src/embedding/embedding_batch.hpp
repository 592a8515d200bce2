// One embedding in the batches of a network: its rows copied to their columns of the inputs, and
// the gradients of these added up for each row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adam/matrix.hpp"
#include "adam/table.hpp"
#include "batch_rows.hpp"

namespace astonish::internal::embedding {

using adam::AdamKind;
using adam::AdamSteps;
using adam::AdamTable;
using adam::AdamViews;
using linear_algebra::PaddedRows;
using parallel::Share;

template <typename T>
class EmbeddingBatch {
 public:
  // `first_column` is where the columns of this embedding begin in the inputs.
  EmbeddingBatch(const AdamViews<const T>& initial, std::size_t first_column)
      : n_cols_(initial.weights.cols),
        first_column_(first_column),
        table_(initial.weights.rows, n_cols_),
        batch_(initial.weights.rows) {
    each_kind(initial, [&](MatrixView<const T> matrix, AdamKind kind) {
      for (std::size_t row = 0; row < matrix.rows; ++row) {
        std::copy_n(matrix.row(row).data(), n_cols_, table_.row(row, kind));
      }
    });
  }

  [[nodiscard]] std::size_t n_rows() const { return table_.n_rows(); }

  void copy_to(const AdamViews<T>& out) const {
    each_kind(out, [&](MatrixView<T> matrix, AdamKind kind) {
      for (std::size_t row = 0; row < matrix.rows; ++row) {
        std::copy_n(table_.row(row, kind), n_cols_, matrix.row(row).data());
      }
    });
  }

  // Makes room for batches of n samples.
  void reserve(std::size_t n) {
    gradients_ = PaddedRows<T>(n, n_cols_);
    row_of_sample_.resize(n);
  }

  // Takes the rows of a batch.
  void find_rows(std::span<const std::int32_t> rows, std::span<const std::int32_t> samples) {
    for (std::size_t k = 0; k < samples.size(); ++k) {
      row_of_sample_[k] = rows[static_cast<std::size_t>(samples[k])];
    }
    batch_.assign(row_of_sample_);
  }

  void gather(PaddedRows<T>& inputs, std::size_t part, std::size_t n_parts, std::size_t step,
              const AdamSteps& steps) {
    const Share slots(batch_.size(), part, n_parts);
    for (std::size_t slot = slots.begin; slot < slots.end; ++slot) {
      const std::size_t row = batch_.row(slot);
      table_.catch_up(row, step, steps);
      for (const std::int32_t sample : batch_.samples(slot)) {
        T* input = inputs.row(static_cast<std::size_t>(sample)) + first_column_;
        std::copy_n(table_.row(row, AdamKind::weights), n_cols_, input);
      }
    }
  }

  void move(const PaddedRows<T>& input_gradients, std::size_t part, std::size_t n_parts,
            std::size_t step, const AdamSteps& steps) {
    const Share slots(batch_.size(), part, n_parts);
    for (std::size_t slot = slots.begin; slot < slots.end; ++slot) {
      T* sum = gradients_.row(slot);
      std::fill_n(sum, n_cols_, T{0});
      for (const std::int32_t sample : batch_.samples(slot)) {
        const T* row = input_gradients.row(static_cast<std::size_t>(sample)) + first_column_;
#pragma GCC ivdep
        for (std::size_t c = 0; c < n_cols_; ++c) sum[c] += row[c];
      }
      table_.update(batch_.row(slot), sum, step, steps);
    }
  }

  void finish(const AdamSteps& steps, int n_threads, const KeepGoing& keep_going) {
    table_.finish(steps.size(), steps, n_threads, keep_going);
  }

 private:
  template <typename U, typename Body>
  static void each_kind(const AdamViews<U>& views, const Body& body) {
    body(views.weights, AdamKind::weights);
    body(views.averages, AdamKind::averages);
    body(views.squares, AdamKind::squares);
  }

  std::size_t n_cols_, first_column_;
  AdamTable<T> table_;
  BatchRows batch_;
  std::vector<std::int32_t> row_of_sample_;
  PaddedRows<T> gradients_{0, 1};  // of the rows of the batch
};

}  // namespace astonish::internal::embedding
