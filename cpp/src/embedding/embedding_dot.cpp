#include "astonish/embedding_dot.hpp"

#include <string>
#include <utility>

#include "dot_batches.hpp"
#include "support/check.hpp"

namespace astonish {

using internal::adam::AdamKind;
using internal::adam::AdamSteps;
using internal::parallel::run_phases;
using internal::support::check_length;
using internal::support::check_shape;
using namespace internal::embedding;

namespace {

template <typename T>
void check_arrays(const std::string& name, const DotArrays<T>& arrays, std::size_t n_users,
                  std::size_t n_items, std::size_t n_factors) {
  check_shape((name + ".pu").c_str(), arrays.pu, n_users, n_factors);
  check_shape((name + ".qi").c_str(), arrays.qi, n_items, n_factors);
  check_length((name + ".bu").c_str(), arrays.bu.size(), n_users);
  check_length((name + ".bi").c_str(), arrays.bi.size(), n_items);
}

}  // namespace

template <typename T>
struct EmbeddingDot<T>::State : DotState<T> {
  using DotState<T>::DotState;

  void check(const std::string& name, const auto& arrays) const {
    check_arrays(name, arrays, this->users.table.n_rows(), this->items.table.n_rows(),
                 this->n_factors);
  }

  void read(AdamKind kind, const std::string& name, const DotArrays<const T>& arrays) {
    check(name, arrays);
    const bool biased = this->options.biased;
    this->users.read(kind, arrays.pu, biased ? arrays.bu : std::span<const T>{});
    this->items.read(kind, arrays.qi, biased ? arrays.bi : std::span<const T>{});
  }

  void write(AdamKind kind, const DotArrays<T>& arrays) const {
    this->users.write(kind, arrays.pu, arrays.bu);
    this->items.write(kind, arrays.qi, arrays.bi);
  }
};

template <typename T>
EmbeddingDot<T>::EmbeddingDot(const DotArrays<const T>& weights, const DotArrays<const T>& averages,
                              const DotArrays<const T>& squares,
                              const EmbeddingDotOptions& options) {
  check_adam(options.adam);
  if (options.y_range) check_y_range(*options.y_range);
  state_ = std::make_unique<State>(weights.pu.rows, weights.qi.rows, weights.pu.cols, options);
  state_->read(AdamKind::weights, "weights", weights);
  state_->read(AdamKind::averages, "averages", averages);
  state_->read(AdamKind::squares, "squares", squares);
}

template <typename T>
EmbeddingDot<T>::~EmbeddingDot() = default;
template <typename T>
EmbeddingDot<T>::EmbeddingDot(EmbeddingDot&&) noexcept = default;
template <typename T>
EmbeddingDot<T>& EmbeddingDot<T>::operator=(EmbeddingDot&&) noexcept = default;

template <typename T>
void EmbeddingDot<T>::run(const RatedPairs<T>& pairs, const SampleBatches& batches,
                          const BatchRates& rates, std::span<double> losses, int n_threads,
                          const KeepGoing& keep_going) {
  State& state = *state_;
  check_run<T>(pairs, batches, rates, losses, n_threads, state.users.table.n_rows(),
               state.items.table.n_rows());
  const AdamSteps steps(state.options.adam, rates);
  state.reserve(batches.size);
  const std::size_t n_parts = parts_of_batch(batches.size * state.users.table.width(), n_threads);
  const BatchRun<T> run{pairs, batches, rates, steps, losses, n_parts};
  run_phases(steps.size() * DotBatches<T>::kPhases, n_parts, n_threads, keep_going,
             DotBatches<T>(state, run));
  for (Side<T>* side : {&state.users, &state.items}) {
    if (side->trained) side->table.finish(steps.size(), steps, n_threads, keep_going);
  }
  state.options.adam.first_step += steps.size();
}

template <typename T>
void EmbeddingDot<T>::copy_to(const DotArrays<T>& weights, const DotArrays<T>& averages,
                              const DotArrays<T>& squares) const {
  state_->check("weights", weights);
  state_->check("averages", averages);
  state_->check("squares", squares);
  state_->write(AdamKind::weights, weights);
  state_->write(AdamKind::averages, averages);
  state_->write(AdamKind::squares, squares);
}

template class EmbeddingDot<float>;
template class EmbeddingDot<double>;

}  // namespace astonish
