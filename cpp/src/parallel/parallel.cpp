#include "astonish/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "astonish/epochs.hpp"
#include "support/check.hpp"

#ifdef __linux__
#include <sched.h>
#endif

namespace astonish {

using internal::support::check_n_threads;

namespace {

// What the threads of one parallel_for share.
class Chunks {
 public:
  Chunks(std::size_t n, std::size_t chunk) : n_(n), chunk_(chunk) {}

  void work(const std::function<void(std::size_t, std::size_t)>& body) noexcept {
    try {
      while (!failed_.load(std::memory_order_relaxed)) {
        const std::size_t begin = next_.fetch_add(1, std::memory_order_relaxed) * chunk_;
        if (begin >= n_) return;
        body(begin, std::min(begin + chunk_, n_));
      }
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!error_) error_ = std::current_exception();
      failed_.store(true, std::memory_order_relaxed);
    }
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::size_t n_;
  std::size_t chunk_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr error_;
};

int affinity_threads() {
#ifdef __linux__
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) return CPU_COUNT(&mask);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

// The CPUs a cgroup grants: quota / period, or 0 when there is no limit. Version 2 keeps both
// numbers in one file ("max 100000" when unlimited), version 1 in two (quota -1 when unlimited).
int cgroup_threads() {
  double quota = 0.0;
  double period = 0.0;
  std::ifstream version2("/sys/fs/cgroup/cpu.max");
  if (!(version2 >> quota >> period)) {
    std::ifstream quota_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    std::ifstream period_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    if (!(quota_file >> quota) || !(period_file >> period)) return 0;
  }
  if (quota <= 0.0 || period <= 0.0) return 0;
  return std::max(1, static_cast<int>(std::ceil(quota / period)));
}

}  // namespace

void parallel_for(std::size_t n, int n_threads, std::size_t chunk,
                  const std::function<void(std::size_t, std::size_t)>& body,
                  const KeepGoing& keep_going) {
  check_n_threads(n_threads);
  if (chunk == 0) throw std::invalid_argument("chunk must be at least 1");

  const std::size_t n_chunks = n / chunk + (n % chunk != 0);
  const std::size_t n_workers = std::min(static_cast<std::size_t>(n_threads), n_chunks);
  Chunks chunks(n, chunk);
  std::vector<std::thread> helpers;
  helpers.reserve(n_workers);
  for (std::size_t worker = 1; worker < n_workers; ++worker) {
    try {
      helpers.emplace_back([&] { chunks.work(body); });
    } catch (const std::exception&) {
      break;  // the system grants no more threads; those that run take all chunks
    }
  }
  chunks.work([&](std::size_t begin, std::size_t end) {
    if (keep_going && !keep_going()) {
      throw Cancelled("cancelled before row " + std::to_string(begin));
    }
    body(begin, end);
  });
  for (std::thread& helper : helpers) helper.join();
  chunks.rethrow();
}

int available_threads() {
  int threads = std::max(1, affinity_threads());
  if (const int granted = cgroup_threads(); granted > 0) threads = std::min(threads, granted);
  return threads;
}

}  // namespace astonish
