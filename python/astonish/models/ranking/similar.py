"""Users or items whose vectors are near each other."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.models.ranking.rules import Lists, renumbered
from astonish.support.cancellation import blocks
from astonish.support.checks import check_choice

Matrix = NDArray[np.floating]

METRICS = ("cosine", "dot", "euclidean")
_ROWS_A_BLOCK = 1024


def most_similar(
    vectors: Matrix,
    rows: NDArray[np.int32],
    n: int,
    allowed: NDArray[np.intp] | None,
    n_threads: int,
    metric: str = "cosine",
) -> Lists:
    """Return the rows of `vectors` nearest to each of `rows`, and how similar they are.

    A row is never listed for itself; one of zeros is listed for none and lists none.

    Parameters
    ----------
    vectors : array of shape (n, n_factors)
    rows : int32 array
        The rows to find neighbours of.
    n : int
        Length of the lists.
    allowed : ascending int array or None
        The rows to choose from.
    n_threads : int
    metric : {"cosine", "dot", "euclidean"}, default "cosine"
        Similarity is the cosine, the inner product, or the distance times -1.
    """
    check_choice("metric", metric, METRICS)
    if vectors.shape[1] == 0:
        raise ValueError("the model has no factors to compare")
    has_vector = np.asarray(vectors.any(axis=1))
    listable = np.flatnonzero(has_vector)
    if allowed is not None:
        listable = np.intersect1d(listable, allowed)
    compared = _PREPARED[metric](vectors)
    items = compared[listable]
    # The nearest row has the largest product less half of its squared length.
    bias = -np.einsum("if,if->i", items, items) / 2 if metric == "euclidean" else None
    found = np.empty((len(rows), n), dtype=np.int32)
    similarities = np.empty((len(rows), n))
    for block in blocks(len(rows), _ROWS_A_BLOCK):
        part = rows[block]
        themselves = np.arange(len(part) + 1, dtype=np.int64), part
        excluded = renumbered(themselves, listable, len(vectors))
        near, products = _core.topk.topk(compared[part], items, n, bias, *excluded, n_threads)
        near = np.append(listable, -1)[near].astype(np.int32)
        near[~has_vector[part]] = -1
        found[block], similarities[block] = _measured(compared, part, near, products, metric)
    return found, similarities


def _measured(
    compared: Matrix, rows: NDArray[np.int32], near: NDArray[np.int32], products: Any, metric: str
) -> Lists:
    """Return neighbours and their similarities, the largest first, of equals the lower row."""
    similarities = products.astype(np.float64)
    if metric == "cosine":
        similarities = np.clip(similarities, -1, 1)
    if metric == "euclidean":
        differences = compared[rows][:, np.newaxis] - compared[near]
        similarities = -np.linalg.norm(differences, axis=2)
    similarities[near < 0] = np.nan
    if metric != "euclidean":
        return near, similarities
    order = np.lexsort((near, -similarities), axis=1)  # NaN comes last
    return np.take_along_axis(near, order, 1), np.take_along_axis(similarities, order, 1)


def _centred(vectors: Matrix) -> Matrix:
    """Return float64 vectors around zero: distances stay, and rounding does not eat them."""
    wide = vectors.astype(np.float64)
    return np.ascontiguousarray(wide - wide.mean(axis=0))


def _unit_rows(vectors: Matrix) -> Matrix:
    """Return rows of length 1; those of zeros stay."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    scaled = vectors / np.where(largest > 0, largest, 1)  # no square vanishes or overflows
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.ascontiguousarray(scaled / np.where(norms > 0, norms, 1))


_PREPARED: dict[str, Callable[[Matrix], Matrix]] = {
    "cosine": _unit_rows,
    "dot": np.ascontiguousarray,
    "euclidean": _centred,
}
