#include "astonish/embedding_dot.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "astonish/epochs.hpp"
#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Matrix;
using astonish::testing::same_bits;
using doctest::Approx;
using doctest::Contains;

namespace {

template <typename T>
struct Arrays {
  Arrays(std::size_t n_users, std::size_t n_items, std::size_t n_factors)
      : pu(n_users, n_factors), qi(n_items, n_factors), bu(n_users), bi(n_items) {}

  [[nodiscard]] DotArrays<T> view() { return {pu.view(), qi.view(), bu, bi}; }
  [[nodiscard]] DotArrays<const T> view() const { return {pu.view(), qi.view(), bu, bi}; }

  // Every number, for comparisons and changes.
  template <typename Body>
  void each(const Body& body) {
    for (std::vector<T>* values : {&pu.data, &qi.data, &bu, &bi}) {
      for (T& value : *values) body(value);
    }
  }

  Matrix<T> pu, qi;
  std::vector<T> bu, bi;
};

template <typename T>
bool same(const Arrays<T>& a, const Arrays<T>& b) {
  return same_bits(a.pu.data, b.pu.data) && same_bits(a.qi.data, b.qi.data) &&
         same_bits(a.bu, b.bu) && same_bits(a.bi, b.bi);
}

template <typename T>
struct Problem {
  explicit Problem(std::size_t n_users = 30, std::size_t n_items = 20, std::size_t n_factors = 5,
                   std::size_t n = 400)
      : weights(n_users, n_items, n_factors), averages(weights), squares(weights) {
    RowRandom random(3, 0);
    weights.each([&](T& value) { value = static_cast<T>(0.3 * random.normal()); });
    averages.each([](T& value) { value = 0; });
    squares.each([](T& value) { value = 0; });
    for (std::size_t k = 0; k < n; ++k) {
      users.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(n_users))));
      items.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(n_items))));
      ratings.push_back(static_cast<T>(1 + random.below(5)));
      samples.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(n))));
    }
  }

  [[nodiscard]] EmbeddingDot<T> trainer() const {
    return {std::as_const(weights).view(), averages.view(), squares.view(), options};
  }

  // Trains and returns the losses; the arrays are what has been trained.
  std::vector<double> run(std::size_t batch_size, int n_threads = 1, double lr = 0.01,
                          std::size_t n_runs = 1) {
    EmbeddingDot<T> its = trainer();
    const std::size_t n_batches = samples.size() / batch_size;
    std::vector<double> losses(n_batches * n_runs);
    const std::vector<double> lrs(n_batches, lr), moms(n_batches, 0.9);
    for (std::size_t run = 0; run < n_runs; ++run) {
      its.run({users, items, ratings},
              {std::span(samples).first(n_batches * batch_size), batch_size}, {lrs, moms},
              std::span(losses).subspan(run * n_batches, n_batches), n_threads);
    }
    its.copy_to(weights.view(), averages.view(), squares.view());
    return losses;
  }

  // The mean squared error of all samples.
  [[nodiscard]] double loss(const Arrays<T>& at) const {
    double sum = 0;
    for (const std::int32_t sample : samples) {
      const auto k = static_cast<std::size_t>(sample);
      const auto u = static_cast<std::size_t>(users[k]), i = static_cast<std::size_t>(items[k]);
      double x = options.biased ? at.bu[u] + at.bi[i] : 0;
      for (std::size_t f = 0; f < at.pu.cols; ++f) x += at.pu.at(u, f) * at.qi.at(i, f);
      const double width = options.y_range ? options.y_range->high - options.y_range->low : 0;
      if (options.y_range) x = options.y_range->low + width / (1 + std::exp(-x));
      sum += (x - ratings[k]) * (x - ratings[k]);
    }
    return sum / static_cast<double>(samples.size());
  }

  EmbeddingDotOptions options;
  Arrays<T> weights, averages, squares;
  std::vector<std::int32_t> users, items, samples;
  std::vector<T> ratings;
};

}  // namespace

TEST_CASE("gradients are those of finite differences") {
  for (const bool biased : {true, false}) {
    for (const bool bounded : {true, false}) {
      CAPTURE(biased);
      CAPTURE(bounded);
      Problem<double> problem(4, 3, 2, 12);
      problem.options.biased = biased;
      if (bounded) problem.options.y_range = YRange{0.0, 5.5};
      Arrays<double> expected = problem.weights;
      std::vector<double> slopes;
      Arrays<double> moved = problem.weights;
      moved.each([&](double& value) {
        const double before = value;
        value = before + 1e-6;
        const double above = problem.loss(moved);
        value = before - 1e-6;
        slopes.push_back((above - problem.loss(moved)) / 2e-6);
        value = before;
      });
      CHECK(problem.run(12)[0] == Approx(problem.loss(expected)).epsilon(1e-12));
      std::size_t at = 0;
      problem.averages.each(  // a tenth of the gradient after one batch
          [&](double& value) { CHECK(10 * value == Approx(slopes[at++]).epsilon(1e-6)); });
    }
  }
}

TEST_CASE_TEMPLATE("the same bits for any number of threads", T, float, double) {
  for (const std::size_t batch_size : {7U, 400U}) {
    Problem<T> once(300, 200, 70, 4000);
    const auto losses = once.run(batch_size, 1);
    for (const int n_threads : {2, 3, 7}) {
      Problem<T> again(300, 200, 70, 4000);
      CHECK(again.run(batch_size, n_threads) == losses);
      CHECK(same(again.weights, once.weights));
      CHECK(same(again.averages, once.averages));
      CHECK(same(again.squares, once.squares));
    }
  }
}

