#include "astonish/permutation.hpp"

#include <cstddef>
#include <numeric>
#include <utility>

#include "support/check.hpp"

namespace astonish {

using internal::support::check_length;

void permute(std::span<const std::uint32_t> draws, std::span<std::int64_t> out) {
  check_length("out", out.size(), draws.size());
  std::iota(out.begin(), out.end(), std::int64_t{0});
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::swap(out[i], out[i + draws[i] % (out.size() - i)]);
  }
}

}  // namespace astonish
