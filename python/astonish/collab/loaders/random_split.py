"""Which rows are held out: those that fastai holds out with the same seed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.support.checks import check_integer, check_number
from astonish.support.random_state import get_rng


def check_seed(seed: Any) -> int | None:
    """Return `seed` if torch would take it; TypeError or ValueError otherwise."""
    return None if seed is None else check_integer("seed", seed, -(2**63), 2**64 - 1)


def seeded_rng(seed: int | None) -> np.random.RandomState:
    """Return a generator of the words that torch's generator gives after the same seed."""
    return get_rng(None if seed is None else seed % 2**32)  # torch's takes the low 32 bits, too


def split_rows(
    n: int, valid_pct: float, seed: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of training and those held out, both in the order of a random permutation.

    Parameters
    ----------
    n : int
        How many rows there are. The permutation is torch's up to 214 million.
    valid_pct : float
        The share to hold out, at least 0 and below 1.
    seed : int or None
        None draws from NumPy's global generator.

    Raises
    ------
    ValueError
        When `valid_pct` is out of its range.
    """
    share = check_number("valid_pct", valid_pct, 0)
    if share >= 1:
        raise ValueError(
            f"valid_pct={valid_pct!r} of {n} ratings leaves none for training: "
            "it must be at least 0 and below 1"
        )
    n_valid = int(share * n)  # less than n
    words = seeded_rng(seed).randint(0, 2**32, size=n, dtype=np.uint32)
    order = _core.random.permute(words)
    return order[n_valid:], order[:n_valid]