TEST_CASE("a training that is taken up again goes on as if it had not stopped") {
  Problem<double> once, twice;
  const auto losses = once.run(50, 1, 0.01, 2);
  auto first = twice.run(50);
  twice.options.adam.first_step = first.size();
  const auto second = twice.run(50);
  first.insert(first.end(), second.begin(), second.end());
  CHECK(first == losses);
  CHECK(same(twice.weights, once.weights));
}

TEST_CASE("a side that is not trained stays") {
  for (const bool users : {true, false}) {
    CAPTURE(users);
    Problem<double> problem;
    (users ? problem.options.trains_users : problem.options.trains_items) = false;
    const Arrays<double> before = problem.weights;
    const auto losses = problem.run(20);
    CHECK(losses.back() < losses.front());
    CHECK(same_bits(problem.weights.pu.data, before.pu.data) == users);
    CHECK(same_bits(problem.weights.bu, before.bu) == users);
    CHECK(same_bits(problem.weights.qi.data, before.qi.data) == !users);
    CHECK(same_bits(problem.weights.bi, before.bi) == !users);
  }
}

TEST_CASE("without factors there are biases, and without either nothing") {
  Problem<float> biases(30, 20, 0);
  const auto losses = biases.run(20, 1, 0.1, 20);
  CHECK(losses.back() < 0.6 * losses.front());
  Problem<float> nothing(30, 20, 0);
  nothing.options.biased = false;
  nothing.run(20);
  nothing.weights.each([](float& value) { CHECK(value == 0.0F); });
}

TEST_CASE("a loss that is not finite names its batch") {
  for (const int n_threads : {1, 2}) {
    Problem<float> problem(300, 200, 70, 4000);
    std::iota(problem.samples.begin(), problem.samples.end(), 0);
    problem.ratings[1200] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH_AS(problem.run(400, n_threads), Contains("batch 3 diverged"),
                         std::domain_error);
  }
}

TEST_CASE("a run is cancelled inside of a batch") {
  for (const int n_threads : {1, 2}) {
    Problem<double> problem(300, 200, 70, 4000);
    EmbeddingDot<double> trainer = problem.trainer();
    const std::vector<double> lrs(1, 0.01), moms(1, 0.9);
    std::vector<double> losses(1);
    int n_asked = 0;
    CHECK_THROWS_AS(trainer.run({problem.users, problem.items, problem.ratings},
                                {problem.samples, problem.samples.size()}, {lrs, moms}, losses,
                                n_threads, [&] { return ++n_asked < 3; }),
                    Cancelled);
  }
}

TEST_CASE("without threads nothing is trained") {
  Problem<double> problem;
  const Arrays<double> before = problem.weights;
  EmbeddingDot<double> trainer = problem.trainer();
  const std::vector<double> lrs(2, 0.1), moms(2, 0.9);
  std::vector<double> losses(2);
  CHECK_THROWS_WITH_AS(
      trainer.run({problem.users, problem.items, problem.ratings},
                  {std::span(problem.samples).first(20), 10}, {lrs, moms}, losses, 0),
      Contains("n_threads is 0"), std::invalid_argument);
  trainer.copy_to(problem.weights.view(), problem.averages.view(), problem.squares.view());
  CHECK(same(problem.weights, before));
}

TEST_CASE("what does not fit is refused by name") {
  Problem<double> problem;
  EmbeddingDot<double> trainer = problem.trainer();
  std::vector<double> lrs(2, 0.1), moms(2, 0.9), losses(2);
  const RatedPairs<double> pairs{problem.users, problem.items, problem.ratings};
  const SampleBatches batches{std::span(problem.samples).first(20), 10};
  const auto run = [&](const auto& its_pairs, const SampleBatches& its_batches) {
    trainer.run(its_pairs, its_batches, {lrs, moms}, losses, 1);
  };
  CHECK_NOTHROW(run(pairs, batches));
  CHECK_THROWS_WITH_AS(run(pairs, {batches.samples, 11}), Contains("samples has 20 entries"),
                       std::invalid_argument);
  for (const std::size_t bad : {std::size_t{0}, std::size_t{1} << 31U, std::size_t{1} << 63U}) {
    const std::string message = "batch size is " + std::to_string(bad);
    CHECK_THROWS_WITH_AS(run(pairs, {batches.samples, bad}), Contains(message.c_str()),
                         std::invalid_argument);
  }
  const auto spoiled = [](std::vector<std::int32_t> codes, std::int32_t code) {
    codes[7] = code;
    return codes;
  };
  for (const std::int32_t bad : {-1, 400}) {
    const auto users = spoiled(problem.users, bad), items = spoiled(problem.items, bad);
    const auto samples = spoiled(problem.samples, bad);
    CHECK_THROWS_WITH_AS(run(RatedPairs<double>{users, problem.items, problem.ratings}, batches),
                         Contains("users[7]"), std::out_of_range);
    CHECK_THROWS_WITH_AS(run(RatedPairs<double>{problem.users, items, problem.ratings}, batches),
                         Contains("items[7]"), std::out_of_range);
    CHECK_THROWS_WITH_AS(run(pairs, {std::span(samples).first(20), 10}), Contains("samples[7]"),
                         std::out_of_range);
  }
  losses.pop_back();
  CHECK_THROWS_WITH_AS(run(pairs, batches), Contains("losses has 1 entries"),
                       std::invalid_argument);
  problem.averages.bu.pop_back();
  const Arrays<double> before = problem.weights;
  CHECK_THROWS_WITH_AS(
      trainer.copy_to(problem.weights.view(), problem.averages.view(), problem.squares.view()),
      Contains("averages.bu has 29 entries, expected 30"), std::invalid_argument);
  CHECK(same(problem.weights, before));
  CHECK_THROWS_WITH_AS(std::ignore = problem.trainer(),
                       Contains("averages.bu has 29 entries, expected 30"), std::invalid_argument);
}
