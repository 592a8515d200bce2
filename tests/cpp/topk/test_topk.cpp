#include "astonish/topk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "helpers.hpp"

using namespace astonish;
using astonish::testing::Csr;
using astonish::testing::integer_matrix;
using astonish::testing::Matrix;
using astonish::testing::normal_matrix;
using astonish::testing::same_bits;
using doctest::Contains;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Codes = std::vector<std::int32_t>;

template <typename T, typename Offset = std::int32_t>
struct Search {
  Matrix<T> queries, items;
  std::vector<T> item_bias = {};
  std::optional<Csr<Offset>> exclude = {};
};

template <typename T>
struct Lists {
  Matrix<std::int32_t> indices;
  Matrix<T> scores;

  bool operator==(const Lists& other) const {
    return indices.data == other.indices.data && same_bits(scores.data, other.scores.data);
  }
};

// Lists of nonsense, so that what topk leaves unwritten shows.
template <typename T>
Lists<T> unwritten(std::size_t n_queries, std::size_t n) {
  return {{n_queries, n, Codes(n_queries * n, 77)},
          {n_queries, n, std::vector<T>(n_queries * n, T{77})}};
}

template <typename T, typename Offset>
Lists<T> best(const Search<T, Offset>& search, std::size_t n, int n_threads = 1) {
  Lists<T> lists = unwritten<T>(search.queries.rows, n);
  const auto exclude = search.exclude ? search.exclude->view() : CsrView<Offset>{};
  topk<T, Offset>(search.queries.view(), search.items.view(), search.item_bias,
                  search.exclude ? &exclude : nullptr, {lists.indices.view(), lists.scores.view()},
                  n_threads);
  return lists;
}

template <typename T, typename Offset>
std::vector<T> naive_scores(const Search<T, Offset>& search, std::size_t query) {
  std::vector<T> scores(search.items.rows);
  for (std::size_t item = 0; item < scores.size(); ++item) {
    for (std::size_t f = 0; f < search.items.cols; ++f) {
      scores[item] += search.queries.at(query, f) * search.items.at(item, f);
    }
    if (!search.item_bias.empty()) scores[item] += search.item_bias[item];
  }
  if (!search.exclude) return scores;
  for (const std::int32_t item : search.exclude->view().row_indices(query)) {
    scores[static_cast<std::size_t>(item)] = -std::numeric_limits<T>::infinity();
  }
  return scores;
}

// Scores every item and sorts them all.
template <typename T, typename Offset>
Lists<T> naive_best(const Search<T, Offset>& search, std::size_t n) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  Lists<T> lists{{search.queries.rows, n, Codes(search.queries.rows * n, -1)},
                 {search.queries.rows, n, std::vector<T>(search.queries.rows * n, nan)}};
  for (std::size_t query = 0; query < search.queries.rows; ++query) {
    const auto scores = naive_scores(search, query);
    std::vector<std::size_t> order;
    for (std::size_t item = 0; item < scores.size(); ++item) {
      if (scores[item] > -std::numeric_limits<T>::infinity()) order.push_back(item);
    }
    std::ranges::stable_sort(order, [&](auto a, auto b) { return scores[a] > scores[b]; });
    for (std::size_t k = 0; k < std::min(n, order.size()); ++k) {
      lists.indices.at(query, k) = static_cast<std::int32_t>(order[k]);
      lists.scores.at(query, k) = scores[order[k]];
    }
  }
  return lists;
}

template <typename T>
Matrix<T> column(std::vector<T> values) {
  return {values.size(), 1, std::move(values)};
}

// One query of 1: an item's score is its only factor.
template <typename T>
Search<T> ranking(std::vector<T> scores) {
  return {column<T>({1}), column(std::move(scores))};
}

