// Ratings cut into a grid of blocks, for ParallelSgd: see parallel_sgd.hpp.
//
// Users and items get new numbers, their places, so that those of a strip are neighbours. A block
// holds the ratings between a strip of users and a strip of items, user by user, the ratings of a
// user in the order of the input. Building it takes two passes over the ratings, and the result is
// the same with any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ratings/wide_csr.hpp"

namespace astonish::internal::sgd {

using ratings::WideCsr;

// The users, or the items, in shuffled order and cut into strips.
struct Strips {
  struct Seat {
    std::int32_t place;
    std::int32_t strip;
  };

  [[nodiscard]] std::size_t n_strips() const { return bounds.size() - 1; }

  std::vector<Seat> seats;          // of each row of the input
  std::vector<std::int32_t> order;  // the row of the input at each place
  std::vector<std::size_t> bounds;  // strip s has the places [bounds[s], bounds[s + 1])
};

// Cuts rows that have `counts` ratings where the ratings before them pass the next n-th of all. The
// order is drawn from (seed, stream).
[[nodiscard]] Strips cut_strips(std::span<const std::int64_t> counts, std::size_t n_strips,
                                std::uint64_t seed, std::uint64_t stream);

// How many strips there are on either side: enough for the threads of a large machine and for a
// block to be worth a thread's while, few enough for users to have several ratings in a block.
[[nodiscard]] std::size_t count_strips(std::size_t n_users, std::size_t n_ratings);

template <typename T>
struct RatingGrid {
  // Kernels look this far ahead; the arrays are that much longer, filled with zeros.
  static constexpr std::size_t kAhead = 8;

  // `weights` holds one for each rating of by_user, or none.
  RatingGrid(const WideCsr& by_user, double global_mean, std::span<const double> weights,
             std::uint64_t seed, int n_threads);

  [[nodiscard]] std::size_t n_strips() const { return users.n_strips(); }

  Strips users, items;
  // Block (u, i) is number u * n_strips + i.
  std::vector<std::size_t> block_runs;  // block b has the runs [block_runs[b], block_runs[b + 1])
  std::vector<std::size_t> block_ratings;  // and its ratings begin at block_ratings[b]
  // A run is one user's ratings in a block: it ends where the next one begins.
  std::unique_ptr<std::int32_t[]> run_users;  // places
  std::unique_ptr<std::size_t[]> run_ends;
  std::unique_ptr<std::int32_t[]> rating_items;  // places
  std::unique_ptr<T[]> targets;                  // rating - global_mean
  std::unique_ptr<T[]> weights;                  // nullptr when all are 1

 private:
  void count_blocks(const WideCsr& by_user, int n_threads);
  void fill_blocks(const WideCsr& by_user, double global_mean, std::span<const double> all_weights,
                   std::size_t strip);
};

}  // namespace astonish::internal::sgd
