"""Making many small objects at once."""

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Pause:
    """Who keeps the collector from running, and whether it ran before the first of them came."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # a signal handler may pause within a pause
        self.holders: set[object] = set()
        self.was_enabled = False

    def begin(self, holder: object) -> None:
        with self.lock:
            if not self.holders:
                self.was_enabled = gc.isenabled()
            self.holders.add(holder)
            gc.disable()

    def end(self, holder: object) -> None:
        with self.lock:
            self.holders.discard(holder)
            if not self.holders and self.was_enabled:
                gc.enable()

    def forget(self) -> None:
        """Start afresh in a forked process, which has none of the other threads."""
        self.lock = threading.RLock()
        if self.holders and self.was_enabled:
            gc.enable()
        self.holders.clear()


_pause = _Pause()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pause.forget)


@contextmanager
def paused_gc() -> Iterator[None]:
    """Keep Python's cycle collector from running while a list of many tuples is made.

    The collector runs each time so many objects were made and walks over all that live; for a list
    of tuples and numbers that finds nothing and takes longer than making them. Reference counting
    goes on. A collector that was off stays off.
    """
    holder = object()
    try:
        _pause.begin(holder)
        yield
    finally:
        _pause.end(holder)
