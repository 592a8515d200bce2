"""How alike users, or items, are; drives the kernel of similarity.hpp.

The functions make whole matrices, as scikit-surprise's do. Models ask for single rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr, RatingsByRow
from astonish.support.arrays import as_float64
from astonish.support.cancellation import blocks
from astonish.support.checks import INT32_MAX, check_integer, check_number
from astonish.support.settings import resolve_n_threads

Matrix = NDArray[np.float64]
#: The ratings of each y: ``{y: [(x, rating), ...]}``, such as ``trainset.ir``.
RatingsOfY = Mapping[int, Iterable[tuple[int, float]]]

_ROWS_PER_CALL = 256

SIMILARITY_NAMES = tuple(measure.name for measure in _core.neighbors.Similarity)


class UnknownSimilarityError(NameError, ValueError):
    """A similarity that does not exist; a NameError, as in scikit-surprise."""


class SimilarityOptions(NamedTuple):
    """A measure and its parameters; the biases are for "pearson_baseline"."""

    name: str = "msd"
    min_support: int = 1
    shrinkage: float = 100
    global_mean: float = 0
    row_biases: Matrix | None = None
    col_biases: Matrix | None = None

    @classmethod
    def from_dict(cls, options: Mapping[str, Any]) -> "SimilarityOptions":
        """Read ``sim_options``; NameError for an unknown measure, as scikit-surprise says it."""
        name = str(options.get("name", "msd")).lower()
        if name not in SIMILARITY_NAMES:
            raise UnknownSimilarityError(
                f"Wrong sim name {name}. Allowed values are {', '.join(SIMILARITY_NAMES)}."
            )
        return cls(
            name,
            check_integer("min_support", options.get("min_support", 1), 0, INT32_MAX),
            check_number("shrinkage", options.get("shrinkage", 100), minimum=0),
        )


def between_rows(
    by_row: Csr, by_col: Csr, options: SimilarityOptions
) -> _core.neighbors.RatedSimilarity:
    """Return the similarities between rows, to be asked for row by row: nothing is computed."""
    name, min_support, shrinkage, global_mean, *biases = options
    return _core.neighbors.RatedSimilarity(
        by_row.view,
        by_col.view,
        _core.neighbors.Similarity[name],
        min_support,
        shrinkage,
        float(global_mean),
        *(None if bias is None else as_float64(bias) for bias in biases),
    )


def matrix_of(
    similarity: _core.neighbors.RatedSimilarity, n_rows: int, n_threads: int | None
) -> Matrix:
    """Return the similarities of all pairs of rows, shape (n_rows, n_rows)."""
    n_threads = resolve_n_threads(n_threads)
    matrix = np.empty((n_rows, n_rows))
    for block in blocks(n_rows, _ROWS_PER_CALL):
        rows = np.arange(block.start, block.stop, dtype=np.int32)
        matrix[block] = _core.neighbors.similarity_rows(similarity, rows, n_threads)
    return matrix


def cosine(n_x: int, yr: RatingsOfY, min_support: int) -> Matrix:
    r"""Return the cosine of the ratings that each two users (or items) have in common.

    .. math:: \sum_y r_{xy} r_{x'y} / \sqrt{\sum_y r_{xy}^2 \sum_y r_{x'y}^2}

    Parameters
    ----------
    n_x : int
        Number of users (or items).
    yr : mapping of int to iterable of (int, float)
        The ratings of each item (or user), such as ``trainset.ir`` (or ``trainset.ur``).
    min_support : int
        Similarities of fewer common ratings are 0; so are those whose denominator is.

    Returns
    -------
    float64 array of shape (n_x, n_x)
        Symmetric, 1 on the diagonal.

    Raises
    ------
    IndexError
        When an x in `yr` is not below `n_x`.

    Examples
    --------
    >>> from astonish.models.statistics.similarities import cosine
    >>> float(cosine(2, {0: [(0, 3), (1, 3)], 1: [(0, 4), (1, 4)]}, min_support=1)[0, 1])
    1.0
    """
    return _matrix("cosine", n_x, yr, min_support)


def msd(n_x: int, yr: RatingsOfY, min_support: int) -> Matrix:
    r"""Return 1 / (mean squared difference + 1); see `cosine` for the parameters.

    .. math:: 1 / (\frac{1}{n} \sum_y (r_{xy} - r_{x'y})^2 + 1)

    The sum runs over the n ratings in common.
    """
    return _matrix("msd", n_x, yr, min_support)


def pearson(n_x: int, yr: RatingsOfY, min_support: int) -> Matrix:
    """Return Pearson's correlation of the common ratings; see `cosine` for the parameters."""
    return _matrix("pearson", n_x, yr, min_support)


def pearson_baseline(
    n_x: int,
    yr: RatingsOfY,
    min_support: int,
    global_mean: float,
    x_biases: Matrix,
    y_biases: Matrix,
    shrinkage: float = 100,
) -> Matrix:
    r"""Return the shrunken correlation of what baselines leave of the common ratings.

    .. math:: \frac{n - 1}{n - 1 + \text{shrinkage}} \hat\rho_{xx'}

    where :math:`\hat\rho` is the cosine of :math:`r_{xy} - (\mu + b_y + b_x)`.

    Parameters
    ----------
    n_x, yr, min_support
        As in `cosine`; at least two ratings in common are needed.
    global_mean : float
        The mean of all ratings.
    x_biases, y_biases : float64 arrays of shape (n_x,) and (n_y,)
        What `AlgoBase.compute_baselines` returns.
    shrinkage : float, default 100
        0 shrinks nothing.

    Returns
    -------
    float64 array of shape (n_x, n_x)

    Raises
    ------
    IndexError
        When an x in `yr` is not below `n_x`.
    ValueError
        When biases are missing.

    References
    ----------
    Koren: Factor in the neighbors: scalable and accurate collaborative filtering. ACM TKDD 4(1),
    2010, section 2.2.
    """
    return _matrix(
        "pearson_baseline", n_x, yr, min_support, global_mean, x_biases, y_biases, shrinkage
    )


def _matrix(
    name: str,
    n_x: int,
    yr: RatingsOfY,
    min_support: int,
    global_mean: float = 0,
    x_biases: Matrix | None = None,
    y_biases: Matrix | None = None,
    shrinkage: float = 100,
) -> Matrix:
    n_x = check_integer("n_x", n_x, 0, INT32_MAX)
    options = SimilarityOptions.from_dict(
        {"name": name, "min_support": min_support, "shrinkage": shrinkage}
    )
    by_y, keys = _csr_of(yr, n_x)
    by_x = Csr.from_triplets(by_y.indices, by_y.row_of_each(), by_y.values, (n_x, by_y.n_rows))
    if name == "pearson_baseline":
        options = options._replace(
            global_mean=check_number("global_mean", global_mean),
            row_biases=_biases_of("x_biases", x_biases, range(n_x)),
            col_biases=_biases_of("y_biases", y_biases, keys),
        )
    return matrix_of(between_rows(by_x, by_y, options), n_x, None)


def _csr_of(yr: RatingsOfY, n_x: int) -> tuple[Csr, Sequence[int]]:
    """Return ratings by y, and the y of each row: sums run in the order of `yr`."""
    if isinstance(yr, RatingsByRow) and yr.csr.n_cols == n_x:
        return yr.csr, range(yr.csr.n_rows)
    return Csr.from_lists("yr", enumerate(yr.values()), (len(yr), n_x)), list(yr)


def _biases_of(name: str, biases: Any, ids: Sequence[int]) -> Matrix:
    """Return the biases of `ids`; ValueError where they are too few."""
    array: Matrix = np.asarray(biases, np.float64)
    n = max(ids, default=-1) + 1
    if array.ndim != 1 or len(array) < n:
        raise ValueError(f"{name} must hold {n} numbers, got an array of shape {array.shape}")
    return array.take(np.array(ids, dtype=np.intp))