template <typename T>
void check_shape(std::size_t n_queries, std::size_t n_items, std::size_t n_factors, int range) {
  const Search<T> search{integer_matrix<T>(1, n_queries, n_factors, range),
                         integer_matrix<T>(2, n_items, n_factors, range)};
  for (const std::size_t n : {std::size_t{1}, std::size_t{10}, n_items + 3}) {
    CAPTURE(n_queries);
    CAPTURE(n_items);
    CAPTURE(n_factors);
    CAPTURE(range);
    CAPTURE(n);
    CHECK(best(search, n) == naive_best(search, n));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("topk: the items of largest inner product, best first", T, float, double) {
  const Search<T> search{{2, 2, {1, 0, 0, 1}}, {4, 2, {3, -1, 1, 2, 2, 5, 4, 0}}};
  const auto lists = best(search, 3);
  CHECK(lists.indices.data == Codes{3, 0, 2, 2, 1, 3});
  CHECK(lists.scores.data == std::vector<T>{4, 3, 2, 5, 2, 0});
}

TEST_CASE_TEMPLATE("topk: agrees with a full sort around the borders of tiles and blocks", T, float,
                   double) {
  for (const std::size_t n_items : {1U, 2U, 17U, 63U, 64U, 65U, 511U, 512U, 513U, 1024U, 1025U}) {
    check_shape<T>(3, n_items, 5, 50);
    check_shape<T>(2, n_items, 2, 1);
  }
  for (const std::size_t n_queries : {1U, 7U, 8U, 9U, 128U, 129U, 257U}) {
    check_shape<T>(n_queries, 20, 3, 50);
    check_shape<T>(n_queries, 70, 16, 2);
  }
  for (const std::size_t n_factors : {1U, 4U, 31U, 32U, 33U, 100U}) {
    check_shape<T>(10, 100, n_factors, 20);
  }
  check_shape<T>(150, 513, 8, 9);
}

// More than 2048 queries make blocks of full size, lists of 70,000 items blocks of a single digit.
TEST_CASE_TEMPLATE("topk: agrees with a full sort for many queries and for long lists", T, float,
                   double) {
  const Search<T> many{integer_matrix<T>(1, 2100, 3, 9), integer_matrix<T>(2, 40, 3, 9)};
  CHECK(best(many, 5, 2) == naive_best(many, 5));
  const Search<T> longest{integer_matrix<T>(3, 9, 1, 9), integer_matrix<T>(4, 70'000, 1, 1000)};
  CHECK(best(longest, 70'000, 2) == naive_best(longest, 70'000));
}

TEST_CASE("topk: float64 agrees with a full sort for factors as training leaves them") {
  for (const std::size_t n_factors : {2U, 20U, 64U}) {
    const Search<double> search{normal_matrix<double>(1, 60, n_factors, 0.1),
                                normal_matrix<double>(2, 1500, n_factors, 0.1)};
    const auto lists = best(search, 20, 2);
    const auto expected = naive_best(search, 20);
    CHECK(lists.indices.data == expected.indices.data);
    for (std::size_t k = 0; k < lists.scores.data.size(); ++k) {
      CHECK(std::abs(lists.scores.data[k] - expected.scores.data[k]) < 1e-14);
    }
  }
}

TEST_CASE("topk: float32 agrees with a full sort to float32's rounding") {
  const Search<float> search{normal_matrix<float>(1, 60, 64), normal_matrix<float>(2, 1500, 64)};
  const auto lists = best(search, 20, 2);
  const auto expected = naive_best(search, 20);
  for (std::size_t query = 0; query < 60; ++query) {
    const auto scores = naive_scores(search, query);
    for (std::size_t k = 0; k < 20; ++k) {
      const float score = lists.scores.at(query, k);
      const auto item = static_cast<std::size_t>(lists.indices.at(query, k));
      CHECK(std::abs(score - expected.scores.at(query, k)) < 1e-4F);
      CHECK(std::abs(score - scores[item]) < 1e-4F);
      if (k > 0) CHECK(score <= lists.scores.at(query, k - 1));
    }
  }
}

TEST_CASE_TEMPLATE("topk: equal scores are ordered by item index", T, float, double) {
  CHECK(best(ranking<T>({2, 7, 2, 7, 1, 7}), 5).indices.data == Codes{1, 3, 5, 0, 2});

  const Search<T> same = ranking(std::vector<T>(3000, T{2}));
  Codes expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(best(same, 100).indices.data == expected);

  std::vector<T> scores(3000, T{2});
  scores[2500] = scores[700] = T{3};
  CHECK(best(ranking(scores), 4).indices.data == Codes{700, 2500, 0, 1});
}

TEST_CASE_TEMPLATE("topk: the same bits for every number of threads", T, float, double) {
  for (const auto& [n_queries, n_items, n_factors] :
       {std::array<std::size_t, 3>{10, 8, 4}, {5, 3000, 33}, {33, 700, 17}, {130, 600, 64}}) {
    CAPTURE(n_queries);
    RowRandom random(3, 0);
    std::vector<T> item_bias(n_items);
    testing::fill_normal<T>(item_bias, random, 0.1);
    const Search<T> search{normal_matrix<T>(1, n_queries, n_factors),
                           normal_matrix<T>(2, n_items, n_factors), item_bias,
                           testing::random_csr<std::int32_t>(4, n_queries, n_items, 20)};
    const auto expected = best(search, 10, 1);
    for (const int n_threads : {2, 3, 7}) {
      CAPTURE(n_threads);
      CHECK(best(search, 10, n_threads) == expected);
    }
  }
}

// More than twice 16,384 items are cut into slices where threads outnumber blocks of queries.
TEST_CASE_TEMPLATE("topk: threads that share the items of few queries agree with a full sort", T,
                   float, double) {
  Search<T> search{integer_matrix<T>(1, 3, 4, 9),
                   integer_matrix<T>(2, 50'000, 4, 9),
                   {},
                   testing::random_csr<std::int32_t>(5, 3, 50'000, 9000)};
  for (int item = 0; item < 50'000; ++item) search.item_bias.push_back(static_cast<T>(item % 23));
  const auto expected = naive_best(search, 40);
  for (const int n_threads : {1, 2, 3, 7}) {
    CAPTURE(n_threads);
    CHECK(best(search, 40, n_threads) == expected);
  }
}

TEST_CASE_TEMPLATE("topk: a query of zeros is answered by biases and indices", T, float, double) {
  Search<T> search{{2, 3}, normal_matrix<T>(1, 40'000, 3)};
  Codes first(20);
  std::iota(first.begin(), first.end(), 0);
  for (const int n_threads : {1, 2, 7}) {
    const auto lists = best(search, 20, n_threads);
    CHECK(std::equal(first.begin(), first.end(), lists.indices.view().row(1).begin()));
    CHECK(std::ranges::all_of(lists.scores.data, [](T score) { return score == T{0}; }));
  }
  for (int item = 0; item < 40'000; ++item) {
    search.item_bias.push_back(T{1} + static_cast<T>(item % 5) * std::numeric_limits<T>::epsilon());
  }
  CHECK(best(search, 20, 2) == naive_best(search, 20));
}

TEST_CASE_TEMPLATE("topk: what a query is answered depends on that query alone", T, float, double) {
  const Search<T> many{normal_matrix<T>(5, 131, 37), normal_matrix<T>(6, 700, 37)};
  const auto lists = best(many, 9);
  for (std::size_t query = 0; query < many.queries.rows; ++query) {
    const auto row = many.queries.view().row(query);
    const Search<T> alone{{1, 37, std::vector<T>(row.begin(), row.end())}, many.items};
    const auto list = best(alone, 9);
    for (std::size_t k = 0; k < 9; ++k) {
      REQUIRE(list.indices.at(0, k) == lists.indices.at(query, k));
      REQUIRE(list.scores.at(0, k) == lists.scores.at(query, k));
    }
  }
}

TEST_CASE_TEMPLATE("topk: identical items are listed in order, wherever they stand", T, float,
                   double) {
  Search<T> search{normal_matrix<T>(7, 5, 33), normal_matrix<T>(8, 1100, 33)};
  const auto row = search.items.view().row(0);
  for (std::size_t item = 0; item < 1100; item += 7) {
    std::copy(row.begin(), row.end(), search.items.view().row(item).begin());
  }
  const auto lists = best(search, 1100);
  for (std::size_t query = 0; query < 5; ++query) {
    const auto of_query = lists.indices.view().row(query);
    Codes twins;
    std::ranges::copy_if(of_query, std::back_inserter(twins), [](auto i) { return i % 7 == 0; });
    CHECK(twins.size() == 158);
    CHECK(std::ranges::is_sorted(twins));
  }
}

TEST_CASE_TEMPLATE("topk: the bias of an item is added to its score", T, float, double) {
  Search<T> search = ranking<T>({1, 2, 3});
  search.item_bias = {5, 0, 2};
  const auto lists = best(search, 3);
  CHECK(lists.indices.data == Codes{0, 2, 1});
  CHECK(lists.scores.data == std::vector<T>{6, 5, 2});

  Search<T> many{integer_matrix<T>(1, 20, 4, 9), integer_matrix<T>(2, 1030, 4, 9)};
  for (int item = 0; item < 1030; ++item) many.item_bias.push_back(static_cast<T>(item % 23));
  CHECK(best(many, 15) == naive_best(many, 15));
}

TEST_CASE_TEMPLATE("topk: excluded items are not listed", Offset, std::int32_t, std::int64_t) {
  const auto check = [](auto zero) {
    using T = decltype(zero);
    for (const std::size_t n_items : {1U, 30U, 512U, 513U, 1100U}) {
      const Search<T, Offset> search{integer_matrix<T>(1, 140, 3, 5),
                                     integer_matrix<T>(2, n_items, 3, 5),
                                     {},
                                     testing::random_csr<Offset>(5, 140, n_items, 60)};
      for (const std::size_t n : {1U, 12U, 40U}) {
        CAPTURE(n_items);
        CAPTURE(n);
        CHECK(best(search, n, 2) == naive_best(search, n));
      }
    }
  };
  check(0.0F);
  check(0.0);
}

TEST_CASE_TEMPLATE("topk: exclusions may be unsorted and repeated", T, float, double) {
  Search<T> search = ranking<T>({1, 2, 3, 4, 5});
  search.exclude = Csr<std::int32_t>{{0, 5}, {4, 2, 4, 0, 4}, {}, 5};
  const auto lists = best(search, 4);
  CHECK(lists.indices.data == Codes{3, 1, -1, -1});
  CHECK(lists.scores.data[0] == T{4});
  CHECK(lists.scores.data[1] == T{2});
  CHECK(std::isnan(lists.scores.data[2]));
  CHECK(std::isnan(lists.scores.data[3]));
}

TEST_CASE_TEMPLATE("topk: a query whose items are all excluded has an empty list", T, float,
                   double) {
  Search<T> search{column<T>({1, 1}), column<T>({3, 1, 2})};
  search.exclude = Csr<std::int32_t>{{0, 3, 3}, {0, 1, 2}, {}, 3};
  const auto lists = best(search, 2);
  CHECK(lists.indices.data == Codes{-1, -1, 0, 2});
  CHECK(std::isnan(lists.scores.data[0]));
  CHECK(std::isnan(lists.scores.data[1]));
}

TEST_CASE_TEMPLATE("topk: exclusions may speak of fewer items than there are", T, float, double) {
  Search<T> search = ranking<T>({5, 4, 3});
  search.exclude = Csr<std::int32_t>{{0, 1}, {0}, {}, 1};
  CHECK(best(search, 2).indices.data == Codes{1, 2});
}

TEST_CASE_TEMPLATE("topk: a list longer than the items is padded", T, float, double) {
  const auto lists = best(ranking<T>({1, 3}), 4);
  CHECK(lists.indices.data == Codes{1, 0, -1, -1});
  CHECK(lists.scores.data[1] == T{1});
  CHECK(std::isnan(lists.scores.data[2]));
  CHECK(std::isnan(lists.scores.data[3]));
}

TEST_CASE_TEMPLATE("topk: nothing to list, nobody to list for, nothing to choose from", T, float,
                   double) {
  const Search<T> search{{2, 3}, {4, 3}};
  CHECK(best(search, 0).indices.data.empty());
  CHECK(best(Search<T>{{0, 3}, {4, 3}}, 2).indices.data.empty());
  const auto lists = best(Search<T>{{2, 3}, {0, 3}}, 2);
  CHECK(lists.indices.data == Codes{-1, -1, -1, -1});
  CHECK(std::ranges::all_of(lists.scores.data, [](T score) { return std::isnan(score); }));
}

TEST_CASE_TEMPLATE("topk: without factors the bias decides, without bias the index", T, float,
                   double) {
  Search<T> search{{2, 0}, {3, 0}};
  CHECK(best(search, 2).indices.data == Codes{0, 1, 0, 1});
  search.item_bias = {1, 3, 2};
  const auto lists = best(search, 2);
  CHECK(lists.indices.data == Codes{1, 2, 1, 2});
  CHECK(lists.scores.data == std::vector<T>{3, 2, 3, 2});
}

TEST_CASE_TEMPLATE("topk: scores of NaN and minus infinity are never listed", T, float, double) {
  const auto nan = static_cast<T>(kNan);
  const auto infinity = static_cast<T>(kInfinity);
  CHECK(best(ranking<T>({1, nan, -infinity, 2}), 4).indices.data == Codes{3, 0, -1, -1});

  Search<T> biased = ranking<T>({1, 2, 3, 4});
  biased.item_bias = {0, nan, -infinity, 0};
  CHECK(best(biased, 4).indices.data == Codes{3, 0, -1, -1});

  // 0 * infinity and infinity - infinity
  const Search<T> undefined{{1, 2, {0, 1}}, {3, 2, {infinity, 1, infinity, -infinity, 1, 1}}};
  CHECK(best(undefined, 3).indices.data == Codes{2, -1, -1});

  Search<T> query_of_nan = ranking<T>({1, 2});
  query_of_nan.queries.data[0] = nan;
  CHECK(best(query_of_nan, 2).indices.data == Codes{-1, -1});
}

TEST_CASE_TEMPLATE("topk: a score of plus infinity is the best of all", T, float, double) {
  const auto infinity = static_cast<T>(kInfinity);
  const auto lists = best(ranking<T>({1, infinity, 2, infinity}), 3);
  CHECK(lists.indices.data == Codes{1, 3, 2});
  CHECK(lists.scores.data == std::vector<T>{infinity, infinity, 2});
}

TEST_CASE("topk: NaN among very many items hides none of the others") {
  Search<double> search{normal_matrix<double>(1, 5, 8), normal_matrix<double>(2, 1100, 8)};
  for (std::size_t item = 0; item < 1100; item += 3) search.items.at(item, item % 8) = kNan;
  CHECK(best(search, 50).indices.data == naive_best(search, 50).indices.data);
}

// Below, float32 sees equal scores, infinities or zeros; the answer must come from float64.
TEST_CASE("topk: float64 tells scores apart that float32 cannot") {
  std::vector<double> scores(1000);
  for (std::size_t item = 0; item < scores.size(); ++item) {
    scores[item] = 1.0 + static_cast<double>(item) * 1e-12;
  }
  CHECK(best(ranking(scores), 3).indices.data == Codes{999, 998, 997});
  std::ranges::reverse(scores);
  CHECK(best(ranking(scores), 3).indices.data == Codes{0, 1, 2});
}

TEST_CASE("topk: float64 is exact among very many equal scores") {
  Search<double> search{integer_matrix<double>(1, 20, 2, 1), integer_matrix<double>(2, 3000, 2, 1)};
  CHECK(best(search, 30) == naive_best(search, 30));
  search.exclude = testing::random_csr<std::int32_t>(3, 20, 3000, 500);
  CHECK(best(search, 30) == naive_best(search, 30));
}

TEST_CASE("topk: float64 is exact where float32 overflows or vanishes") {
  struct Scales {
    double query, item;
  };
  for (const auto& [query, item] : {Scales{1e30, 1e30},
                                    {1e-5, 1e40},
                                    {1e40, 1e-5},
                                    {1e100, 1e-100},
                                    {1e-50, 1e30},
                                    {1e30, 1e-50},
                                    {1e-30, 1e-30},
                                    {1e-100, 1e-100}}) {
    CAPTURE(query);
    CAPTURE(item);
    Search<double> search{integer_matrix<double>(1, 5, 2, 50),
                          integer_matrix<double>(2, 700, 2, 50)};
    for (double& factor : search.queries.data) factor *= query;
    for (double& factor : search.items.data) factor *= item;
    CHECK(best(search, 20).indices.data == naive_best(search, 20).indices.data);
  }
}

TEST_CASE("topk: float64 is exact where a bias dwarfs the products") {
  Search<double> search{integer_matrix<double>(1, 5, 2, 9), integer_matrix<double>(2, 700, 2, 9)};
  search.item_bias.assign(700, 1e12);
  CHECK(best(search, 20) == naive_best(search, 20));
}

TEST_CASE("topk: float64 is exact where one item overflows float32 and the others do not") {
  Search<double> search = ranking<double>({1.0, 2.0, 3.0, 1e300});
  CHECK(best(search, 4).indices.data == Codes{3, 2, 1, 0});
}

TEST_CASE("topk: the message names the arguments that do not fit") {
  const auto run = [](const Search<double>& search, std::size_t rows, std::size_t cols,
                      std::size_t score_cols) {
    Matrix<std::int32_t> indices{rows, cols};
    Matrix<double> scores{search.queries.rows, score_cols};
    const auto exclude = search.exclude ? search.exclude->view() : CsrView<std::int32_t>{};
    topk<double, std::int32_t>(search.queries.view(), search.items.view(), search.item_bias,
                               search.exclude ? &exclude : nullptr, {indices.view(), scores.view()},
                               1);
  };
  CHECK_NOTHROW(run({{2, 3}, {4, 3}}, 2, 1, 1));
  CHECK_THROWS_WITH_AS(run({{2, 3}, {4, 5}}, 2, 1, 1), Contains("queries and items"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({{2, 3}, {4, 3}, std::vector<double>(3)}, 2, 1, 1),
                       Contains("item_bias"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({{2, 3}, {4, 3}}, 3, 1, 1), Contains("result"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({{2, 3}, {4, 3}}, 2, 1, 2), Contains("result"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({{2, 3}, {4, 3}, {}, Csr<std::int32_t>{{0, 0}, {}, {}, 4}}, 2, 1, 1),
                       Contains("exclude"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(run({{2, 3}, {4, 3}, {}, Csr<std::int32_t>{{0, 0, 0}, {}, {}, 5}}, 2, 1, 1),
                       Contains("exclude"), std::invalid_argument);
}

TEST_CASE_TEMPLATE("topk: threads that cannot work are refused", T, float, double) {
  CHECK_THROWS_WITH_AS(best(ranking<T>({1, 2}), 1, 0), Contains("n_threads is 0"),
                       std::invalid_argument);
}
