"""Stopping work that other threads do.

Ctrl-C reaches the main thread only. A thread that is still inside the core when Python shuts down
would take the whole process with it, so whoever starts threads asks them to stop and waits.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

_this_thread = threading.local()
_POLL = 0.005  # seconds


class Cancellation:
    """What one call shares with the jobs it started; plain data, so it may travel to a process."""

    def __init__(self) -> None:
        # Set where a job starts jobs of its own; those end with it.
        self._outer: Cancellation | None = getattr(_this_thread, "cancellation", None)
        self._requested = False
        self._running: list[None] = []  # one entry a job; list operations are atomic

    @contextmanager
    def job(self) -> Iterator[None]:
        """Mark what this thread does as a part of the call."""
        previous = getattr(_this_thread, "cancellation", None)
        self._running.append(None)
        _this_thread.cancellation = self
        try:
            yield
        finally:
            _this_thread.cancellation = previous
            self._running.pop()

    def stop(self) -> None:
        """Ask the jobs to stop, and wait until they have."""
        self._requested = True
        while self._running:
            time.sleep(_POLL)

    @property
    def requested(self) -> bool:
        """Whether someone asked to stop."""
        return self._requested or (self._outer is not None and self._outer.requested)


def check_cancelled() -> None:
    """Raise CancelledError when the call that this thread works for was stopped."""
    cancellation = getattr(_this_thread, "cancellation", None)
    if cancellation is not None and cancellation.requested:
        raise CancelledError


def blocks(n: int, size: int) -> Iterator[slice]:
    """Cut [0, n) into slices of `size`; a call that was stopped gets no further one.

    Between two blocks Python looks for Ctrl-C, too.
    """
    for begin in range(0, n, size):
        check_cancelled()
        yield slice(begin, min(begin + size, n))
