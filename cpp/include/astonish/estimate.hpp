// The model's estimate for a list of (user, item) pairs: what evaluation and predict_many ask for.
//
// A code of -1 stands for a user or item that the model does not know. A biased model then leaves
// out the terms it lacks, as scikit-surprise does; an unbiased one has nothing to say and answers
// NaN. Each pair is one dot product, summed in the type of the factors (float or double) and in the
// same order whatever the number of threads: O(n_factors). Biases are added to it in double.
#pragma once

#include <cstdint>
#include <span>

#include "astonish/factors.hpp"

namespace astonish {

// Writes one estimate per pair to `out`, unclipped. Throws std::invalid_argument when lengths
// differ and std::out_of_range for a code outside [-1, n).
template <typename T>
void estimate_pairs(const BiasedFactors<const T>& model, std::span<const std::int32_t> users,
                    std::span<const std::int32_t> items, std::span<double> out, int n_threads);

// The estimate of one pair, the same to the last bit: for callers whose pairs come one at a time.
template <typename T>
[[nodiscard]] double estimate_pair(const BiasedFactors<const T>& model, std::int32_t user,
                                   std::int32_t item);

}  // namespace astonish
