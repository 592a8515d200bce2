// In which order ParallelSgd visits ratings, in plain loops: what its kernel is compared with.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "helpers.hpp"

namespace astonish::testing {

// The order of updates as parallel_sgd.hpp describes it, rating by rating.
class BlockOrder {
 public:
  BlockOrder(const Csr<std::int64_t>& ratings, std::uint64_t seed)
      : n_(count_strips(ratings)), seed_(seed), blocks_(n_ * n_) {
    const auto csr = ratings.view();
    std::vector<std::int64_t> user_counts(csr.n_rows());
    std::vector<std::int64_t> item_counts(csr.n_cols);
    for (std::size_t user = 0; user < csr.n_rows(); ++user) {
      user_counts[user] = static_cast<std::int64_t>(csr.row_indices(user).size());
    }
    for (const std::int32_t item : csr.indices) ++item_counts[static_cast<std::size_t>(item)];
    const auto user_order = shuffled(csr.n_rows(), RowRandom(seed, ~std::uint64_t{0}));
    const auto item_strips =
        strips(item_counts, shuffled(csr.n_cols, RowRandom(seed, ~std::uint64_t{0} - 1)));
    const auto user_strips = strips(user_counts, user_order);
    for (const std::size_t user : user_order) {
      for (std::size_t k = 0; k < csr.row_indices(user).size(); ++k) {
        const auto position = static_cast<std::size_t>(csr.offsets[user]) + k;
        const auto item = static_cast<std::size_t>(csr.indices[position]);
        auto& block = blocks_[user_strips[user] * n_ + item_strips[item]];
        if (block.empty() || block.back().user != user) block.push_back({user, {}});
        block.back().positions.push_back(position);
      }
    }
  }

  // Calls visit(user, position of the rating in the CSR).
  template <typename Visit>
  void epoch(std::uint64_t epoch, const Visit& visit) const {
    RowRandom random(seed_, epoch);
    const auto users = shuffled(n_, random);
    const auto items = shuffled(n_, random);
    for (std::size_t round = 0; round < n_; ++round) {
      for (std::size_t k = 0; k < n_; ++k) {
        take_turns(blocks_[users[k] * n_ + items[(k + round) % n_]], visit);
      }
    }
  }

 private:
  // As many as have 1,000 ratings a block, at most 16 or what leaves a user 8 ratings a block.
  static std::size_t count_strips(const Csr<std::int64_t>& ratings) {
    const std::size_t n_ratings = ratings.values.size();
    const std::size_t a_run = n_ratings / ratings.view().n_rows() / 8;
    const std::size_t most = std::min<std::size_t>(std::max<std::size_t>(16, a_run), 64);
    std::size_t n = 1;
    while (n < most && (n + 1) * (n + 1) * 1000 <= n_ratings) ++n;
    return n;
  }

  struct UserRun {
    std::size_t user;
    std::vector<std::size_t> positions;
  };

  template <typename Random>
  static std::vector<std::size_t> shuffled(std::size_t n, Random&& random) {
    std::vector<std::size_t> rows(n);
    std::iota(rows.begin(), rows.end(), 0);
    for (std::size_t left = n; left > 1; --left) {
      std::swap(rows[left - 1], rows[random.below(static_cast<std::uint32_t>(left))]);
    }
    return rows;
  }

  [[nodiscard]] std::vector<std::size_t> strips(const std::vector<std::int64_t>& counts,
                                                const std::vector<std::size_t>& order) const {
    const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    std::vector<std::size_t> result(counts.size());
    std::int64_t before = 0;
    for (const std::size_t row : order) {
      const auto strip =
          total == 0 ? 0 : static_cast<std::size_t>(before) * n_ / static_cast<std::size_t>(total);
      result[row] = std::min(strip, n_ - 1);
      before += counts[row];
    }
    return result;
  }

  template <typename Visit>
  static void take_turns(const std::vector<UserRun>& runs, const Visit& visit) {
    struct Turn {
      const UserRun* run = nullptr;
      std::size_t next = 0;
    };
    std::array<Turn, 2> turns;
    std::size_t next_run = 0;
    for (bool any = true; any;) {
      any = false;
      for (Turn& turn : turns) {
        if (turn.run == nullptr || turn.next == turn.run->positions.size()) {
          if (next_run == runs.size()) continue;
          turn = {&runs[next_run++], 0};
        }
        visit(turn.run->user, turn.run->positions[turn.next++]);
        any = true;
      }
    }
  }

  std::size_t n_;
  std::uint64_t seed_;
  std::vector<std::vector<UserRun>> blocks_;
};

}  // namespace astonish::testing
