"""What this machine can do at most: multiply-adds, additions, copies in its caches and memory.

Measured with NumPy, so the numbers are those of good library code and not of a data sheet: a matrix
product of its BLAS, and copies by as many Python threads as there are CPUs.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from common import seconds

from astonish import _core

_SECONDS = 0.3  # how long each measurement goes on


def multiply_adds(dtype: str) -> float:
    """Return multiply-adds a second on all CPUs, in a product of matrices that fit into caches."""
    n = 1024
    a, b = np.ones((2, n, n), dtype)
    return _best_rate(lambda: np.matmul(a, b, out=np.empty_like(a)), n**3)


def addition_seconds() -> float:
    """Return the latency of an addition of float64: from its start to that of one that needs it.

    NumPy subtracts numbers one after the other, where it would add them in any order; the units
    are the same.
    """
    n = 4096
    long, short = np.ones(2 * n), np.ones(n)
    times = [
        _seconds_each(lambda array=array: np.subtract.reduce(array)) for array in (long, short)
    ]
    return (times[0] - times[1]) / n


def copied_bytes(working_set: int) -> float:
    """Return bytes copied a second on all CPUs, each within `working_set` bytes of its own."""
    n_threads = _core.parallel.available_threads()
    buffers = [np.ones((2, working_set // 16)) for _ in range(n_threads)]
    repeats = max(1, 2**26 // working_set)

    def copy(buffer: Any) -> None:
        for _ in range(repeats):
            np.copyto(buffer[0], buffer[1])

    with ThreadPoolExecutor(n_threads) as pool:
        return _best_rate(
            lambda: list(pool.map(copy, buffers)), n_threads * repeats * working_set // 2
        )


def _best_rate(function: Callable[[], Any], work: float) -> float:
    return work / _seconds_each(function)


def _seconds_each(function: Callable[[], Any]) -> float:
    """Return the seconds of the fastest of many calls."""
    times, end = [], time.perf_counter() + _SECONDS
    while time.perf_counter() < end:
        times.append(seconds(function)[0])
    return min(times)
