#include "astonish/co_clustering.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
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

namespace {

constexpr std::size_t kRowsPerChunk = 64;

using Clusters = std::span<const std::int64_t>;

// The sum and the number of the ratings of a pair of clusters.
struct Sum {
  double ratings = 0.0;
  double count = 0.0;

  void operator+=(const Sum& other) {
    ratings += other.ratings;
    count += other.count;
  }
  [[nodiscard]] double mean_or(double otherwise) const {
    return count > 0.0 ? ratings / count : otherwise;
  }
};

std::size_t cluster_of(Clusters clusters, std::int32_t row) {
  return static_cast<std::size_t>(clusters[static_cast<std::size_t>(row)]);
}

std::vector<Sum> sum_pairs(const WideCsr& by_user, Clusters cltr_u, Clusters cltr_i,
                           std::size_t n_pairs, std::size_t n_item_clusters) {
  std::vector<Sum> sums(n_pairs);
  for (std::size_t user = 0; user < by_user.n_rows(); ++user) {
    Sum* const of_user = sums.data() + static_cast<std::size_t>(cltr_u[user]) * n_item_clusters;
    const auto items = by_user.row_indices(user);
    const auto ratings = by_user.row_values(user);
    for (std::size_t k = 0; k < items.size(); ++k) {
      of_user[cluster_of(cltr_i, items[k])] += {ratings[k], 1.0};
    }
  }
  return sums;
}

// The squared errors of one row's ratings in each cluster it could be in, and the least of them.
// Clusters are the inner loop: each sums its errors in the order of the ratings all the same.
class Errors {
 public:
  explicit Errors(std::size_t n_clusters) : errors_(n_clusters) {}

  void clear() { std::fill(errors_.begin(), errors_.end(), 0.0); }

  template <typename Estimate>
  void add(double rating, const Estimate& estimate) {
    double* const errors = errors_.data();
    const std::size_t n = errors_.size();
    for (std::size_t cluster = 0; cluster < n; ++cluster) {
      const double error = rating - estimate(cluster);
      errors[cluster] += error * error;
    }
  }

  [[nodiscard]] std::int64_t best_cluster() const {
    return std::min_element(errors_.begin(), errors_.end()) - errors_.begin();
  }
  [[nodiscard]] double of(std::int64_t cluster) const {
    return errors_[static_cast<std::size_t>(cluster)];
  }

 private:
  std::vector<double> errors_;
};

// add_errors(errors, row) adds the errors of the ratings of a row. Returns the sum of the least
// ones.
template <typename AddErrors>
double assign(std::span<std::int64_t> clusters, std::size_t n_clusters, int n_threads,
              const AddErrors& add_errors) {
  std::vector<double> least(clusters.size());
  parallel_for(clusters.size(), n_threads, kRowsPerChunk, [&](std::size_t begin, std::size_t end) {
    Errors errors(n_clusters);
    for (std::size_t row = begin; row < end; ++row) {
      errors.clear();
      add_errors(errors, row);
      clusters[row] = errors.best_cluster();
      least[row] = errors.of(clusters[row]);
    }
  });
  return std::accumulate(least.begin(), least.end(), 0.0);
}

template <typename T>
void check_averages(const ClusterAverages<T>& averages) {
  check_length("avg_cltr_u", averages.users.size(), averages.pairs.rows);
  check_length("avg_cltr_i", averages.items.size(), averages.pairs.cols);
  if (averages.users.empty() || averages.items.empty()) {
    throw std::invalid_argument("there must be at least one cluster of users and one of items");
  }
}

void check_ratings(const WideCsr& ratings, std::size_t n_rows, std::size_t n_cols, const char* rows,
                   const char* cols) {
  check_length(rows, n_rows, ratings.n_rows());
  check_length(cols, n_cols, ratings.n_cols);
  check_length("values", ratings.values.size(), ratings.indices.size());
}

void average_clusters_wide(const WideCsr& by_user, Clusters cltr_u, Clusters cltr_i,
                           double global_mean, const ClusterAverages<double>& averages) {
  check_averages(averages);
  check_ratings(by_user, cltr_u.size(), cltr_i.size(), "cltr_u", "cltr_i");
  check_codes("cltr_u", cltr_u, 0, averages.users.size());
  check_codes("cltr_i", cltr_i, 0, averages.items.size());
  const std::size_t n_user_clusters = averages.users.size();
  const std::size_t n_item_clusters = averages.items.size();
  const std::vector<Sum> pairs =
      sum_pairs(by_user, cltr_u, cltr_i, n_user_clusters * n_item_clusters, n_item_clusters);
  std::vector<Sum> users(n_user_clusters), items(n_item_clusters);
  for (std::size_t uc = 0; uc < n_user_clusters; ++uc) {
    for (std::size_t ic = 0; ic < n_item_clusters; ++ic) {
      const Sum& pair = pairs[uc * n_item_clusters + ic];
      averages.pairs.row(uc)[ic] = pair.mean_or(global_mean);
      users[uc] += pair;
      items[ic] += pair;
    }
  }
  const auto mean = [global_mean](const Sum& sum) { return sum.mean_or(global_mean); };
  std::transform(users.begin(), users.end(), averages.users.begin(), mean);
  std::transform(items.begin(), items.end(), averages.items.begin(), mean);
}

double assign_users_wide(const WideCsr& by_user, const ClusterMeans& means, Clusters cltr_i,
                         std::span<std::int64_t> cltr_u, int n_threads) {
  const auto& [users, items, pairs] = means.averages;
  check_averages(means.averages);
  check_ratings(by_user, cltr_u.size(), cltr_i.size(), "cltr_u", "cltr_i");
  check_ratings(by_user, means.user_mean.size(), means.item_mean.size(), "user_mean", "item_mean");
  check_codes("cltr_i", cltr_i, 0, items.size());
  return assign(cltr_u, users.size(), n_threads, [&](Errors& errors, std::size_t user) {
    const auto columns = by_user.row_indices(user);
    const auto ratings = by_user.row_values(user);
    const double user_mean = means.user_mean[user];
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const std::size_t ic = cluster_of(cltr_i, columns[k]);
      const double item_mean = means.item_mean[static_cast<std::size_t>(columns[k])];
      errors.add(ratings[k], [&](std::size_t uc) {
        return pairs.row(uc)[ic] + user_mean - users[uc] + item_mean - items[ic];
      });
    }
  });
}

