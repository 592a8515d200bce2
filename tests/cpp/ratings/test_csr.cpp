#include "astonish/csr.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Csr;
using doctest::Contains;

namespace {

using Codes = std::vector<std::int32_t>;
using Values = std::vector<double>;

template <typename Offset>
CsrArrays<Offset> arrays_of(Csr<Offset>& csr) {
  return {csr.offsets, csr.indices, csr.values};
}

template <typename Offset>
Csr<Offset> sized_csr(std::size_t n_rows, std::size_t n_entries, std::size_t n_values,
                      std::size_t n_cols) {
  return {std::vector<Offset>(n_rows + 1), Codes(n_entries), Values(n_values), n_cols};
}

template <typename Offset>
Csr<Offset> built(const Codes& rows, const Codes& cols, const Values& values, std::size_t n_rows,
                  std::size_t n_cols) {
  auto csr = sized_csr<Offset>(n_rows, rows.size(), values.size(), n_cols);
  build_csr<Offset>(rows, cols, values, n_cols, arrays_of(csr));
  return csr;
}

// Three rows: {1: 5.0, 0: 4.0}, {}, {2: 3.0}.
template <typename Offset>
Csr<Offset> toy() {
  return {{0, 2, 2, 3}, {1, 0, 2}, {5.0, 4.0, 3.0}, 3};
}

}  // namespace

TEST_CASE_TEMPLATE("csr: a view gives the rows side by side", Offset, std::int32_t, std::int64_t) {
  const auto csr = toy<Offset>();
  const auto view = csr.view();
  CHECK(view.n_rows() == 3);
  CHECK(std::ranges::equal(view.row_indices(0), Codes{1, 0}));
  CHECK(std::ranges::equal(view.row_values(0), Values{5.0, 4.0}));
  CHECK(view.row_indices(1).empty());
  CHECK(view.row_values(1).empty());
  CHECK(std::ranges::equal(view.row_indices(2), Codes{2}));
  CHECK(CsrView<Offset>{}.n_rows() == 0);
}

TEST_CASE_TEMPLATE("csr: build keeps a row's ratings in the order of the input", Offset,
                   std::int32_t, std::int64_t) {
  const auto csr = built<Offset>({2, 0, 2, 0, 2}, {1, 3, 0, 3, 1}, {5.0, 1.0, 4.0, 2.0, 3.0}, 4, 4);
  CHECK(csr.offsets == std::vector<Offset>{0, 2, 2, 5, 5});
  CHECK(csr.indices == Codes{3, 3, 1, 0, 1});
  CHECK(csr.values == Values{1.0, 2.0, 5.0, 4.0, 3.0});
}

TEST_CASE_TEMPLATE("csr: build without values gives the pattern", Offset, std::int32_t,
                   std::int64_t) {
  const auto csr = built<Offset>({1, 0, 1}, {0, 2, 1}, {}, 2, 3);
  CHECK(csr.offsets == std::vector<Offset>{0, 1, 3});
  CHECK(csr.indices == Codes{2, 0, 1});
}

TEST_CASE_TEMPLATE("csr: build of nothing", Offset, std::int32_t, std::int64_t) {
  CHECK(built<Offset>({}, {}, {}, 0, 0).offsets == std::vector<Offset>{0});
  CHECK(built<Offset>({}, {}, {}, 2, 5).offsets == std::vector<Offset>{0, 0, 0});
}

TEST_CASE_TEMPLATE("csr: build overwrites what the arrays held", Offset, std::int32_t,
                   std::int64_t) {
  Csr<Offset> csr{{9, 9, 9}, {9, 9}, {9.0, 9.0}, 2};
  build_csr<Offset>(Codes{1, 1}, Codes{0, 1}, Values{4.0, 2.0}, 2, arrays_of(csr));
  CHECK(csr.offsets == std::vector<Offset>{0, 0, 2});
  CHECK(csr.indices == Codes{0, 1});
  CHECK(csr.values == Values{4.0, 2.0});
}

