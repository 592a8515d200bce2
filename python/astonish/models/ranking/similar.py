"""Users or items whose vectors are near each other."""

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.models.ranking.rules import Lists, renumbered
from astonish.support.checks import check_choice

Matrix = NDArray[np.floating]

METRICS = ("cosine", "dot", "euclidean")


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
    listable = np.flatnonzero(vectors.any(axis=1))
    if allowed is not None:
        listable = np.intersect1d(listable, allowed)
    compared = _unit_rows(vectors) if metric == "cosine" else np.ascontiguousarray(vectors)
    themselves = np.arange(len(rows) + 1, dtype=np.int64), rows
    excluded = renumbered(themselves, listable, len(vectors))
    items = compared[listable]
    # The nearest row has the largest product less half of its squared length.
    bias = -np.einsum("if,if->i", items, items) / 2 if metric == "euclidean" else None
    found, products = _core.topk.topk(compared[rows], items, n, bias, *excluded, n_threads)
    found = np.append(listable, -1)[found].astype(np.int32)
    found[~vectors[rows].any(axis=1)] = -1
    similarities = products.astype(np.float64)
    if metric == "cosine":
        similarities = np.clip(similarities, -1, 1)
    if metric == "euclidean":
        differences = vectors[rows][:, np.newaxis].astype(np.float64) - vectors[found]
        similarities = -np.linalg.norm(differences, axis=2)
    similarities[found < 0] = np.nan
    return found, similarities


def _unit_rows(vectors: Matrix) -> Matrix:
    """Return rows of length 1; those of zeros stay."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    scaled = vectors / np.where(largest > 0, largest, 1)  # no square vanishes or overflows
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.ascontiguousarray(scaled / np.where(norms > 0, norms, 1))