double assign_items_wide(const WideCsr& by_item, const ClusterMeans& means, Clusters cltr_u,
                         std::span<std::int64_t> cltr_i, int n_threads) {
  const auto& [users, items, pairs] = means.averages;
  check_averages(means.averages);
  check_ratings(by_item, cltr_i.size(), cltr_u.size(), "cltr_i", "cltr_u");
  check_ratings(by_item, means.item_mean.size(), means.user_mean.size(), "item_mean", "user_mean");
  check_codes("cltr_u", cltr_u, 0, users.size());
  return assign(cltr_i, items.size(), n_threads, [&](Errors& errors, std::size_t item) {
    const auto columns = by_item.row_indices(item);
    const auto ratings = by_item.row_values(item);
    const double item_mean = means.item_mean[item];
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const std::size_t uc = cluster_of(cltr_u, columns[k]);
      const double user_mean = means.user_mean[static_cast<std::size_t>(columns[k])];
      const double* const pair = pairs.row(uc).data();
      errors.add(ratings[k], [&](std::size_t ic) {
        return pair[ic] + user_mean - users[uc] + item_mean - items[ic];
      });
    }
  });
}

}  // namespace

template <typename Offset>
void average_clusters(const CsrView<Offset>& by_user, Clusters cltr_u, Clusters cltr_i,
                      double global_mean, const ClusterAverages<double>& averages) {
  average_clusters_wide(widened(by_user), cltr_u, cltr_i, global_mean, averages);
}

template <typename Offset>
double assign_users(const CsrView<Offset>& by_user, const ClusterMeans& means, Clusters cltr_i,
                    std::span<std::int64_t> cltr_u, int n_threads) {
  return assign_users_wide(widened(by_user), means, cltr_i, cltr_u, n_threads);
}

template <typename Offset>
double assign_items(const CsrView<Offset>& by_item, const ClusterMeans& means, Clusters cltr_u,
                    std::span<std::int64_t> cltr_i, int n_threads) {
  return assign_items_wide(widened(by_item), means, cltr_u, cltr_i, n_threads);
}

#define ASTONISH_INSTANTIATE(Offset)                                                  \
  template void average_clusters(const CsrView<Offset>&, Clusters, Clusters, double,  \
                                 const ClusterAverages<double>&);                     \
  template double assign_users(const CsrView<Offset>&, const ClusterMeans&, Clusters, \
                               std::span<std::int64_t>, int);                         \
  template double assign_items(const CsrView<Offset>&, const ClusterMeans&, Clusters, \
                               std::span<std::int64_t>, int);
ASTONISH_FOR_OFFSETS(ASTONISH_INSTANTIATE)
#undef ASTONISH_INSTANTIATE

}  // namespace astonish
