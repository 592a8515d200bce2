// The only place of the core that starts threads.
//
// parallel_for cuts [0, n) into chunks that threads take from a shared counter, the first one
// first, so uneven rows balance themselves and a chunk may wait for what chunks before it do. The
// calling thread works too: n_threads == 1 starts nothing. The first exception of any chunk stops
// the handing out of further chunks and is rethrown in the caller after all threads joined. A
// kernel that writes only to rows of its own chunk gives the same result for every number of
// threads.
//
// A long run is cancelled by the calling thread, which asks `keep_going` before each chunk that it
// takes itself; the other threads end with the chunks they have begun.
//
// Cost: one thread start per extra thread and call (tens of microseconds), one atomic per chunk.
#pragma once

#include <cstddef>
#include <functional>

namespace astonish {

// Asked now and then in the thread that called the kernel; false cancels the run.
using KeepGoing = std::function<bool()>;

// body(begin, end) is called for disjoint ranges that cover [0, n), each at most `chunk` long.
// Throws std::invalid_argument when n_threads < 1 or chunk == 0, Cancelled (epochs.hpp) when
// `keep_going`, where there is one, says no.
void parallel_for(std::size_t n, int n_threads, std::size_t chunk,
                  const std::function<void(std::size_t begin, std::size_t end)>& body,
                  const KeepGoing& keep_going = {});

// The CPUs that this process may use: its affinity mask cut by the cgroup's CPU quota where there
// is one (containers), at least 1.
[[nodiscard]] int available_threads();

}  // namespace astonish
