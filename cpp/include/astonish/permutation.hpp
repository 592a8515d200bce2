// A random order of 0, 1, ..., n - 1 from numbers that were drawn elsewhere.
//
// Fisher and Yates' shuffle (1938) from the front: place i is exchanged with one of the places from
// i on, by the remainder of a drawn number. This is the order that PyTorch's randperm makes of the
// raw words of its generator, so whoever draws the same words holds out the same rows. O(n).
#pragma once

#include <cstdint>
#include <span>

namespace astonish {

// Writes a permutation of 0, 1, ..., out.size() - 1. Place i takes draws[i]; the last draw is of no
// use. Throws std::invalid_argument unless there are as many draws as places.
void permute(std::span<const std::uint32_t> draws, std::span<std::int64_t> out);

}  // namespace astonish
