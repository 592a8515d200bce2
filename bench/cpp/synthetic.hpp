// Data of the same shape, values and popularity on every machine: a function of seed and row.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "astonish/csr.hpp"
#include "astonish/random.hpp"

namespace astonish::bench {

template <typename T>
std::vector<T> normal_factors(std::uint64_t seed, std::size_t rows, std::size_t cols,
                              double scale) {
  std::vector<T> factors(rows * cols);
  for (std::size_t row = 0; row < rows; ++row) {
    RowRandom random(seed, row);
    for (std::size_t f = 0; f < cols; ++f) {
      factors[row * cols + f] = static_cast<T>(scale * random.normal());
    }
  }
  return factors;
}

struct Ratings {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> users, indices;
  std::vector<double> values;
  std::size_t n_cols = 0;

  [[nodiscard]] CsrView<std::int64_t> view() const { return {offsets, indices, values, n_cols}; }
};

// `per_user` ratings of 1 to 5 for each user. Few items have most of the ratings, as in real data,
// and taste is a product of two hidden factors, so that there is something to learn.
inline Ratings synthetic_ratings(std::size_t n_users, std::size_t n_items, std::size_t per_user) {
  constexpr std::size_t n_hidden = 2;
  const auto user_taste = normal_factors<double>(1, n_users, n_hidden, 1.0);
  const auto item_taste = normal_factors<double>(2, n_items, n_hidden, 1.0);
  Ratings ratings;
  ratings.n_cols = n_items;
  for (std::size_t user = 0; user < n_users; ++user) {
    RowRandom random(3, user);
    for (std::size_t k = 0; k < per_user; ++k) {
      const double popularity = random.uniform();
      const auto item =
          static_cast<std::size_t>(static_cast<double>(n_items) * popularity * popularity);
      double taste = 3.0 + 0.5 * random.normal();
      for (std::size_t f = 0; f < n_hidden; ++f) {
        taste += user_taste[user * n_hidden + f] * item_taste[item * n_hidden + f];
      }
      ratings.users.push_back(static_cast<std::int32_t>(user));
      ratings.indices.push_back(static_cast<std::int32_t>(item));
      ratings.values.push_back(std::fmin(std::fmax(std::round(taste), 1.0), 5.0));
    }
    ratings.offsets.push_back(static_cast<std::int64_t>(ratings.indices.size()));
  }
  return ratings;
}

}  // namespace astonish::bench
