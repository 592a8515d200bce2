"""Making many small objects at once."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_n_pausing = 0  # threads inside paused_gc
_was_enabled = False  # before the first of them came


@contextmanager
def paused_gc() -> Iterator[None]:
    """Keep Python's cycle collector from running while a list of many tuples is made.

    The collector runs each time so many objects were made and walks over all that live; for a list
    of tuples and numbers that finds nothing and takes longer than making them. Reference counting
    goes on. A collector that was off stays off.
    """
    global _n_pausing, _was_enabled
    with _lock:
        if _n_pausing == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _n_pausing += 1
    try:
        yield
    finally:
        with _lock:
            _n_pausing -= 1
            if _n_pausing == 0 and _was_enabled:
                gc.enable()
