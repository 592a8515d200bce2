"""Making many small objects at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_gc() -> Iterator[None]:
    """Keep Python's cycle collector from running while a list of many tuples is made.

    The collector runs each time so many objects were made and walks over all that live; for a list
    of tuples and numbers that finds nothing and takes longer than making them. Reference counting
    goes on. A collector that was off stays off.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
