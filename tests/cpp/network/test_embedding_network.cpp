#include "astonish/embedding_network.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "helpers.hpp"
#include "network/networks.hpp"

using namespace astonish;
using astonish::testing::Network;
using astonish::testing::same_bits;
using doctest::Contains;

namespace {

template <typename T>
struct Pairs {
  std::vector<std::int32_t> users, items;
  std::vector<T> ratings;

  [[nodiscard]] RatedPairs<T> view() const { return {users, items, ratings}; }
};

template <typename T>
Pairs<T> random_pairs(const Network<T>& network, std::size_t n) {
  RowRandom random(31, 0);
  Pairs<T> pairs;
  for (std::size_t k = 0; k < n; ++k) {
    const auto below = [&](std::size_t bound) {
      return static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(bound)));
    };
    pairs.users.push_back(below(network.pu.rows));
    pairs.items.push_back(below(network.qi.rows));
    pairs.ratings.push_back(static_cast<T>(1 + random.below(5)));
  }
  return pairs;
}

// A network and what Adam remembers of it.
template <typename T>
struct Training {
  explicit Training(const Network<T>& network)
      : weights(network), averages(network.zeros()), squares(network.zeros()) {}

  [[nodiscard]] EmbeddingNetwork<T> trainer(const EmbeddingNetworkOptions& options) const {
    return {weights.view(), averages.view(), squares.view(), weights.buffer_views(), options};
  }

  void take(const EmbeddingNetwork<T>& trainer) {
    trainer.copy_to(weights.view(), averages.view(), squares.view(), weights.buffer_views());
  }

  Network<T> weights, averages, squares;
};

template <typename T>
bool same_bits(const Training<T>& a, const Training<T>& b) {
  return same_bits(a.weights, b.weights) && same_bits(a.averages, b.averages) &&
         same_bits(a.squares, b.squares);
}

// All pairs in turn, in batches of `size`, at a rate and a momentum; the losses.
template <typename T>
std::vector<double> run(EmbeddingNetwork<T>& trainer, const Pairs<T>& pairs, std::size_t size,
                        double lr, double mom, int n_threads = 1) {
  std::vector<std::int32_t> samples(pairs.users.size() / size * size);
  std::iota(samples.begin(), samples.end(), 0);
  const std::vector<double> lrs(samples.size() / size, lr), moms(lrs.size(), mom);
  std::vector<double> losses(lrs.size());
  trainer.run(pairs.view(), {samples, size}, {lrs, moms}, losses, n_threads);
  return losses;
}

double loss_of(const Network<double>& network, const Pairs<double>& pairs,
               const EmbeddingNetworkOptions& options) {
  auto trainer = Training<double>(network).trainer(options);
  return run(trainer, pairs, pairs.users.size(), 0.0, 0.0)[0];
}

// Without momentum the running mean of the gradients is the gradient.
Network<double> gradient_of(const Network<double>& network, const Pairs<double>& pairs,
                            const EmbeddingNetworkOptions& options) {
  Training<double> training(network);
  auto trainer = training.trainer(options);
  run(trainer, pairs, pairs.users.size(), 0.0, 0.0);
  training.take(trainer);
  return training.averages;
}

EmbeddingNetworkOptions options_of(bool use_bn, bool bounded, bool drops, std::size_t n_hidden) {
  EmbeddingNetworkOptions options;
  options.use_bn = use_bn;
  if (bounded) options.y_range = YRange{0.0, 5.5};
  if (drops) {
    options.embed_p = 0.2;
    options.ps.assign(n_hidden, 0.3);
  }
  options.seed = 77;
  return options;
}

}  // namespace

