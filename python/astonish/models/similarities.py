"""Similarities of all pairs of users or of items, as dense matrices.

Every measure is a ratio of sums over the ratings that two rows have in common, and such sums are
entries of products of sparse matrices: ratings, their squares, or ones.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from astonish._checks import check_integer, check_number
from astonish.data.csr import Csr

Matrix = NDArray[np.float64]


class _CommonSums:
    """Sums over the columns that two rows x, x' share; repeated ratings count repeatedly."""

    def __init__(self, ratings: Csr, values: Matrix) -> None:
        shape = ratings.n_rows, ratings.n_cols

        def sparse(data: Matrix) -> Any:
            return csr_array((data, ratings.indices, ratings.offsets), shape=shape)

        ones, plain, squares = (sparse(data) for data in (np.ones_like(values), values, values**2))
        self.count: Matrix = (ones @ ones.T).toarray()
        self.products: Matrix = (plain @ plain.T).toarray()
        self.squares: Matrix = (squares @ ones.T).toarray()  # of x; those of x' are the transpose
        self.sums: Matrix = (plain @ ones.T).toarray()

    def similarity(self, numerator: Matrix, denominator: Matrix, min_support: int) -> Matrix:
        """Return the quotient, 0 where it has none or the support is too small, diagonal 1."""
        quotient = np.zeros_like(numerator)
        supported = (self.count >= max(min_support, 1)) & (denominator != 0)
        np.divide(numerator, denominator, out=quotient, where=supported)
        np.fill_diagonal(quotient, 1.0)
        return quotient


def cosine(ratings: Csr, min_support: int = 1) -> Matrix:
    """Return the cosine of the common ratings of each pair of rows, shape (n_rows, n_rows)."""
    common = _CommonSums(ratings, ratings.values)
    norms = np.sqrt(common.squares * common.squares.T)
    return common.similarity(common.products, norms, min_support)


def msd(ratings: Csr, min_support: int = 1) -> Matrix:
    """Return 1 / (mean squared difference + 1) of the common ratings, shape (n_rows, n_rows)."""
    common = _CommonSums(ratings, ratings.values)
    differences = np.maximum(common.squares + common.squares.T - 2 * common.products, 0.0)
    return common.similarity(common.count, differences + common.count, min_support)


def pearson(ratings: Csr, min_support: int = 1) -> Matrix:
    """Return Pearson's correlation of the common ratings, shape (n_rows, n_rows)."""
    common = _CommonSums(ratings, ratings.values)
    numerator = common.count * common.products - common.sums * common.sums.T
    spread = np.maximum(common.count * common.squares - common.sums**2, 0.0)
    return common.similarity(numerator, np.sqrt(spread * spread.T), min_support)


def pearson_baseline(
    ratings: Csr,
    min_support: int,
    global_mean: float,
    row_biases: Matrix,
    col_biases: Matrix,
    shrinkage: float = 100,
) -> Matrix:
    """Return the shrunken correlation of ratings less their baselines (Koren 2010)."""
    baselines = (global_mean + col_biases[ratings.indices]) + row_biases[ratings.row_of_each()]
    common = _CommonSums(ratings, ratings.values - baselines)
    norms = np.sqrt(common.squares * common.squares.T)
    similarity = common.similarity(common.products, norms, max(2, min_support))
    support = np.maximum(common.count - 1, 0.0)
    similarity *= np.divide(support, support + shrinkage, where=support > 0, out=support.copy())
    np.fill_diagonal(similarity, 1.0)
    return similarity


SIMILARITIES: dict[str, Callable[..., Matrix]] = {
    "cosine": cosine,
    "msd": msd,
    "pearson": pearson,
    "pearson_baseline": pearson_baseline,
}


def check_similarity_options(options: dict[str, Any]) -> tuple[str, int, float]:
    """Return (name, min_support, shrinkage) of ``sim_options``.

    Raises
    ------
    NameError
        For an unknown measure, as scikit-surprise does.
    """
    name = str(options.get("name", "msd")).lower()
    if name not in SIMILARITIES:
        raise NameError(f"Wrong sim name {name}. Allowed values are {', '.join(SIMILARITIES)}.")
    min_support = check_integer("min_support", options.get("min_support", 1), minimum=0)
    return name, min_support, check_number("shrinkage", options.get("shrinkage", 100), minimum=0)
