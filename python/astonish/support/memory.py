"""Whether what a call would make fits into memory."""

import os
from pathlib import Path

_LIMIT = Path("/sys/fs/cgroup/memory.max")
_IN_USE = Path("/sys/fs/cgroup/memory.current")
_OF_GROUP = Path("/sys/fs/cgroup/memory.stat")
_OF_MACHINE = Path("/proc/meminfo")


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


def available_memory() -> int | None:
    """Return the bytes that may still be taken, swap included; None where the system does not say.

    Pages of files can be dropped, so they count as free.
    """
    of_machine = _numbers_of(_OF_MACHINE)
    if "MemAvailable:" not in of_machine:
        return physical_memory()
    free = 1024 * (of_machine["MemAvailable:"] + of_machine.get("SwapFree:", 0))
    try:
        limit, in_use = _LIMIT.read_text().strip(), int(_IN_USE.read_text())
    except (OSError, ValueError):
        return free
    if not limit.isdigit():
        return free
    files = _numbers_of(_OF_GROUP)
    pages = files.get("inactive_file", 0) + files.get("active_file", 0)
    return min(free, max(0, int(limit) - in_use + pages))


def _numbers_of(path: Path) -> dict[str, int]:
    """Return the numbers of a file of the system by the words before them."""
    try:
        lines = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {words[0]: int(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}


def check_fits(n_bytes: int, what: str, way_out: str) -> None:
    """Raise MemoryError, before any work, when `what` would not fit into memory."""
    known = (size for size in (physical_memory(), available_memory()) if size is not None)
    memory = min(known, default=n_bytes)
    if n_bytes > memory:
        raise MemoryError(
            f"{what} would take {n_bytes:,} bytes, of the {memory:,} that are free: {way_out}"
        )
