// Arithmetic speed of alternating least squares beside the peak of this CPU's multiply-add units:
// the sums of outer products of gathered rows alone, and whole half-steps. Only with the CPU's own
// instructions does either number mean anything: CXXFLAGS=-march=native.
#include <benchmark/benchmark.h>

#include <vector>

#include "als/normal_equations.hpp"
#include "astonish/als.hpp"
#include "astonish/parallel.hpp"
#include "linear_algebra/lanes.hpp"
#include "synthetic.hpp"

namespace {

using namespace astonish;
using namespace astonish::internal::als;
using namespace astonish::internal::linear_algebra;

constexpr std::size_t kUsers = 6000;
constexpr std::size_t kItems = 4000;

void count_flops(benchmark::State& state, double flops) {
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

// Sixteen sums that do not wait for each other; their array must not leave the registers.
template <typename T>
T sum_of_multiply_adds(std::size_t steps, T of_factor) {
  LanesOf<T> sums[16] = {};
  LanesOf<T> factor = {};
  factor += of_factor;
  T start = of_factor;
  for (LanesOf<T>& sum : sums) sum += (start += 1);  // equal ones would be computed once
  for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 16
    for (LanesOf<T>& sum : sums) sum += sum * factor;
  }
  T total = 0;
  for (const LanesOf<T>& sum : sums) total += sum[0];
  return total;
}

template <typename T>
void bench_peak(benchmark::State& state) {
  constexpr std::size_t steps = 10'000;
  T factor = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(factor);
    benchmark::DoNotOptimize(sum_of_multiply_adds<T>(steps, factor));
  }
  count_flops(state, 2.0 * static_cast<double>(16 * steps * kLanesOf<T>));
}

template <typename T>
void bench_products(benchmark::State& state) {
  const auto n_factors = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t n = 512;
  const auto items = bench::normal_factors<T>(2, kItems, n_factors, 0.1);
  std::vector<std::int32_t> indices(n);
  for (std::size_t k = 0; k < n; ++k) indices[k] = static_cast<std::int32_t>(k * 7919 % kItems);
  const std::vector<double> targets(n, 1.0);
  NormalEquations<T> equations(n_factors, true);
  for (auto _ : state) {
    equations.reset();
    equations.template add_rows<T>({items.data(), kItems, n_factors}, indices, {}, targets);
    benchmark::DoNotOptimize(&equations);
  }
  count_flops(state, static_cast<double>(n * n_factors * (n_factors + 1)));
}

template <typename T>
void bench_half_step(benchmark::State& state) {
  const auto n_factors = static_cast<std::size_t>(state.range(0));
  const std::size_t per_user = 160;
  const auto ratings = bench::synthetic_ratings(kUsers, kItems, per_user);
  auto items = bench::normal_factors<T>(2, kItems, n_factors, 0.1);
  std::vector<T> item_biases(kItems), factors(kUsers * n_factors), biases(kUsers);
  const FactorSide<T> fixed{{items.data(), kItems, n_factors}, item_biases};
  const FactorSide<T> solved{{factors.data(), kUsers, n_factors}, biases};
  const CsrView<std::int64_t> view = ratings.view();
  for (auto _ : state) {
    solve_side<T, std::int64_t>(view, {}, fixed, {}, solved, available_threads());
  }
  const auto n = static_cast<double>(n_factors);
  count_flops(state, kUsers * (per_user * n * (n + 1) + n * n * n / 3));
}

BENCHMARK(bench_peak<float>);
BENCHMARK(bench_peak<double>);
BENCHMARK(bench_products<float>)->ArgName("factors")->Arg(64)->Arg(128)->Arg(256);
BENCHMARK(bench_products<double>)->ArgName("factors")->Arg(64)->Arg(128);
BENCHMARK(bench_half_step<float>)->ArgName("factors")->Arg(64)->Arg(128)->UseRealTime();
BENCHMARK(bench_half_step<double>)->ArgName("factors")->Arg(64)->Arg(128)->UseRealTime();

}  // namespace
