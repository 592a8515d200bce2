#include "astonish/slope_one.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "astonish/parallel.hpp"
#include "ratings/wide_csr.hpp"
#include "support/check.hpp"
#include "support/instantiate.hpp"

namespace astonish {

using internal::ratings::WideCsr;
using internal::ratings::widened;
using internal::support::check_codes;
using internal::support::check_length;
using internal::support::check_shape;
using internal::support::check_transposed;

namespace {

constexpr std::size_t kRowsPerChunk = 4;  // rows that share an allocation; popular items are slow

// What an item has in common with another. One co-rating touches one cache line.
struct CoRatings {
  double difference = 0.0;  // the sum of r_ui - r_uj
  double count = 0.0;
};

// One row of the table of deviations, reused for item after item.
class Row {
 public:
  Row(const WideCsr& by_user, const WideCsr& by_item)
      : by_user_(by_user), by_item_(by_item), row_(by_user.n_cols) {}

  void fill(std::size_t item) {
    clear();
    sort_raters(item);
    for (const auto& [user, rating] : raters_) add(static_cast<std::size_t>(user), rating);
    row_[item].difference = 0.0;
  }

  [[nodiscard]] const CoRatings& operator[](std::size_t item) const { return row_[item]; }

 private:
  // The ratings of an item lie in the order in which they came; equal users keep it.
  void sort_raters(std::size_t item) {
    const auto users = by_item_.row_indices(item);
    const auto ratings = by_item_.row_values(item);
    raters_.clear();
    for (std::size_t k = 0; k < users.size(); ++k) raters_.emplace_back(users[k], ratings[k]);
    std::stable_sort(raters_.begin(), raters_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  void add(std::size_t user, double rating) {
    const auto items = by_user_.row_indices(user);
    const auto ratings = by_user_.row_values(user);
    for (std::size_t k = 0; k < items.size(); ++k) {
      CoRatings& common = row_[static_cast<std::size_t>(items[k])];
      common.difference += rating - ratings[k];
      common.count += 1.0;
    }
  }

  // Forgets the item before. An unpopular one of a large catalogue touched few entries.
  void clear() {
    std::size_t touched = 0;
    for (const auto& [user, _] : raters_) touched += items_of(user).size();
    if (touched >= row_.size()) return std::fill(row_.begin(), row_.end(), CoRatings{});
    for (const auto& [user, _] : raters_) {
      for (const std::int32_t item : items_of(user)) row_[static_cast<std::size_t>(item)] = {};
    }
  }

  std::span<const std::int32_t> items_of(std::int32_t user) const {
    return by_user_.row_indices(static_cast<std::size_t>(user));
  }

  const WideCsr& by_user_;
  const WideCsr& by_item_;
  std::vector<CoRatings> row_;
  std::vector<std::pair<std::int32_t, double>> raters_;
};

double estimate(const Row& row, std::span<const std::int32_t> items, double user_mean) {
  double sum = 0.0;
  double count = 0.0;
  for (const std::int32_t item : items) {
    const CoRatings& common = row[static_cast<std::size_t>(item)];
    if (common.count > 0.0) {
      sum += common.difference / common.count;
      count += 1.0;
    }
  }
  return count > 0.0 ? user_mean + sum / count : user_mean;
}

void copy(const Row& row, std::span<std::int64_t> freq, std::span<double> dev) {
  for (std::size_t j = 0; j < freq.size(); ++j) {
    freq[j] = static_cast<std::int64_t>(row[j].count);
    dev[j] = row[j].count > 0.0 ? row[j].difference / row[j].count
                                : std::numeric_limits<double>::quiet_NaN();
  }
}

// Calls use(position, row) with the filled row of each item.
template <typename Use>
void for_each_row(const WideCsr& by_user, const WideCsr& by_item,
                  std::span<const std::int32_t> items, int n_threads, const Use& use) {
  parallel_for(items.size(), n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    Row row(by_user, by_item);
    for (std::size_t k = begin; k < end; ++k) {
      row.fill(static_cast<std::size_t>(items[k]));
      use(k, row);
    }
  });
}

void slope_one_rows_wide(const WideCsr& by_user, const WideCsr& by_item,
                         std::span<const std::int32_t> items, MatrixView<std::int64_t> freq,
                         MatrixView<double> dev, int n_threads) {
  check_transposed("by_user", by_user, "by_item", by_item);
  check_codes("items", items, 0, by_item.n_rows());
  check_shape("freq", freq, items.size(), by_item.n_rows());
  check_shape("dev", dev, items.size(), by_item.n_rows());
  for_each_row(by_user, by_item, items, n_threads, [&](std::size_t k, const Row& row) {
    copy(row, freq.row(k), dev.row(k));
    dev.row(k)[static_cast<std::size_t>(items[k])] = 0.0;  // also of an item without ratings
  });
}

void estimate_slope_one_wide(const WideCsr& by_user, const WideCsr& by_item,
                             std::span<const double> user_mean, std::span<const std::int32_t> items,
                             std::span<const std::int64_t> pair_offsets,
                             std::span<const std::int32_t> users, std::span<double> out,
                             int n_threads) {
  check_transposed("by_user", by_user, "by_item", by_item);
  check_length("user_mean", user_mean.size(), by_user.n_rows());
  check_codes("items", items, 0, by_item.n_rows());
  check_length("pair_offsets", pair_offsets.size(), items.size() + 1);
  const CsrView<std::int64_t> pairs{pair_offsets, users, {}, by_user.n_rows()};
  validate(pairs);
  check_length("out", out.size(), users.size());
  for_each_row(by_user, by_item, items, n_threads, [&](std::size_t k, const Row& row) {
    double* estimates = out.data() + pair_offsets[k];
    for (const std::int32_t code : pairs.row_indices(k)) {
      const auto user = static_cast<std::size_t>(code);
      *estimates++ = estimate(row, by_user.row_indices(user), user_mean[user]);
    }
  });
}

}  // namespace

template <typename Offset>
void slope_one_rows(const CsrView<Offset>& by_user, const CsrView<Offset>& by_item,
                    std::span<const std::int32_t> items, MatrixView<std::int64_t> freq,
                    MatrixView<double> dev, int n_threads) {
  slope_one_rows_wide(widened(by_user), widened(by_item), items, freq, dev, n_threads);
}

template <typename Offset>
void estimate_slope_one(const CsrView<Offset>& by_user, const CsrView<Offset>& by_item,
                        std::span<const double> user_mean, std::span<const std::int32_t> items,
                        std::span<const std::int64_t> pair_offsets,
                        std::span<const std::int32_t> users, std::span<double> out, int n_threads) {
  estimate_slope_one_wide(widened(by_user), widened(by_item), user_mean, items, pair_offsets, users,
                          out, n_threads);
}

#define ASTONISH_INSTANTIATE(Offset)                                                             \
  template void slope_one_rows(const CsrView<Offset>&, const CsrView<Offset>&,                   \
                               std::span<const std::int32_t>, MatrixView<std::int64_t>,          \
                               MatrixView<double>, int);                                         \
  template void estimate_slope_one(const CsrView<Offset>&, const CsrView<Offset>&,               \
                                   std::span<const double>, std::span<const std::int32_t>,       \
                                   std::span<const std::int64_t>, std::span<const std::int32_t>, \
                                   std::span<double>, int);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
