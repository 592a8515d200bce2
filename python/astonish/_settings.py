"""Defaults that the environment decides, read when they are needed."""

import os

from astonish import _core
from astonish._checks import INT32_MAX, check_choice, check_integer

SOLVERS = tuple(solver.name for solver in _core.SgdSolver)


def resolve_n_threads(n_threads: int | None) -> int:
    """Return `n_threads`, else ``ASTONISH_NUM_THREADS``, else the CPUs this process may use."""
    if n_threads is not None:
        return check_integer("n_threads", n_threads, 1, INT32_MAX)
    wanted = os.environ.get("ASTONISH_NUM_THREADS")
    if not wanted:
        return _core.available_threads()
    try:
        return check_integer("ASTONISH_NUM_THREADS", int(wanted), 1, INT32_MAX)
    except ValueError:
        raise ValueError(
            f"ASTONISH_NUM_THREADS must be an integer of at least 1, got {wanted!r}"
        ) from None


def resolve_solver(solver: str | None) -> str:
    """Return `solver`, else ``ASTONISH_SOLVER``, else "sequential"."""
    if solver is not None:
        return check_choice("solver", solver, SOLVERS)
    return check_choice(
        "ASTONISH_SOLVER", os.environ.get("ASTONISH_SOLVER") or "sequential", SOLVERS
    )


def is_strict() -> bool:
    """Tell whether ``ASTONISH_SURPRISE_STRICT=1`` asks for scikit-surprise's numeric quirks."""
    return os.environ.get("ASTONISH_SURPRISE_STRICT") == "1"
