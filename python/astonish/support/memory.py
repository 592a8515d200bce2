"""Whether what a call would make fits into memory."""

import os


def physical_memory() -> int | None:
    """Return the bytes of the machine's memory, None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def check_fits(n_bytes: int, what: str, way_out: str) -> None:
    """Raise MemoryError, before any work, when `what` would not fit into memory."""
    memory = physical_memory()
    if memory is not None and n_bytes > memory:
        raise MemoryError(
            f"{what} would take {n_bytes:,} bytes, this machine has {memory:,}: {way_out}"
        )
