#include "parallel/phases.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "astonish/epochs.hpp"

using namespace astonish;
using namespace astonish::internal::parallel;

TEST_CASE("a phase sees all of the phase before") {
  for (const std::size_t n_parts : {1U, 2U, 3U, 7U}) {
    CAPTURE(n_parts);
    constexpr std::size_t n = 40, n_phases = 300;
    std::vector<int> numbers(n, 1), next(n);
    run_phases(n_phases, n_parts, [&](std::size_t phase, std::size_t part) {
      const Share share(n, part, n_parts);
      auto& from = phase % 2 == 0 ? numbers : next;
      auto& to = phase % 2 == 0 ? next : numbers;
      for (std::size_t k = share.begin; k < share.end; ++k) to[k] = (from[(k + 1) % n] + 1) % 1000;
    });
    for (const int number : numbers) CHECK(number == 1 + n_phases);
  }
}

TEST_CASE("shares cover a range once") {
  for (const std::size_t n : {0U, 1U, 5U, 64U}) {
    std::size_t at = 0;
    for (std::size_t part = 0; part < 7; ++part) {
      const Share share(n, part, 7);
      CHECK(share.begin == at);
      at = share.end;
    }
    CHECK(at == n);
  }
}

TEST_CASE("an error in one part ends all of them and is thrown once") {
  for (const std::size_t n_parts : {1U, 2U, 5U}) {
    CAPTURE(n_parts);
    std::atomic<int> later = 0;
    CHECK_THROWS_WITH_AS(run_phases(50, n_parts,
                                    [&](std::size_t phase, std::size_t part) {
                                      if (phase == 3 && part == n_parts - 1) {
                                        throw std::domain_error("here");
                                      }
                                      if (phase > 3) ++later;
                                    }),
                         "here", std::domain_error);
    CHECK(later == 0);
  }
}

TEST_CASE("there may be more parts than threads") {
  for (const int n_threads : {1, 2, 3}) {
    CAPTURE(n_threads);
    std::vector<std::atomic<int>> calls(20 * 7);
    run_phases(20, 7, n_threads, {}, [&](std::size_t phase, std::size_t part) {
      for (std::size_t before = 0; before < phase * 7; ++before) CHECK(calls[before] == 1);
      ++calls[phase * 7 + part];
    });
    for (const auto& count : calls) CHECK(count == 1);
  }
}

TEST_CASE("the caller cancels a run between two parts") {
  for (const int n_threads : {1, 2, 5}) {
    CAPTURE(n_threads);
    const auto caller = std::this_thread::get_id();
    std::atomic<int> n_asked = 0, n_done = 0;
    const KeepGoing keep_going = [&] {
      CHECK(std::this_thread::get_id() == caller);
      return ++n_asked < 10;
    };
    const auto body = [&](std::size_t, std::size_t) {
      ++n_done;
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    };
    CHECK_THROWS_AS(run_phases(100000, 5, n_threads, keep_going, body), Cancelled);
    CHECK(n_asked == 10);
    CHECK(n_done < 100000);
  }
}

TEST_CASE("the caller asks to the end though it holds up the others") {
  const auto caller = std::this_thread::get_id();
  std::atomic<bool> came = false;
  std::atomic<int> n_asked = 0, n_of_caller = 0;
  const auto body = [&](std::size_t, std::size_t) {
    if (std::this_thread::get_id() == caller) {
      came = true;
      ++n_of_caller;
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    } else {
      while (!came) std::this_thread::yield();
    }
  };
  run_phases(
      60, 3, 3, [&] { return ++n_asked > 0; }, body);
  CHECK(n_of_caller > 30);  // one part a phase; a member that is let go has some of the first
  CHECK(n_asked == n_of_caller);
}

TEST_CASE("a team lets members go until no member holds the others up") {
  for (const std::size_t n_parts : {2U, 3U, 5U}) {
    CAPTURE(n_parts);
    constexpr std::size_t n_phases = 60;
    using Members = std::vector<std::thread::id>;
    std::vector<Members> members(n_phases, Members(n_parts));
    std::vector<std::atomic<int>> calls(n_phases * n_parts);
    run_phases(n_phases, n_parts, [&](std::size_t phase, std::size_t part) {
      ++calls[phase * n_parts + part];
      const auto self = members[phase][part] = std::this_thread::get_id();
      const bool is_slow = phase == 0 ? part == 0 : self == members[0][0];
      if (is_slow) std::this_thread::sleep_for(std::chrono::milliseconds(3));
    });
    for (const auto& count : calls) CHECK(count == 1);
    const std::set<std::thread::id> last(members.back().begin(), members.back().end());
    CHECK((last.size() == 1 || !last.contains(members[0][0])));
  }
}
