"""Defaults that the environment decides, read when they are needed."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from astonish import _core
from astonish.support.checks import INT32_MAX, check_choice, check_integer

IN_ORDER = tuple(solver.name for solver in _core.sgd.SgdSolver)  # of scikit-surprise
SOLVERS = (*IN_ORDER, "parallel")

# The share of the CPUs that a job has while others run beside it; a thread has its own value.
_share: ContextVar[int | None] = ContextVar("share", default=None)


def resolve_n_threads(n_threads: int | None) -> int:
    """Return `n_threads`, else ``ASTONISH_NUM_THREADS``, else the CPUs this process may use.

    Inside a job that runs beside others it is the job's share of the CPUs.
    """
    if n_threads is not None:
        return check_integer("n_threads", n_threads, 1, INT32_MAX)
    wanted = os.environ.get("ASTONISH_NUM_THREADS")
    if not wanted:
        return _share.get() or _core.parallel.available_threads()
    try:
        return check_integer("ASTONISH_NUM_THREADS", int(wanted), 1, INT32_MAX)
    except ValueError:
        raise ValueError(
            f"ASTONISH_NUM_THREADS must be an integer of at least 1, got {wanted!r}"
        ) from None


def threads_for_each(n_workers: int) -> int | None:
    """Return how many threads each of `n_workers` jobs may use; None for no limit."""
    if n_workers <= 1:
        return _share.get()
    return max(1, (_share.get() or _core.parallel.available_threads()) // n_workers)


@contextmanager
def limit_threads(n_threads: int | None) -> Iterator[None]:
    """Let `resolve_n_threads` answer `n_threads` in this thread where no number is asked for."""
    token = _share.set(n_threads)
    try:
        yield
    finally:
        _share.reset(token)


def resolve_solver(solver: str | None, solvers: Collection[str] = SOLVERS) -> str:
    """Return `solver`, else ``ASTONISH_SOLVER`` where it is one of `solvers`, else "sequential".

    The environment speaks to all models; those without the solver that it names take the default.
    """
    if solver is not None:
        return check_choice("solver", solver, solvers)
    wanted = check_choice(
        "ASTONISH_SOLVER", os.environ.get("ASTONISH_SOLVER") or "sequential", SOLVERS
    )
    return wanted if wanted in solvers else "sequential"


def is_strict() -> bool:
    """Return whether ``ASTONISH_SURPRISE_STRICT=1`` asks for scikit-surprise's numeric quirks."""
    return os.environ.get("ASTONISH_SURPRISE_STRICT") == "1"
