#include "astonish/codes.hpp"

#include "support/check.hpp"

namespace astonish {

using internal::support::check_code;
using internal::support::check_length;

std::vector<std::int32_t> renumber(std::span<const std::int32_t> codes, std::size_t n_codes,
                                   std::span<std::int32_t> out) {
  check_length("out", out.size(), codes.size());
  constexpr std::int32_t unseen = -1;
  std::vector<std::int32_t> new_code(n_codes, unseen);
  std::vector<std::int32_t> old_code;
  for (std::size_t k = 0; k < codes.size(); ++k) {
    check_code("codes", k, codes[k], 0, n_codes);
    std::int32_t& code = new_code[static_cast<std::size_t>(codes[k])];
    if (code == unseen) {
      code = static_cast<std::int32_t>(old_code.size());
      old_code.push_back(codes[k]);
    }
    out[k] = code;
  }
  return old_code;
}

}  // namespace astonish
