// What the trainers of embeddings have in common: the checks of a run, and the end of a bad one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "adam/steps.hpp"
#include "astonish/embedding_dot.hpp"

namespace astonish::internal::embedding {

using adam::AdamSteps;

// What the phases of a run read, and where its losses go; borrowed.
template <typename T>
struct BatchRun {
  const RatedPairs<T>& pairs;
  const SampleBatches& batches;
  const BatchRates& rates;
  const AdamSteps& steps;
  std::span<double> losses;
  std::size_t n_parts;  // of each phase

  [[nodiscard]] std::span<const std::int32_t> samples(std::size_t batch) const {
    return batches.samples.subspan(batch * batches.size, batches.size);
  }
  [[nodiscard]] T rating(std::int32_t sample) const {
    return pairs.ratings[static_cast<std::size_t>(sample)];
  }
};

// Throws what EmbeddingDot::run says.
template <typename T>
void check_run(const RatedPairs<T>& pairs, const SampleBatches& batches, const BatchRates& rates,
               std::span<const double> losses, int n_threads, std::size_t n_users,
               std::size_t n_items);

// The loss of a batch; throws std::domain_error when the sum of squared errors is not finite.
double batch_loss(std::span<const double> squared_errors, std::size_t batch, double lr);

// Parts for the phases of a batch that touch so many numbers: one a thread, and more where one
// would take long, since a run is cancelled between two parts. Results do not depend on the parts.
std::size_t parts_of_batch(std::size_t numbers, int n_threads);

}  // namespace astonish::internal::embedding
