#include "astonish/csr.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/check.hpp"

namespace astonish {

using internal::support::check_codes;
using internal::support::check_length;

namespace {

template <typename Offset>
void check_offsets_hold(std::size_t n_entries) {
  constexpr auto largest = static_cast<std::size_t>(std::numeric_limits<Offset>::max());
  if (n_entries > largest) {
    throw std::invalid_argument("offsets hold at most " + std::to_string(largest) +
                                " entries, there are " + std::to_string(n_entries));
  }
}

// counts[row + 1] -> where the row begins
template <typename Offset>
void accumulate_offsets(std::span<Offset> offsets) {
  for (std::size_t row = 1; row < offsets.size(); ++row) offsets[row] += offsets[row - 1];
}

}  // namespace

template <typename Offset>
void validate(const CsrView<Offset>& csr) {
  if (csr.offsets.empty() || csr.offsets.front() != 0) {
    throw std::invalid_argument("offsets must hold n_rows + 1 entries and begin with 0");
  }
  for (std::size_t row = 0; row + 1 < csr.offsets.size(); ++row) {
    if (csr.offsets[row] > csr.offsets[row + 1]) {
      throw std::invalid_argument("offsets[" + std::to_string(row + 1) + "] is " +
                                  std::to_string(csr.offsets[row + 1]) +
                                  ", less than the one before it");
    }
  }
  check_length("indices", csr.indices.size(), static_cast<std::size_t>(csr.offsets.back()));
  if (!csr.values.empty()) check_length("values", csr.values.size(), csr.indices.size());
  check_codes("indices", csr.indices, 0, csr.n_cols);
}

template <typename Offset>
void build_csr(std::span<const std::int32_t> rows, std::span<const std::int32_t> cols,
               std::span<const double> values, std::size_t n_cols, CsrArrays<Offset> out) {
  if (out.offsets.empty()) throw std::invalid_argument("offsets must hold n_rows + 1 entries");
  const std::size_t n_rows = out.offsets.size() - 1;
  check_length("cols", cols.size(), rows.size());
  check_length("values", values.size(), out.values.empty() ? 0 : rows.size());
  check_length("out.indices", out.indices.size(), rows.size());
  if (!out.values.empty()) check_length("out.values", out.values.size(), rows.size());
  check_offsets_hold<Offset>(rows.size());
  check_codes("rows", rows, 0, n_rows);
  check_codes("cols", cols, 0, n_cols);

  std::fill(out.offsets.begin(), out.offsets.end(), Offset{0});
  for (const std::int32_t row : rows) ++out.offsets[static_cast<std::size_t>(row) + 1];
  accumulate_offsets(out.offsets);

  std::vector<Offset> next(out.offsets.begin(), out.offsets.end() - 1);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto index = static_cast<std::size_t>(next[static_cast<std::size_t>(rows[k])]++);
    out.indices[index] = cols[k];
    if (!out.values.empty()) out.values[index] = values[k];
  }
}

template <typename Offset>
void take_rows(const CsrView<Offset>& csr, std::span<const std::int32_t> rows,
               CsrArrays<Offset> out) {
  check_length("out.offsets", out.offsets.size(), rows.size() + 1);
  check_codes("rows", rows, 0, csr.n_rows());
  out.offsets[0] = 0;
  std::size_t total = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    total += csr.row_indices(static_cast<std::size_t>(rows[k])).size();
    out.offsets[k + 1] = static_cast<Offset>(total);
  }
  check_offsets_hold<Offset>(total);
  check_length("out.indices", out.indices.size(), total);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto row = csr.row_indices(static_cast<std::size_t>(rows[k]));
    std::copy(row.begin(), row.end(),
              out.indices.begin() + static_cast<std::ptrdiff_t>(out.offsets[k]));
  }
}

#define ASTONISH_INSTANTIATE(Offset)                                                    \
  template void validate(const CsrView<Offset>&);                                       \
  template void build_csr(std::span<const std::int32_t>, std::span<const std::int32_t>, \
                          std::span<const double>, std::size_t, CsrArrays<Offset>);     \
  template void take_rows(const CsrView<Offset>&, std::span<const std::int32_t>, CsrArrays<Offset>);
ASTONISH_INSTANTIATE(std::int32_t)
ASTONISH_INSTANTIATE(std::int64_t)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
