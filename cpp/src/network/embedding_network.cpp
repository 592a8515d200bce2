#include "astonish/embedding_network.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "network_batches.hpp"

namespace astonish {

using internal::adam::AdamSteps;
using internal::embedding::BatchRun;
using internal::embedding::check_run;
using internal::embedding::parts_of_batch;
using internal::parallel::run_phases;
using internal::support::check_length;
using namespace internal::network;

namespace {

// Tiles multiply so many numbers while a plain loop touches one; see parts_of_batch().
constexpr std::size_t kTermsPerNumber = 128;

void check_dropped(const std::string& name, double p) {
  if (!(p >= 0.0 && p < 1.0)) {
    throw std::invalid_argument(name + " is " + std::to_string(p) + ", it must be in [0, 1)");
  }
}

void check_options(const EmbeddingNetworkOptions& options, const NetworkShape& shape) {
  check_adam(options.adam);
  if (options.y_range) check_y_range(*options.y_range);
  check_dropped("embed_p", options.embed_p);
  if (!options.ps.empty()) check_length("ps", options.ps.size(), shape.n_hidden());
  for (std::size_t k = 0; k < options.ps.size(); ++k) {
    check_dropped("ps[" + std::to_string(k) + "]", options.ps[k]);
  }
}

}  // namespace

template <typename T>
struct EmbeddingNetwork<T>::State : NetworkState<T> {
  using NetworkState<T>::NetworkState;
};

template <typename T>
EmbeddingNetwork<T>::EmbeddingNetwork(const NetworkArrays<const T>& weights,
                                      const NetworkArrays<const T>& averages,
                                      const NetworkArrays<const T>& squares,
                                      std::span<const NormBuffers<const T>> buffers,
                                      const EmbeddingNetworkOptions& options) {
  NetworkShape shape = shape_of(weights, options.use_bn);
  check_options(options, shape);
  const NetworkViews<const T> views{weights, averages, squares};
  views.check(shape);
  check_buffers(buffers, shape);
  state_ = std::make_unique<State>(views, buffers, options, std::move(shape));
}

template <typename T>
EmbeddingNetwork<T>::~EmbeddingNetwork() = default;
template <typename T>
EmbeddingNetwork<T>::EmbeddingNetwork(EmbeddingNetwork&&) noexcept = default;
template <typename T>
EmbeddingNetwork<T>& EmbeddingNetwork<T>::operator=(EmbeddingNetwork&&) noexcept = default;

template <typename T>
void EmbeddingNetwork<T>::run(const RatedPairs<T>& pairs, const SampleBatches& batches,
                              const BatchRates& rates, std::span<double> losses, int n_threads,
                              const KeepGoing& keep_going) {
  State& state = *state_;
  check_run<T>(pairs, batches, rates, losses, n_threads, state.shape.n_users, state.shape.n_items);
  if (batches.size == 1 && state.options.use_bn && !state.hidden.empty()) {
    throw std::invalid_argument("the batch size is 1, normalisation needs at least 2");
  }
  const AdamSteps steps(state.options.adam, rates);
  state.reserve(batches.size);
  const std::size_t n_parts =
      parts_of_batch(state.n_terms(batches.size) / kTermsPerNumber, n_threads);
  const BatchRun<T> run{pairs, batches, rates, steps, losses, n_parts};
  run_phases(steps.size() * NetworkBatches<T>::phases_of(state), n_parts, n_threads, keep_going,
             NetworkBatches<T>(state, run));
  state.users.finish(steps, n_threads, keep_going);
  state.items.finish(steps, n_threads, keep_going);
  state.options.adam.first_step += steps.size();
}

template <typename T>
void EmbeddingNetwork<T>::copy_to(const NetworkArrays<T>& weights, const NetworkArrays<T>& averages,
                                  const NetworkArrays<T>& squares,
                                  std::span<const NormBuffers<T>> buffers) const {
  const State& state = *state_;
  const NetworkViews<T> views{weights, averages, squares};
  views.check(state.shape);
  check_buffers(buffers, state.shape);
  state.users.copy_to(views.pu());
  state.items.copy_to(views.qi());
  for (std::size_t k = 0; k < state.hidden.size(); ++k) {
    const HiddenLayer<T>& layer = state.hidden[k];
    layer.linear.copy_to(views.weight(k), views.vector(k, &LayerArrays<T>::bias));
    if (!layer.norm) continue;
    layer.norm->copy_to(views.vector(k, &LayerArrays<T>::norm_weight),
                        views.vector(k, &LayerArrays<T>::norm_bias));
    layer.norm->copy_to(buffers[k]);
  }
  state.last.copy_to(views.weight(state.shape.n_hidden()),
                     views.vector(state.shape.n_hidden(), &LayerArrays<T>::bias));
}

template class EmbeddingNetwork<float>;
template class EmbeddingNetwork<double>;

}  // namespace astonish
