#include "embedding/batch_rows.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using astonish::internal::embedding::BatchRows;

TEST_CASE("the rows of a batch come once, each with its samples in order") {
  BatchRows batch(6);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const std::vector<std::int32_t> rows{4, 2, 4, 0, 2, 4};
    batch.assign(rows);
    REQUIRE(batch.size() == 3);
    const auto of = [&](std::size_t slot) {
      return std::vector(batch.samples(slot).begin(), batch.samples(slot).end());
    };
    CHECK(batch.row(0) == 4);
    CHECK(of(0) == std::vector<std::int32_t>{0, 2, 5});
    CHECK(batch.row(1) == 2);
    CHECK(of(1) == std::vector<std::int32_t>{1, 4});
    CHECK(batch.row(2) == 0);
    CHECK(of(2) == std::vector<std::int32_t>{3});
    batch.assign(std::vector<std::int32_t>{5});  // and none of the batch before
    CHECK(batch.size() == 1);
    CHECK(batch.row(0) == 5);
  }
}
