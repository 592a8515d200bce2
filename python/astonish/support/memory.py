"""Whether what a call would make fits into memory."""

import os
from pathlib import Path

_LIMIT = Path("/sys/fs/cgroup/memory.max")


def physical_memory() -> int | None:
    """Return the bytes of memory that the process may have, None where the system does not say.

    That of the machine, or the limit of the control group, as in a container.
    """
    try:
        of_machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    try:
        limit = _LIMIT.read_text().strip()
    except OSError:
        return of_machine
    return min(of_machine, int(limit)) if limit.isdigit() else of_machine


def check_fits(n_bytes: int, what: str, way_out: str) -> None:
    """Raise MemoryError, before any work, when `what` would not fit into memory."""
    memory = physical_memory()
    if memory is not None and n_bytes > memory:
        raise MemoryError(
            f"{what} would take {n_bytes:,} bytes, of the {memory:,} that there are: {way_out}"
        )
