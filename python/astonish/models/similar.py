"""Users or items whose factors point in nearly the same direction."""

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.models.ranking import Lists, renumbered


def most_similar(
    factors: NDArray[np.floating],
    rows: NDArray[np.int32],
    n: int,
    allowed: NDArray[np.intp] | None,
    n_threads: int,
) -> Lists:
    """Return the rows of largest cosine with each of `rows`, and the cosines.

    A row is never listed for itself; one of zeros is listed for none and lists none.
    """
    if factors.shape[1] == 0:
        raise ValueError("the model has no factors to compare")
    units = _unit_rows(factors)
    listable = np.flatnonzero(units.any(axis=1))
    if allowed is not None:
        listable = np.intersect1d(listable, allowed)
    themselves = np.arange(len(rows) + 1, dtype=np.int64), rows
    excluded = renumbered(themselves, listable, len(factors))
    found, cosines = _core.topk.topk(units[rows], units[listable], n, None, *excluded, n_threads)
    found = np.append(listable, -1)[found].astype(np.int32)
    found[~units[rows].any(axis=1)] = -1
    similarities = np.clip(cosines.astype(np.float64), -1, 1)
    similarities[found < 0] = np.nan
    return found, similarities


def _unit_rows(factors: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return rows of length 1; those of zeros stay."""
    largest = np.abs(factors).max(axis=1, keepdims=True)
    scaled = factors / np.where(largest > 0, largest, 1)  # no square vanishes or overflows
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.ascontiguousarray(scaled / np.where(norms > 0, norms, 1))
