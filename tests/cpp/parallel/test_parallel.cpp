#include "astonish/parallel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "astonish/epochs.hpp"

using astonish::available_threads;
using astonish::parallel_for;
using doctest::Contains;

namespace {

void no_work(std::size_t, std::size_t) {}

// Waits for `count` to reach `target`; false when it does not within ten seconds.
bool reaches(const std::atomic<int>& count, int target) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (count.load() < target) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

TEST_CASE("parallel_for: chunks are disjoint, cover the range and keep their size") {
  for (const std::size_t n : {0U, 1U, 2U, 7U, 8U, 9U, 1000U}) {
    for (const std::size_t chunk : {1U, 2U, 8U, 333U, 5000U}) {
      for (const int n_threads : {1, 2, 3, 7}) {
        CAPTURE(n);
        CAPTURE(chunk);
        CAPTURE(n_threads);
        std::vector<int> visits(n);  // no lock: if chunks overlapped, a sanitizer would tell
        std::atomic<bool> sizes_hold{true};
        parallel_for(n, n_threads, chunk, [&](std::size_t begin, std::size_t end) {
          if (begin >= end || end > n || end - begin > chunk) sizes_hold = false;
          for (std::size_t k = begin; k < end; ++k) ++visits[k];
        });
        CHECK(sizes_hold);
        CHECK(std::ranges::all_of(visits, [](int count) { return count == 1; }));
      }
    }
  }
}

TEST_CASE("parallel_for: one thread works in the caller, from left to right") {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  bool in_caller = true;
  parallel_for(10, 1, 4,
               [&, caller = std::this_thread::get_id()](std::size_t begin, std::size_t end) {
                 ranges.emplace_back(begin, end);
                 in_caller = in_caller && std::this_thread::get_id() == caller;
               });
  CHECK(ranges == std::vector<std::pair<std::size_t, std::size_t>>{{0, 4}, {4, 8}, {8, 10}});
  CHECK(in_caller);
}

TEST_CASE("parallel_for: all threads work at the same time, the caller among them") {
  constexpr int n_threads = 3;
  std::atomic<int> arrived{0};
  std::atomic<bool> met{true};
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_for(2 * n_threads - 1, n_threads, 2, [&](std::size_t, std::size_t) {
    ++arrived;
    if (!reaches(arrived, n_threads)) met = false;
    const std::scoped_lock lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  CHECK(met);
  CHECK(ids.size() == n_threads);
  CHECK(ids.contains(std::this_thread::get_id()));
}

TEST_CASE("parallel_for: no more threads than chunks") {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_for(10, 64, 5, [&](std::size_t, std::size_t) {
    const std::scoped_lock lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  CHECK(ids.size() <= 2);
}

TEST_CASE("parallel_for: rows written by their own chunk are the same for every thread count") {
  const auto squares = [](int n_threads) {
    std::vector<double> out(10'000);
    parallel_for(out.size(), n_threads, 7, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) out[k] = static_cast<double>(k) / 3.0;
    });
    return out;
  };
  const auto expected = squares(1);
  for (const int n_threads : {2, 3, 7}) CHECK(squares(n_threads) == expected);
}

TEST_CASE("parallel_for: it may be called from its own body") {
  std::atomic<std::size_t> sum{0};
  parallel_for(4, 2, 1, [&](std::size_t row, std::size_t) {
    parallel_for(5, 2, 2, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) sum += 10 * row + k;
    });
  });
  CHECK(sum == 5 * 60 + 4 * 10);
}

TEST_CASE("parallel_for: an exception reaches the caller as it was thrown") {
  for (const int n_threads : {1, 2, 3, 7}) {
    CAPTURE(n_threads);
    CHECK_THROWS_WITH_AS(parallel_for(100, n_threads, 1,
                                      [](std::size_t begin, std::size_t) {
                                        if (begin == 42) throw std::range_error("row 42");
                                      }),
                         "row 42", std::range_error);
  }
}

TEST_CASE("parallel_for: one exception of many is rethrown, after every thread has finished") {
  constexpr int n_threads = 7;
  std::atomic<int> arrived{0};
  std::atomic<int> running{0};
  CHECK_THROWS_WITH_AS(parallel_for(n_threads, n_threads, 1,
                                    [&](std::size_t begin, std::size_t) {
                                      ++running;
                                      ++arrived;
                                      reaches(arrived, 2);
                                      std::this_thread::sleep_for(std::chrono::milliseconds(begin));
                                      --running;
                                      throw std::runtime_error("chunk " + std::to_string(begin));
                                    }),
                       Contains("chunk "), std::runtime_error);
  CHECK(running == 0);
}

TEST_CASE("parallel_for: after an exception no further chunk is handed out") {
  std::vector<std::size_t> begins;
  CHECK_THROWS_AS(parallel_for(100, 1, 10,
                               [&](std::size_t begin, std::size_t) {
                                 begins.push_back(begin);
                                 if (begin == 30) throw std::runtime_error("stop");
                               }),
                  std::runtime_error);
  CHECK(begins == std::vector<std::size_t>{0, 10, 20, 30});

  // The other thread works until the first chunk has failed, and stops long before the last.
  std::atomic<int> calls{0};
  std::atomic<int> thrown{0};
  CHECK_THROWS_AS(parallel_for(2000, 2, 1,
                               [&](std::size_t begin, std::size_t) {
                                 ++calls;
                                 if (begin == 0) {
                                   reaches(calls, 2);
                                   ++thrown;
                                   throw std::runtime_error("stop");
                                 }
                                 reaches(thrown, 1);
                                 std::this_thread::sleep_for(std::chrono::milliseconds(1));
                               }),
                  std::runtime_error);
  CHECK(calls < 2000);
}

TEST_CASE("parallel_for: it works again after an exception") {
  CHECK_THROWS(parallel_for(4, 2, 1, [](std::size_t, std::size_t) { throw 1; }));
  std::atomic<std::size_t> sum{0};
  parallel_for(4, 2, 1, [&](std::size_t begin, std::size_t) { sum += begin; });
  CHECK(sum == 6);
}

TEST_CASE(
    "parallel_for: who says no before a chunk cancels the rest, and only the caller is asked") {
  for (const int n_threads : {1, 3}) {
    CAPTURE(n_threads);
    int asked = 0;  // no lock: if another thread asked, a sanitizer would tell
    std::atomic<std::size_t> worked{0};
    const auto work = [&](std::size_t begin, std::size_t end) { worked += end - begin; };
    const auto twice = [&] { return ++asked <= 2; };
    // The caller finds a third chunk: the other threads wait in their first one.
    const auto wait = [&, caller = std::this_thread::get_id()](std::size_t begin, std::size_t end) {
      if (std::this_thread::get_id() != caller) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
        while (std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
      }
      work(begin, end);
    };
    CHECK_THROWS_WITH_AS(parallel_for(1000, n_threads, 1, wait, twice), Contains("before row"),
                         astonish::Cancelled);
    CHECK(asked == 3);
    CHECK(worked < 1000);
  }
}

TEST_CASE("parallel_for: who always says yes changes nothing") {
  std::atomic<std::size_t> sum{0};
  const auto add = [&](std::size_t begin, std::size_t) { sum += begin; };
  parallel_for(5, 2, 1, add, [] { return true; });
  CHECK(sum == 10);
}

TEST_CASE("parallel_for: the message names the argument and its value") {
  CHECK_THROWS_WITH_AS(parallel_for(3, 0, 1, no_work), Contains("n_threads is 0"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(parallel_for(3, -2, 1, no_work), Contains("n_threads is -2"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(parallel_for(3, 1, 0, no_work), Contains("chunk"), std::invalid_argument);
  CHECK_THROWS_AS(parallel_for(0, 0, 1, no_work), std::invalid_argument);
}

TEST_CASE("available_threads: at least one, at most what the machine has") {
  CHECK(available_threads() >= 1);
  CHECK(available_threads() <= static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}
