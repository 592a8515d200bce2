#include "astonish/co_clustering.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Matrix;
using astonish::testing::Sides;
using doctest::Contains;

namespace {

using Clusters = std::vector<std::int64_t>;
using Values = std::vector<double>;

struct Model {
  Model(std::size_t n_user_clusters, std::size_t n_item_clusters)
      : avg_cltr_u(n_user_clusters),
        avg_cltr_i(n_item_clusters),
        avg_cocltr(n_user_clusters, n_item_clusters) {}

  [[nodiscard]] ClusterAverages<double> averages() {
    return {avg_cltr_u, avg_cltr_i, avg_cocltr.view()};
  }
  [[nodiscard]] ClusterMeans means() const {
    return {user_mean, item_mean, {avg_cltr_u, avg_cltr_i, avg_cocltr.view()}};
  }
  [[nodiscard]] double estimate(std::size_t user, std::size_t item) const {
    const auto uc = static_cast<std::size_t>(cltr_u[user]);
    const auto ic = static_cast<std::size_t>(cltr_i[item]);
    return avg_cocltr.at(uc, ic) + user_mean[user] - avg_cltr_u[uc] + item_mean[item] -
           avg_cltr_i[ic];
  }

  Clusters cltr_u, cltr_i;
  Values user_mean, item_mean, avg_cltr_u, avg_cltr_i;
  Matrix<double> avg_cocltr;
};

Clusters random_clusters(std::uint64_t seed, std::size_t n, std::uint32_t n_clusters) {
  RowRandom random(seed, 0);
  Clusters clusters(n);
  for (std::int64_t& cluster : clusters) cluster = random.below(n_clusters);
  return clusters;
}

// Averages and means that have nothing to do with ratings, so that every term of an estimate
// counts.
Model random_model(std::uint64_t seed, const Sides& ratings, std::uint32_t n_user_clusters,
                   std::uint32_t n_item_clusters) {
  Model model(n_user_clusters, n_item_clusters);
  const std::size_t n_users = ratings.by_user.view().n_rows();
  model.cltr_u = random_clusters(seed, n_users, n_user_clusters);
  model.cltr_i = random_clusters(seed + 1, ratings.by_user.n_cols, n_item_clusters);
  model.user_mean.resize(n_users);
  model.item_mean.resize(ratings.by_user.n_cols);
  RowRandom random(seed, 2);
  for (Values* values : {&model.user_mean, &model.item_mean, &model.avg_cltr_u, &model.avg_cltr_i,
                         &model.avg_cocltr.data}) {
    testing::fill_normal<double>(*values, random, 1.0);
  }
  return model;
}

// The cluster of `row` in `clusters`, a member of `model`, with the least error of its ratings.
std::int64_t naive_best(Model& model, Clusters& clusters, std::size_t row,
                        const testing::Csr<std::int64_t>& ratings, std::size_t n_clusters) {
  const bool is_user = &clusters == &model.cltr_u;
  double least = std::numeric_limits<double>::infinity();
  std::int64_t best = 0;
  for (std::size_t cluster = 0; cluster < n_clusters; ++cluster) {
    clusters[row] = static_cast<std::int64_t>(cluster);
    double error = 0.0;
    for (std::size_t k = 0; k < ratings.view().row_indices(row).size(); ++k) {
      const auto other = static_cast<std::size_t>(ratings.view().row_indices(row)[k]);
      const double estimate = is_user ? model.estimate(row, other) : model.estimate(other, row);
      error += (ratings.view().row_values(row)[k] - estimate) *
               (ratings.view().row_values(row)[k] - estimate);
    }
    if (error < least) {
      least = error;
      best = static_cast<std::int64_t>(cluster);
    }
  }
  return best;
}

Clusters naive_assignment(Model model, bool of_users, const testing::Csr<std::int64_t>& ratings,
                          std::size_t n_clusters) {
  Clusters& clusters = of_users ? model.cltr_u : model.cltr_i;
  Clusters best(clusters.size());
  for (std::size_t row = 0; row < best.size(); ++row) {
    best[row] = naive_best(model, clusters, row, ratings, n_clusters);
  }
  return best;
}

Clusters users_of(const Sides& ratings, const Model& model, int n_threads = 1) {
  Clusters out(model.cltr_u.size(), -1);
  assign_users(ratings.by_user.view(), model.means(), model.cltr_i, out, n_threads);
  return out;
}

Clusters items_of(const Sides& ratings, const Model& model, int n_threads = 1) {
  Clusters out(model.cltr_i.size(), -1);
  assign_items(ratings.by_item.view(), model.means(), model.cltr_u, out, n_threads);
  return out;
}

// Of the ratings, in the clusters of the model.
double naive_squared_error(const Sides& ratings, const Model& model) {
  double sum = 0.0;
  for (std::size_t user = 0; user < model.cltr_u.size(); ++user) {
    const auto items = ratings.by_user.view().row_indices(user);
    for (std::size_t k = 0; k < items.size(); ++k) {
      const double rating = ratings.by_user.view().row_values(user)[k];
      const double error = rating - model.estimate(user, static_cast<std::size_t>(items[k]));
      sum += error * error;
    }
  }
  return sum;
}

// Users 0 and 1 love items 0 and 1, user 2 loves item 2.
Sides checkerboard() {
  return {{{0, 3, 6, 9}, {0, 1, 2, 0, 1, 2, 0, 1, 2}, {5, 5, 1, 5, 5, 1, 1, 1, 5}, 3}};
}

}  // namespace

