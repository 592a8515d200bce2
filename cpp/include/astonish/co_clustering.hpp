// Co-clustering: users and items are put into clusters, a rating belongs to a pair of them.
//
//   estimate(u, i) = avg_cocltr[uc, ic] + user_mean[u] - avg_cltr_u[uc] + item_mean[i]
//                    - avg_cltr_i[ic]        with uc = cltr_u[u], ic = cltr_i[i]
//
// Training repeats three steps, each one function here so that a caller can look between them:
// average the ratings of the clusters, move each user to the cluster with the least squared error
// over the user's ratings, then each item likewise with the users' new clusters. Averages stay as
// they were while rows move, so rows are independent and shared among threads.
//
// Errors are summed in the order of a row's ratings, estimates from left to right as written above,
// every operation rounded: the result does not depend on the number of threads, and for whole
// numbers it equals scikit-surprise's to the last bit (it truncates all others). Cost of an epoch:
// n_ratings * (number of user clusters + number of item clusters) estimates.
//
// Source: George, Merugu: A scalable collaborative filtering framework based on co-clustering.
// ICDM 2005.
#pragma once

#include <cstdint>
#include <span>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish {

// Mean rating of each cluster and of each pair of clusters.
template <typename T>
struct ClusterAverages {
  std::span<T> users;   // one for each cluster of users
  std::span<T> items;   // one for each cluster of items
  MatrixView<T> pairs;  // users.size() x items.size()
};

// What an estimate is made of besides the cluster of the row that moves.
struct ClusterMeans {
  std::span<const double> user_mean;
  std::span<const double> item_mean;
  ClusterAverages<const double> averages;
};

// Writes the averages over ratings, `global_mean` where a cluster holds none. One pass in the order
// of the rows. Throws std::invalid_argument for shapes that do not match, std::out_of_range for a
// cluster that does not exist.
template <typename Offset>
void average_clusters(const CsrView<Offset>& by_user, std::span<const std::int64_t> cltr_u,
                      std::span<const std::int64_t> cltr_i, double global_mean,
                      const ClusterAverages<double>& averages);

// Writes the best cluster of each user to `cltr_u`, given the items' clusters; of equal errors the
// lowest cluster. Returns the sum of the squared errors of all ratings in these clusters. Throws as
// average_clusters does.
template <typename Offset>
double assign_users(const CsrView<Offset>& by_user, const ClusterMeans& means,
                    std::span<const std::int64_t> cltr_i, std::span<std::int64_t> cltr_u,
                    int n_threads);

// The same for the items, given the users' clusters.
template <typename Offset>
double assign_items(const CsrView<Offset>& by_item, const ClusterMeans& means,
                    std::span<const std::int64_t> cltr_u, std::span<std::int64_t> cltr_i,
                    int n_threads);

}  // namespace astonish
