// Arithmetic speed of exact top-10 with seen items excluded: the product alone is counted, so what
// the search and the float64 proof cost on top of it lowers the number.
#include <benchmark/benchmark.h>

#include <vector>

#include "astonish/parallel.hpp"
#include "astonish/topk.hpp"
#include "synthetic.hpp"

namespace {

using namespace astonish;

constexpr std::size_t kQueries = 1000;
constexpr std::size_t kItems = 20'000;
constexpr std::size_t kSeenPerQuery = 100;
constexpr std::size_t kListLength = 10;

template <typename T>
void bench_topk(benchmark::State& state) {
  const auto n_factors = static_cast<std::size_t>(state.range(0));
  const auto n_threads = static_cast<int>(state.range(1));
  const auto queries = bench::normal_factors<T>(1, kQueries, n_factors, 0.1);
  const auto items = bench::normal_factors<T>(2, kItems, n_factors, 0.1);
  const auto seen = bench::synthetic_ratings(kQueries, kItems, kSeenPerQuery);
  const auto exclude = seen.view();
  std::vector<std::int32_t> indices(kQueries * kListLength);
  std::vector<T> scores(kQueries * kListLength);
  for (auto _ : state) {
    topk<T, std::int64_t>(
        {queries.data(), kQueries, n_factors}, {items.data(), kItems, n_factors}, {}, &exclude,
        {{indices.data(), kQueries, kListLength}, {scores.data(), kQueries, kListLength}},
        n_threads);
    benchmark::DoNotOptimize(indices.data());
  }
  const double flops = 2.0 * static_cast<double>(kQueries * kItems * n_factors);
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void factors_and_threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"factors", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const int n_factors : {64, 128}) {
    benchmark->Args({n_factors, 1});
    if (available_threads() > 1) benchmark->Args({n_factors, available_threads()});
  }
}

BENCHMARK(bench_topk<float>)->Apply(factors_and_threads);
BENCHMARK(bench_topk<double>)->Apply(factors_and_threads);

}  // namespace