TEST_CASE("co-clustering: averages by hand, the global mean where a cluster holds nothing") {
  Model model(2, 3);
  average_clusters(checkerboard().by_user.view(), Clusters{0, 0, 1}, Clusters{0, 0, 2}, 3.25,
                   model.averages());
  CHECK(model.avg_cltr_u == Values{22.0 / 6, 7.0 / 3});
  CHECK(model.avg_cltr_i == Values{22.0 / 6, 3.25, 7.0 / 3});
  CHECK(model.avg_cocltr.data == Values{5, 3.25, 1, 1, 3.25, 5});
}

TEST_CASE("co-clustering: users find the cluster of those who rate alike") {
  Model model(2, 2);
  model.cltr_i = {0, 0, 1};
  average_clusters(checkerboard().by_user.view(), Clusters{0, 0, 1}, model.cltr_i, 3.0,
                   model.averages());
  model.cltr_u = {1, 1, 0};  // what they had does not matter
  model.user_mean = {11.0 / 3, 11.0 / 3, 7.0 / 3};
  model.item_mean = {11.0 / 3, 11.0 / 3, 7.0 / 3};
  CHECK(users_of(checkerboard(), model) == Clusters{0, 0, 1});
  model.cltr_u = {0, 0, 1};
  CHECK(items_of(checkerboard(), model) == Clusters{0, 0, 1});
}

TEST_CASE("co-clustering: of equal errors, and of none, the lowest cluster") {
  const Sides with_idle_rows({{0, 1, 1}, {0}, {4}, 2});
  Model model(3, 2);
  model.cltr_u = {2, 2};
  model.cltr_i = {1, 1};
  model.user_mean = model.item_mean = {0.0, 0.0};
  CHECK(users_of(with_idle_rows, model) == Clusters{0, 0});
  CHECK(items_of(with_idle_rows, model) == Clusters{0, 0});
}

TEST_CASE("co-clustering: equal to a plain loop, for every number of threads and clusters") {
  for (const auto& [n_user_clusters, n_item_clusters] :
       {std::pair{1U, 1U}, {3U, 3U}, {2U, 9U}, {17U, 4U}}) {
    CAPTURE(n_user_clusters);
    const Sides ratings(testing::random_csr<std::int64_t>(n_user_clusters, 300, 200, 20));
    const Model model = random_model(4, ratings, n_user_clusters, n_item_clusters);
    const Clusters users = naive_assignment(model, true, ratings.by_user, n_user_clusters);
    const Clusters items = naive_assignment(model, false, ratings.by_item, n_item_clusters);
    for (const int n_threads : {1, 2, 7}) {
      CAPTURE(n_threads);
      CHECK(users_of(ratings, model, n_threads) == users);
      CHECK(items_of(ratings, model, n_threads) == items);
    }
  }
}

