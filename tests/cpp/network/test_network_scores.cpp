#include "astonish/network_scores.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "helpers.hpp"
#include "network/networks.hpp"

using namespace astonish;
using astonish::testing::Matrix;
using astonish::testing::Network;
using astonish::testing::same_bits;
using doctest::Approx;
using doctest::Contains;

namespace {

const std::vector<std::vector<std::size_t>> kHidden{{}, {7}, {19, 5}};

template <typename T>
TrainedNetwork<T> trained(const Network<T>& network, bool bounded) {
  TrainedNetwork<T> result{network.view(), network.buffer_views(), {}};
  if (bounded) result.y_range = YRange{0.0, 5.5};
  return result;
}

template <typename T>
std::vector<double> layer_outputs(const testing::Layer<T>& layer, const std::vector<double>& x) {
  std::vector<double> sums(layer.weight.rows);
  for (std::size_t out = 0; out < sums.size(); ++out) {
    if (!layer.bias.empty()) sums[out] = static_cast<double>(layer.bias[out]);
    for (std::size_t in = 0; in < x.size(); ++in) {
      sums[out] += static_cast<double>(layer.weight.at(out, in)) * x[in];
    }
  }
  return sums;
}

template <typename T>
void normalise(const testing::Layer<T>& layer, std::vector<double>& x) {
  for (std::size_t k = 0; k < layer.mean.size(); ++k) {
    const double deviation = std::sqrt(static_cast<double>(layer.variance[k]) + 1e-5);
    x[k] = (x[k] - static_cast<double>(layer.mean[k])) / deviation;
    x[k] =
        x[k] * static_cast<double>(layer.norm_weight[k]) + static_cast<double>(layer.norm_bias[k]);
  }
}

// The formulas of embedding_network.hpp, one pair.
template <typename T>
double naive(const Network<T>& network, std::int32_t user, std::int32_t item, bool bounded) {
  std::vector<double> x;
  const auto append = [&](const Matrix<T>& embedding, std::int32_t row) {
    for (std::size_t c = 0; c < embedding.cols; ++c) {
      x.push_back(row < 0 ? 0.0
                          : static_cast<double>(embedding.at(static_cast<std::size_t>(row), c)));
    }
  };
  append(network.pu, user);
  append(network.qi, item);
  for (std::size_t k = 0; k + 1 < network.layers.size(); ++k) {
    x = layer_outputs(network.layers[k], x);
    for (double& value : x) value = std::max(value, 0.0);
    normalise(network.layers[k], x);
  }
  const double sum = layer_outputs(network.layers.back(), x)[0];
  return bounded ? 5.5 / (1.0 + std::exp(-sum)) : sum;
}

struct Codes {
  std::vector<std::int32_t> users, items;
};

// All pairs, those with unknown ids, too.
Codes all_codes(std::int32_t n_users, std::int32_t n_items) {
  Codes codes;
  for (std::int32_t user = -1; user < n_users; ++user) {
    for (std::int32_t item = -1; item < n_items; ++item) {
      codes.users.push_back(user);
      codes.items.push_back(item);
    }
  }
  return codes;
}

template <typename T>
std::vector<double> estimates(const TrainedNetwork<T>& network, const Codes& codes,
                              int n_threads = 1) {
  std::vector<double> out(codes.users.size());
  network_estimates<T>(network, codes.users, codes.items, out, n_threads);
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("network_scores: estimates follow the formulas", T, float, double) {
  const double epsilon = sizeof(T) == 4 ? 1e-5 : 1e-13;
  const Codes codes = all_codes(9, 31);
  for (const auto& hidden : kHidden) {
    for (const bool use_bn : {true, false}) {
      for (const bool bounded : {true, false}) {
        const Network<T> network(9, 31, 3, 18, hidden, use_bn);
        const auto out = estimates(trained(network, bounded), codes);
        for (std::size_t k = 0; k < out.size(); ++k) {
          const double expected = naive(network, codes.users[k], codes.items[k], bounded);
          CHECK(std::abs(out[k] - expected) < epsilon * (1.0 + std::abs(expected)) * 10.0);
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("network_scores: all items get the estimates of pairs", T, float, double) {
  constexpr std::int32_t n_users = 5, n_items = 150;
  for (const auto& hidden : kHidden) {
    for (const bool use_bn : {true, false}) {
      const Network<T> network(n_users, n_items, 17, 6, hidden, use_bn);
      const auto its = trained(network, true);
      Codes codes;
      for (std::int32_t k = 0; k < n_users * n_items; ++k) {
        codes.users.push_back(k / n_items);
        codes.items.push_back(k % n_items);
      }
      const auto expected = estimates(its, codes);
      for (const int n_threads : {1, 2, 3, 7}) {
        Matrix<T> out(n_users, n_items);
        const NetworkScores<T> scores(its, n_threads);
        scores.score(its.arrays.pu, out.view(), n_threads);
        CHECK(same_bits(std::vector<double>(out.data.begin(), out.data.end()), expected));
      }
    }
  }
}

TEST_CASE("network_scores: the same bits for any number of threads") {
  const Network<float> network(60, 70, 20, 30, {40, 20}, true);
  const Codes codes = all_codes(60, 70);
  const auto expected = estimates(trained(network, true), codes);
  for (const int n_threads : {2, 3, 7}) {
    CHECK(same_bits(estimates(trained(network, true), codes, n_threads), expected));
  }
}

TEST_CASE_TEMPLATE("network_scores: nobody, nothing", T, float, double) {
  const Network<T> network(0, 0, 3, 2, {4}, true);
  const auto its = trained(network, false);
  CHECK(estimates(its, {}).empty());
  CHECK(estimates(its, {{-1}, {-1}})[0] == Approx(naive(network, -1, -1, false)));
  Matrix<T> out(0, 0);
  CHECK_NOTHROW(NetworkScores<T>(its, 2).score(its.arrays.pu, out.view(), 2));
}

TEST_CASE("network_scores: refuses what does not fit") {
  const Network<double> network(4, 5, 3, 2, {7}, true);
  const auto its = trained(network, false);
  CHECK_THROWS_WITH_AS(estimates(its, {{0, 1}, {0}}), Contains("items has 1 entries"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(estimates(its, {{4}, {0}}), Contains("users[0] is 4"), std::out_of_range);
  CHECK_THROWS_WITH_AS(estimates(its, {{0}, {-2}}), Contains("items[0] is -2"), std::out_of_range);
  auto without = its;
  without.buffers.clear();
  CHECK_THROWS_WITH_AS(estimates(without, {{0}, {0}}), Contains("weights.layers[0].bias"),
                       std::invalid_argument);
  const NetworkScores<double> scores(its, 1);
  Matrix<double> out(4, 5), narrow(4, 4);
  CHECK_THROWS_WITH_AS(scores.score(its.arrays.qi, out.view(), 1), Contains("users is 5 x 2"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(scores.score(its.arrays.pu, narrow.view(), 1), Contains("out is 4 x 4"),
                       std::invalid_argument);
  CHECK_THROWS_AS(scores.score(its.arrays.pu, out.view(), 0), std::invalid_argument);
}
