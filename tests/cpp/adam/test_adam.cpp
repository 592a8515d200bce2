#include "astonish/adam.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "adam/table.hpp"
#include "astonish/random.hpp"

using namespace astonish;
using namespace astonish::internal::adam;
using doctest::Contains;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Rates {
  explicit Rates(std::size_t n) : lrs(n), moms(n) {
    for (std::size_t k = 0; k < n; ++k) {
      const double place = static_cast<double>(k) / static_cast<double>(n);
      lrs[k] = 0.02 * (1.1 - place);
      moms[k] = 0.95 - 0.1 * place;
    }
  }
  [[nodiscard]] BatchRates view() const { return {lrs, moms}; }

  std::vector<double> lrs, moms;
};

// The formula of the header on one number.
struct Number {
  void step(double gradient, const AdamOptions& options, double lr, double mom, double t) {
    weight -= lr * options.wd * weight;
    average = mom * average + (1 - mom) * gradient;
    square = options.sqr_mom * square + (1 - options.sqr_mom) * gradient * gradient;
    weight -= lr / (1 - std::pow(mom, t)) * average /
              (std::sqrt(square / (1 - std::pow(options.sqr_mom, t))) + options.eps);
  }

  double weight = 0.0, average = 0.0, square = 0.0;
};

// One row of a table whose samples come every `pause` batches, and the same numbers by the formula.
template <typename T>
struct Run {
  Run(std::size_t n_cols, std::size_t n_steps, std::size_t pause, double sqr_mom = 0.99)
      : table(1, n_cols), numbers(n_cols), rates(n_steps) {
    options.sqr_mom = sqr_mom;
    options.wd = 0.05;
    options.first_step = 3;
    RowRandom random(1, 0);
    for (std::size_t k = 0; k < n_cols; ++k) {
      numbers[k].weight = random.normal();
      table.row(0, AdamKind::weights)[k] = static_cast<T>(numbers[k].weight);
    }
    const AdamSteps steps(options, rates.view());
    std::vector<T> gradient(table.width());
    for (std::size_t step = 0; step < n_steps; ++step) {
      const bool has_samples = step % pause == 0;
      for (Number& number : numbers) {
        const double slope = has_samples ? random.normal() : 0.0;
        gradient[static_cast<std::size_t>(&number - numbers.data())] = static_cast<T>(slope);
        number.step(slope, options, rates.lrs[step], rates.moms[step],
                    static_cast<double>(options.first_step + step + 1));
      }
      if (!has_samples) continue;
      table.catch_up(0, step, steps);
      table.update(0, gradient.data(), step, steps);
    }
    table.finish(n_steps, steps, 1);
  }

  void check(double tolerance) const {
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      CAPTURE(k);
      CHECK(std::abs(table.row(0, AdamKind::weights)[k] - numbers[k].weight) < tolerance);
      CHECK(std::abs(table.row(0, AdamKind::averages)[k] - numbers[k].average) < tolerance);
      CHECK(std::abs(table.row(0, AdamKind::squares)[k] - numbers[k].square) < tolerance);
    }
  }

  AdamOptions options;
  AdamTable<T> table;
  std::vector<Number> numbers;
  Rates rates;
};

}  // namespace

TEST_CASE("a row that catches up is where the formula takes it batch by batch") {
  for (const std::size_t pause : {1U, 2U, 63U, 64U, 65U, 130U, 1000U, 5000U}) {
    for (const std::size_t n_cols : {1U, 16U, 50U, 100U, 150U}) {
      CAPTURE(pause);
      CAPTURE(n_cols);
      Run<double>(n_cols, 1300, pause).check(1e-13);
      Run<float>(n_cols, 1300, pause).check(1e-5);
    }
  }
}

TEST_CASE("a row catches up whether its momentum or its squares last longer") {
  for (const double sqr_mom : {0.8, 0.95, 0.9999}) {
    CAPTURE(sqr_mom);
    Run<double>(20, 3000, 1400, sqr_mom).check(1e-13);
    Run<float>(20, 3000, 1400, sqr_mom).check(1e-5);
  }
}

TEST_CASE("the lanes that fill a row up stay zero") {
  const Run<float> run(5, 40, 7);
  for (std::size_t k = 5; k < run.table.width(); ++k) {
    CHECK(run.table.row(0, AdamKind::weights)[k] == 0.0F);
  }
}

TEST_CASE("a learning rate of which nothing is kept clears a weight") {
  AdamOptions options;
  options.wd = 0.1;
  const std::vector<double> lrs{10.0, 10.0}, moms{0.9, 0.9};
  const AdamSteps steps(options, {lrs, moms});
  AdamTable<double> table(1, 1);
  table.row(0, AdamKind::weights)[0] = 3.0;
  table.finish(2, steps, 1);
  CHECK(table.row(0, AdamKind::weights)[0] == 0.0);
}

TEST_CASE("options of Adam out of range are refused by name") {
  const auto with = [](auto change) {
    AdamOptions options;
    change(options);
    check_adam(options);
  };
  CHECK_NOTHROW(with([](auto&) {}));
  for (const double bad : {0.0, 1.0, -0.5, kNan}) {
    CHECK_THROWS_WITH_AS(with([&](auto& its) { its.sqr_mom = bad; }), Contains("sqr_mom is"),
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(with([&](auto& its) { its.eps = bad; }), Contains("eps is"),
                         std::invalid_argument);
  }
  for (const double bad : {-0.1, kNan, std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_WITH_AS(with([&](auto& its) { its.wd = bad; }), Contains("wd is"),
                         std::invalid_argument);
  }
}

TEST_CASE("rates out of range are refused by name") {
  const auto check = [](std::vector<double> lrs, std::vector<double> moms) {
    check_rates({lrs, moms});
  };
  CHECK_NOTHROW(check({0.0, 1.0}, {0.0, 0.99}));
  CHECK_THROWS_WITH_AS(check({0.1}, {}), Contains("moms has 0 entries, expected 1"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({-0.1}, {0.9}), Contains("lr is -0.1"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({kNan}, {0.9}), Contains("lr is"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({0.1}, {1.0}), Contains("mom is 1"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({0.1}, {kNan}), Contains("mom is"), std::invalid_argument);
}