TEST_CASE("co-clustering: assignments return the squared error of what they assign") {
  const Sides ratings(testing::random_csr<std::int64_t>(5, 300, 200, 20));
  Model model = random_model(4, ratings, 3, 4);
  const auto means = model.means();
  const auto by_user = ratings.by_user.view(), by_item = ratings.by_item.view();
  const double of_users = assign_users(by_user, means, model.cltr_i, model.cltr_u, 1);
  CHECK(of_users == doctest::Approx(naive_squared_error(ratings, model)).epsilon(1e-12));
  CHECK(assign_users(by_user, means, model.cltr_i, model.cltr_u, 3) == of_users);
  const double of_items = assign_items(by_item, means, model.cltr_u, model.cltr_i, 1);
  CHECK(of_items == doctest::Approx(naive_squared_error(ratings, model)).epsilon(1e-12));
  CHECK(assign_items(by_item, means, model.cltr_u, model.cltr_i, 7) == of_items);
  CHECK(of_items <= of_users);
}

TEST_CASE("co-clustering: averages agree with a loop over the ratings") {
  const Sides ratings(testing::random_csr<std::int64_t>(9, 100, 50, 15));
  const Clusters users = random_clusters(1, 100, 4);
  const Clusters items = random_clusters(2, 50, 6);
  Model model(4, 6);
  average_clusters(ratings.by_user.view(), users, items, 3.0, model.averages());
  for (std::int64_t uc = 0; uc < 4; ++uc) {
    for (std::int64_t ic = 0; ic < 6; ++ic) {
      double sum = 0.0, count = 0.0;
      for (std::size_t user = 0; user < 100; ++user) {
        const auto columns = ratings.by_user.view().row_indices(user);
        for (std::size_t k = 0; k < columns.size(); ++k) {
          if (users[user] != uc || items[static_cast<std::size_t>(columns[k])] != ic) continue;
          sum += ratings.by_user.view().row_values(user)[k];
          count += 1.0;
        }
      }
      const auto [row, col] = std::pair(static_cast<std::size_t>(uc), static_cast<std::size_t>(ic));
      CHECK(model.avg_cocltr.at(row, col) == sum / count);
    }
  }
}

TEST_CASE("co-clustering: what does not fit is refused") {
  const Sides ratings = checkerboard();
  Model model(2, 2);
  const auto average = [&](const Clusters& users, const Clusters& items) {
    average_clusters(ratings.by_user.view(), users, items, 3.0, model.averages());
  };
  CHECK_THROWS_WITH_AS(average({0, 0}, {0, 0, 0}), Contains("cltr_u has 2 entries, expected 3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(average({0, 0, 0}, {0}), Contains("cltr_i has 1 entries, expected 3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(average({0, 2, 0}, {0, 0, 0}), Contains("cltr_u[1] is 2, outside [0, 2)"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(average({0, 0, 0}, {0, 0, -1}), Contains("cltr_i[2] is -1, outside [0, 2)"),
                       std::out_of_range);
  model.avg_cltr_i.push_back(0.0);
  CHECK_THROWS_WITH_AS(average({0, 0, 0}, {0, 0, 0}),
                       Contains("avg_cltr_i has 3 entries, expected 2"), std::invalid_argument);
  model = Model(0, 2);
  CHECK_THROWS_WITH_AS(average({0, 0, 0}, {0, 0, 0}), Contains("at least one cluster"),
                       std::invalid_argument);

  model = random_model(1, ratings, 2, 2);
  model.user_mean.pop_back();
  CHECK_THROWS_WITH_AS(users_of(ratings, model), Contains("user_mean has 2 entries, expected 3"),
                       std::invalid_argument);
  model = random_model(1, ratings, 2, 2);
  model.item_mean.pop_back();
  CHECK_THROWS_WITH_AS(items_of(ratings, model), Contains("item_mean has 2 entries, expected 3"),
                       std::invalid_argument);
  model = random_model(1, ratings, 2, 2);
  model.cltr_i[1] = 2;
  CHECK_THROWS_WITH_AS(users_of(ratings, model), Contains("cltr_i[1] is 2, outside [0, 2)"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(items_of(ratings, model, 0), Contains("n_threads is 0"),
                       std::invalid_argument);
}