TEST_CASE("embedding_network: gradients are those of finite differences") {
  for (const std::vector<std::size_t>& hidden : {std::vector<std::size_t>{}, {7}, {19, 5}}) {
    for (const bool use_bn : {true, false}) {
      for (const bool bounded : {true, false}) {
        for (const bool drops : {true, false}) {
          CAPTURE(hidden.size());
          CAPTURE(use_bn);
          CAPTURE(bounded);
          CAPTURE(drops);
          Network<double> network(4, 5, 3, 2, hidden, use_bn);
          const auto pairs = random_pairs(network, 12);
          const auto options = options_of(use_bn, bounded, drops, hidden.size());
          const auto gradient = gradient_of(network, pairs, options);
          for (std::size_t k = 0; k < network.arrays().size(); ++k) {
            std::vector<double>& weights = *network.arrays()[k];
            for (std::size_t place = 0; place < weights.size(); ++place) {
              CAPTURE(k);
              CAPTURE(place);
              const double weight = weights[place];
              weights[place] = weight + 1e-6;
              const double above = loss_of(network, pairs, options);
              weights[place] = weight - 1e-6;
              const double below = loss_of(network, pairs, options);
              weights[place] = weight;
              const double slope = (above - below) / 2e-6;
              CHECK(std::abs((*gradient.arrays()[k])[place] - slope) < 1e-7);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("embedding_network: learns what it is shown") {
  const Network<float> network(20, 30, 8, 8, {16}, true);
  auto pairs = random_pairs(network, 320);
  auto trainer = Training<float>(network).trainer(options_of(true, false, false, 1));
  const double before = run(trainer, pairs, 32, 0.02, 0.9)[0];
  std::vector<double> losses;
  for (int epoch = 0; epoch < 40; ++epoch) losses = run(trainer, pairs, 32, 0.02, 0.9);
  CHECK(losses[0] < 0.1 * before);
}

TEST_CASE_TEMPLATE("embedding_network: the same bits for any number of threads", T, float, double) {
  const Network<T> network(50, 60, 90, 35, {90, 170}, true);
  const auto pairs = random_pairs(network, 1200);
  for (const bool use_bn : {true, false}) {
    const Network<T> start = use_bn ? network : network.without_norms();
    const auto options = options_of(use_bn, true, true, 2);
    Training<T> expected(start);
    auto trainer = expected.trainer(options);
    const auto losses = run(trainer, pairs, 400, 0.01, 0.9);
    expected.take(trainer);
    for (const int n_threads : {2, 3, 7, 100}) {
      CAPTURE(n_threads);
      Training<T> training(start);
      auto threaded = training.trainer(options);
      CHECK(same_bits(run(threaded, pairs, 400, 0.01, 0.9, n_threads), losses));
      training.take(threaded);
      CHECK(same_bits(training, expected));
    }
  }
}

TEST_CASE("embedding_network: runs go on where the one before ended") {
  const Network<double> network(20, 30, 5, 6, {9}, true);
  const auto pairs = random_pairs(network, 60);
  auto options = options_of(true, true, true, 1);
  Training<double> at_once(network), in_turn(network);
  auto trainer = at_once.trainer(options);
  for (int k = 0; k < 2; ++k) run(trainer, pairs, 10, 0.01, 0.9);
  at_once.take(trainer);
  for (int k = 0; k < 2; ++k) {
    auto its = in_turn.trainer(options);
    run(its, pairs, 10, 0.01, 0.9);
    in_turn.take(its);
    options.adam.first_step += 6;
  }
  CHECK(same_bits(at_once, in_turn));
}

TEST_CASE("embedding_network: what is dropped depends on seed and step") {
  const Network<double> network(4, 5, 30, 20, {40}, true);
  const auto pairs = random_pairs(network, 12);
  auto options = options_of(true, false, true, 1);
  const double loss = loss_of(network, pairs, options);
  CHECK(loss_of(network, pairs, options) == loss);
  options.seed = 78;
  CHECK(loss_of(network, pairs, options) != loss);
  options.seed = 77;
  options.adam.first_step = 1;
  CHECK(loss_of(network, pairs, options) != loss);
  options.ps = {};
  options.embed_p = 0.0;
  const double without = loss_of(network, pairs, options);
  CHECK(loss_of(network, pairs, options_of(true, false, false, 1)) == without);
}

TEST_CASE("embedding_network: batches of another size, and none") {
  const Network<double> network(20, 30, 5, 6, {9}, true);
  const auto pairs = random_pairs(network, 60);
  Training<double> training(network);
  auto trainer = training.trainer({});
  CHECK(run(trainer, pairs, 3, 0.01, 0.9).size() == 20);
  CHECK(run(trainer, pairs, 60, 0.01, 0.9).size() == 1);
  CHECK(run(trainer, Pairs<double>{}, 5, 0.01, 0.9).empty());
}

TEST_CASE_TEMPLATE("embedding_network: refuses what does not fit", T, float, double) {
  const Network<T> network(4, 5, 3, 2, {7, 6}, true);
  const auto refused = [&](const auto& change, const char* message) {
    Training<T> training(network);
    EmbeddingNetworkOptions options;
    change(training, options);
    CHECK_THROWS_WITH_AS(std::ignore = training.trainer(options), Contains(message),
                         std::invalid_argument);
  };
  using Options = EmbeddingNetworkOptions;
  refused(
      [](auto& its, Options&) {
        its.averages = Network<T>(4, 6, 3, 2, {7, 6}, true).zeros();
      },
      "averages.qi is 6 x 2, expected 5 x 2");
  refused(
      [](auto& its, Options&) {
        its.squares = Network<T>(4, 5, 3, 2, {7, 5}, true).zeros();
      },
      "squares.layers[1].weight is 5 x 7, expected 6 x 7");
  refused([](auto& its, Options&) { its.weights.layers[1].norm_bias.pop_back(); },
          "weights.layers[1].norm_bias has 5 entries, expected 6");
  refused([](auto& its, Options&) { its.weights.layers.pop_back(); },
          "the last layer has 6 outputs, expected 1");
  refused([](auto& its, Options&) { its.weights.layers[0].variance.pop_back(); },
          "buffers[0].variance has 6 entries, expected 7");
  refused([](auto&, Options& options) { options.use_bn = false; },
          "weights.layers[0].bias has 0 entries, expected 7");
  refused(
      [](auto& its, Options&) {
        its.weights = Network<T>(4, 5, 0, 2, {7, 6}, true);
      },
      "weights.pu has no columns");
  refused([](auto&, Options& options) { options.embed_p = 1.0; }, "embed_p is 1");
  refused([](auto&, Options& options) { options.ps = {0.1}; }, "ps has 1 entries, expected 2");
  refused([](auto&, Options& options) { options.ps = {0.1, -0.5}; }, "ps[1] is -0.5");
  refused([](auto&, Options& options) { options.adam.eps = 0.0; }, "eps is 0");
  refused([](auto&, Options& options) { options.y_range = YRange{5.0, 1.0}; }, "y_range is (5");
}

TEST_CASE("embedding_network: refuses runs that do not fit") {
  const Network<double> network(4, 5, 3, 2, {7}, true);
  const auto pairs = random_pairs(network, 10);
  const Training<double> training(network);
  auto trainer = training.trainer({});
  CHECK_THROWS_WITH_AS(run(trainer, pairs, 1, 0.01, 0.9), Contains("the batch size is 1"),
                       std::invalid_argument);
  auto stranger = pairs;
  stranger.items[3] = 5;
  CHECK_THROWS_WITH_AS(run(trainer, stranger, 5, 0.01, 0.9), Contains("items[3] is 5"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(run(trainer, pairs, 5, -1.0, 0.9), Contains("lr is -1"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(run(trainer, pairs, 5, 0.01, 0.9, 0), Contains("n_threads is 0"),
                       std::invalid_argument);
  Training<double> after(network);
  after.take(trainer);
  CHECK(same_bits(after.weights, network));
  Training<double> narrower(Network<double>(4, 5, 3, 2, {6}, true));
  CHECK_THROWS_WITH_AS(narrower.take(trainer), Contains("weights.layers[0].weight is 6 x 5"),
                       std::invalid_argument);
}

TEST_CASE("embedding_network: divergence names the batch") {
  const Network<float> network(40, 50, 64, 64, {128}, true);
  auto pairs = random_pairs(network, 800);
  pairs.ratings[250] = std::numeric_limits<float>::quiet_NaN();
  for (const int n_threads : {1, 3}) {
    auto trainer = Training<float>(network).trainer({});
    CHECK_THROWS_WITH_AS(run(trainer, pairs, 200, 0.01, 0.9, n_threads),
                         Contains("batch 1 diverged"), std::domain_error);
  }
}
