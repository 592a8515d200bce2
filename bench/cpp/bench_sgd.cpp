// Ratings a second of both solvers, beside the training error that their epochs reach.
#include <benchmark/benchmark.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "astonish/estimate.hpp"
#include "astonish/sgd.hpp"
#include "synthetic.hpp"

namespace {

using namespace astonish;

constexpr std::size_t kUsers = 4000;
constexpr std::size_t kItems = 2000;
constexpr std::size_t kRatingsPerUser = 100;
constexpr int kEpochs = 2;

struct Model {
  std::size_t n_factors;
  std::vector<double> pu = bench::normal_factors<double>(4, kUsers, n_factors, 0.1);
  std::vector<double> qi = bench::normal_factors<double>(5, kItems, n_factors, 0.1);
  std::vector<double> bu = std::vector<double>(kUsers);
  std::vector<double> bi = std::vector<double>(kItems);
  double global_mean = 3.0;

  BiasedFactors<double> view() {
    return {{pu.data(), kUsers, n_factors}, {qi.data(), kItems, n_factors}, bu, bi, global_mean};
  }
  BiasedFactors<const double> view() const {
    return {{pu.data(), kUsers, n_factors}, {qi.data(), kItems, n_factors}, bu, bi, global_mean};
  }
};

double rmse(const Model& model, const bench::Ratings& ratings) {
  std::vector<double> estimates(ratings.values.size());
  estimate_pairs(model.view(), ratings.users, ratings.indices, estimates, 1);
  const double squares = std::transform_reduce(
      estimates.begin(), estimates.end(), ratings.values.begin(), 0.0, std::plus<>(),
      [](double estimate, double rating) { return (estimate - rating) * (estimate - rating); });
  return std::sqrt(squares / static_cast<double>(estimates.size()));
}

void bench_sgd(benchmark::State& state, SgdSolver solver) {
  const bench::Ratings ratings = bench::synthetic_ratings(kUsers, kItems, kRatingsPerUser);
  const Model start{static_cast<std::size_t>(state.range(0))};
  SgdOptions options;
  options.solver = solver;
  options.n_epochs = kEpochs;
  Model model = start;
  for (auto _ : state) {
    state.PauseTiming();
    model = start;
    state.ResumeTiming();
    fit_sgd(ratings.view(), model.view(), options);
  }
  const auto updates = static_cast<double>(ratings.values.size()) * kEpochs;
  state.counters["ratings/s"] =
      benchmark::Counter(updates, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["rmse"] = rmse(model, ratings);
}

BENCHMARK_CAPTURE(bench_sgd, sequential, SgdSolver::sequential)
    ->ArgName("factors")
    ->Arg(20)
    ->Arg(100)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bench_sgd, bitwise, SgdSolver::bitwise)
    ->ArgName("factors")
    ->Arg(20)
    ->Arg(100)
    ->Unit(benchmark::kMillisecond);

}  // namespace