TEST_CASE_TEMPLATE("csr: build agrees with a list of ratings for each row", Offset, std::int32_t,
                   std::int64_t) {
  constexpr std::size_t n_rows = 50;
  constexpr std::size_t n_cols = 30;
  RowRandom random(7, 0);
  Codes rows, cols;
  Values values;
  std::vector<std::vector<std::pair<std::int32_t, double>>> expected(n_rows);
  for (int k = 0; k < 1000; ++k) {
    rows.push_back(static_cast<std::int32_t>(random.below(n_rows)));
    cols.push_back(static_cast<std::int32_t>(random.below(n_cols)));
    values.push_back(random.uniform());
    expected[static_cast<std::size_t>(rows.back())].emplace_back(cols.back(), values.back());
  }
  const auto csr = built<Offset>(rows, cols, values, n_rows, n_cols);
  validate(csr.view());
  for (std::size_t row = 0; row < n_rows; ++row) {
    const auto indices = csr.view().row_indices(row);
    const auto ratings = csr.view().row_values(row);
    REQUIRE(indices.size() == expected[row].size());
    for (std::size_t k = 0; k < indices.size(); ++k) {
      CHECK(std::pair(indices[k], ratings[k]) == expected[row][k]);
    }
  }
}

TEST_CASE("csr: build names the code that lies outside") {
  CHECK_THROWS_WITH_AS(built<std::int32_t>({0, 4}, {0, 0}, {}, 4, 1),
                       Contains("rows[1] is 4, outside [0, 4)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(built<std::int32_t>({-1}, {0}, {}, 4, 1),
                       Contains("rows[0] is -1, outside [0, 4)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(built<std::int64_t>({0, 1, 2}, {0, 1, 2}, {}, 3, 2),
                       Contains("cols[2] is 2, outside [0, 2)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(built<std::int64_t>({0}, {-5}, {}, 3, 2),
                       Contains("cols[0] is -5, outside [0, 2)"), std::out_of_range);
}

TEST_CASE("csr: build names the array whose length is wrong") {
  const Codes rows{0, 1, 1}, cols{0, 0, 1};
  const Values values{1.0, 2.0, 3.0};
  const auto build = [&](const Codes& col_codes, const Values& ratings, Csr<std::int32_t> out) {
    build_csr<std::int32_t>(rows, col_codes, ratings, 2, arrays_of(out));
  };
  CHECK_THROWS_WITH_AS(build(cols, values, {{}, Codes(3), Values(3), 2}), Contains("offsets"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(build({0, 0}, values, sized_csr<std::int32_t>(2, 3, 3, 2)),
                       Contains("cols has 2 entries, expected 3"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(build(cols, {1.0}, sized_csr<std::int32_t>(2, 3, 3, 2)),
                       Contains("values has 1 entries, expected 3"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(build(cols, values, sized_csr<std::int32_t>(2, 3, 0, 2)),
                       Contains("values has 3 entries, expected 0"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(build(cols, values, sized_csr<std::int32_t>(2, 2, 3, 2)),
                       Contains("out.indices has 2 entries, expected 3"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(build(cols, values, sized_csr<std::int32_t>(2, 3, 2, 2)),
                       Contains("out.values has 2 entries, expected 3"), std::invalid_argument);
}

TEST_CASE_TEMPLATE("csr: validate accepts what is sound", Offset, std::int32_t, std::int64_t) {
  CHECK_NOTHROW(validate(toy<Offset>().view()));
  CHECK_NOTHROW(validate(Csr<Offset>{{0}, {}, {}, 0}.view()));
  CHECK_NOTHROW(validate(Csr<Offset>{{0, 0, 0}, {}, {}, 4}.view()));
  CHECK_NOTHROW(validate(Csr<Offset>{{0, 2}, {1, 0}, {}, 2}.view()));
  CHECK_NOTHROW(validate(Csr<Offset>{{0, 2}, {1, 1}, {5.0, 4.0}, 2}.view()));
}

TEST_CASE_TEMPLATE("csr: validate names the array and the value that is wrong", Offset,
                   std::int32_t, std::int64_t) {
  const auto check = [](std::vector<Offset> offsets, Codes indices, Values values) {
    validate(Csr<Offset>{std::move(offsets), std::move(indices), std::move(values), 3}.view());
  };
  CHECK_THROWS_WITH_AS(check({}, {}, {}), Contains("offsets"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({1, 2}, {0}, {}), Contains("offsets"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({0, 2, 1}, {0, 1}, {}), Contains("offsets[2] is 1"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({0, -1}, {}, {}), Contains("offsets[1] is -1"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({0, 3}, {0, 1}, {}), Contains("indices has 2 entries, expected 3"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({0, 2}, {0, 1}, {1.0}), Contains("values has 1 entries, expected 2"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({0, 2}, {0, 3}, {}), Contains("indices[1] is 3, outside [0, 3)"),
                       std::out_of_range);
  CHECK_THROWS_WITH_AS(check({0, 2}, {-1, 0}, {}), Contains("indices[0] is -1, outside [0, 3)"),
                       std::out_of_range);
}

TEST_CASE_TEMPLATE("csr: take_rows gives the pattern of rows in any order and number", Offset,
                   std::int32_t, std::int64_t) {
  const auto csr = toy<Offset>();
  auto out = sized_csr<Offset>(4, 5, 0, 3);
  take_rows<Offset>(csr.view(), Codes{2, 0, 1, 0}, arrays_of(out));
  CHECK(out.offsets == std::vector<Offset>{0, 1, 3, 3, 5});
  CHECK(out.indices == Codes{2, 1, 0, 1, 0});

  auto none = sized_csr<Offset>(0, 0, 0, 3);
  take_rows<Offset>(csr.view(), Codes{}, arrays_of(none));
  CHECK(none.offsets == std::vector<Offset>{0});
}

TEST_CASE("csr: take_rows leaves the values alone") {
  Csr<std::int32_t> out{{0, 0}, {0, 0}, {8.0, 9.0}, 3};
  take_rows<std::int32_t>(toy<std::int32_t>().view(), Codes{0}, arrays_of(out));
  CHECK(out.values == Values{8.0, 9.0});
}

TEST_CASE("csr: take_rows names the argument that is wrong") {
  const auto csr = toy<std::int32_t>();
  const auto take = [&](const Codes& rows, Csr<std::int32_t> out) {
    take_rows<std::int32_t>(csr.view(), rows, arrays_of(out));
  };
  CHECK_THROWS_WITH_AS(take({0, 3}, sized_csr<std::int32_t>(2, 2, 0, 3)),
                       Contains("rows[1] is 3, outside [0, 3)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(take({-1}, sized_csr<std::int32_t>(1, 2, 0, 3)),
                       Contains("rows[0] is -1, outside [0, 3)"), std::out_of_range);
  CHECK_THROWS_WITH_AS(take({0}, sized_csr<std::int32_t>(3, 2, 0, 3)),
                       Contains("out.offsets has 4 entries, expected 2"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(take({0}, sized_csr<std::int32_t>(1, 3, 0, 3)),
                       Contains("out.indices has 3 entries, expected 2"), std::invalid_argument);
}

TEST_CASE("csr: take_rows refuses more entries than its offsets can count") {
  constexpr std::int32_t length = 1 << 20;
  const Csr<std::int32_t> csr{{0, length}, Codes(length), {}, 1};
  const Codes rows(std::size_t{1} << 12);  // 2^32 entries: 0 in 32 bits
  auto out = sized_csr<std::int32_t>(rows.size(), 0, 0, 1);
  CHECK_THROWS_WITH_AS(take_rows<std::int32_t>(csr.view(), rows, arrays_of(out)),
                       Contains("offsets hold at most 2147483647 entries, there are 4294967296"),
                       std::invalid_argument);
}
