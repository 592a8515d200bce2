"""Exact top-k for any factor matrices; drives the kernel of topk.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.models.ranking.rules import list_length
from astonish.support.arrays import LAYOUT, as_floats, as_numbers, is_sparse
from astonish.support.checks import INT32_MAX, check_integer
from astonish.support.memory import check_fits
from astonish.support.settings import resolve_n_threads

_ROWS = 65536  # looked at together, so that a check takes little memory


def topk(
    queries: Any,
    items: Any,
    n: int,
    exclude: Any = None,
    bias: Any = None,
    n_threads: int | None = None,
) -> tuple[NDArray[np.int32], NDArray[Any]]:
    """Return the `n` items with the largest ``<query, item> + bias`` for each query.

    The lists are exact and do not depend on the number of threads or on the other queries. The
    matrix of all scores never exists.

    Parameters
    ----------
    queries : array of shape (n_queries, n_factors)
    items : array of shape (n_items, n_factors)
        Both float32, or both float64, in C order are used as they are. Anything else is converted
        first, which takes a copy: to float32 where all floats are float32, else to float64.
    n : int
        Length of the lists.
    exclude : scipy CSR matrix or array of shape (n_queries, n_items), or (offsets, indices)
        The items that a query is not to list, its stored entries, in any order. Offsets are int32
        or int64.
    bias : array of shape (n_items,), optional
        Added to the scores of an item; minus infinity keeps it out of all lists.
    n_threads : int, optional
        Default: ``ASTONISH_NUM_THREADS``, else all CPUs that the process may use.

    Returns
    -------
    indices : int32 array of shape (n_queries, n)
        Rows of `items`, best first, the lower one first where scores are equal; -1 where fewer
        than `n` items remain. Items that score minus infinity, or infinity minus infinity, are
        never listed.
    scores : float array of the same shape
        Their scores in the type of the input; NaN where the index is -1.

    Raises
    ------
    TypeError
        For arrays that hold no numbers, or an `exclude` of another kind.
    ValueError
        For shapes that do not fit each other, NaN, n < 1 or invalid offsets.
    IndexError
        For an excluded item that does not exist.
    MemoryError
        Before any work, for lists that do not fit into memory.

    Examples
    --------
    >>> import numpy as np
    >>> import astonish
    >>> queries = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> items = np.array([[3.0, 1.0], [2.0, 5.0], [4.0, 0.0]])
    >>> indices, scores = astonish.topk(queries, items, n=2)
    >>> indices.tolist(), scores.tolist()
    ([[2, 0], [1, 0]], [[4.0, 3.0], [5.0, 1.0]])
    """
    queries, items = _matrix("queries", queries), _matrix("items", items)
    if queries.shape[1] != items.shape[1]:
        raise ValueError(
            f"queries and items must have the same number of factors, got shapes {queries.shape} "
            f"and {items.shape}"
        )
    n = check_integer("n", n, 1, INT32_MAX)
    shape = len(queries), len(items)
    offsets, indices = _no_exclusions() if exclude is None else _read_csr(exclude, shape)
    arrays = [queries, items] if bias is None else [queries, items, _bias(bias, len(items))]
    queries, items, *biases = as_floats(*arrays)
    check_fits((4 + items.itemsize) * len(queries) * n, "the lists", "ask for fewer at a time")
    bias = biases[0] if biases else None
    length = list_length(n, len(items))
    n_threads = resolve_n_threads(n_threads)
    lists = _core.topk.topk(queries, items, length, bias, offsets, indices, n_threads)
    return lists if length == n else _filled_up(*lists, n)


def _filled_up(
    found: NDArray[np.int32], scores: NDArray[Any], n: int
) -> tuple[NDArray[np.int32], NDArray[Any]]:
    """Return lists of length `n`, of which the rest is empty."""
    shape, length = (len(found), n), found.shape[1]
    all_found, all_scores = np.full(shape, -1, np.int32), np.full(shape, np.nan, scores.dtype)
    all_found[:, :length], all_scores[:, :length] = found, scores
    return all_found, all_scores


def _numbers(name: str, values: Any, ndim: int) -> NDArray[Any]:
    array = as_numbers(name, values)
    if array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimensions, got shape {array.shape}")
    return array


def _matrix(name: str, values: Any) -> NDArray[Any]:
    matrix = _numbers(name, values, ndim=2)
    for begin in range(0, len(matrix), _ROWS):
        rows = matrix[begin : begin + _ROWS]
        if rows.size and np.isnan(rows.min()):
            row, column = np.argwhere(np.isnan(rows))[0].tolist()
            raise ValueError(f"{name}[{begin + row}, {column}] is nan")
    return matrix


def _bias(values: Any, n_items: int) -> NDArray[Any]:
    bias = _numbers("bias", values, ndim=1)
    if len(bias) != n_items:
        raise ValueError(f"bias must have one entry an item, got {len(bias)} for {n_items} items")
    if np.isnan(bias).any():
        raise ValueError(f"bias[{int(np.argmax(np.isnan(bias)))}] is nan")
    return bias


def _no_exclusions() -> tuple[NDArray[Any], NDArray[np.int32]]:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)


def _read_csr(exclude: Any, shape: tuple[int, int]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    if not isinstance(exclude, tuple):
        exclude = _sparse_arrays(exclude, shape)
    if len(exclude) != 2:
        raise TypeError(f"exclude must be a pair (offsets, indices), got {len(exclude)} things")
    offsets = _whole_numbers("offsets", exclude[0])
    indices = _whole_numbers("indices", exclude[1])
    if len(offsets) != shape[0] + 1:
        raise ValueError(
            f"exclude must have {shape[0] + 1} offsets for {shape[0]} queries, got {len(offsets)}"
        )
    offset_type = np.int32 if offsets.dtype == np.int32 else np.int64
    return np.require(offsets, offset_type, LAYOUT), _as_int32(indices)


def _sparse_arrays(exclude: Any, shape: tuple[int, int]) -> tuple[Any, Any]:
    if not is_sparse(exclude):
        kind = type(exclude).__name__
        raise TypeError(f"exclude must be a scipy CSR matrix or (offsets, indices), got {kind}")
    matrix: Any = exclude
    if matrix.format != "csr":
        raise TypeError(f"exclude must be in CSR format, got {matrix.format}: see tocsr()")
    if matrix.shape != shape:
        raise ValueError(f"exclude must have shape {shape}, got {matrix.shape}")
    return matrix.indptr, matrix.indices


def _whole_numbers(name: str, values: Any) -> NDArray[Any]:
    array = _numbers(f"{name} of exclude", values, ndim=1)
    if array.dtype.kind not in "iu" and len(array):
        raise TypeError(f"{name} of exclude must be whole numbers, got an array of {array.dtype}")
    return array


def _as_int32(indices: NDArray[Any]) -> NDArray[np.int32]:
    wrong = (indices > INT32_MAX) | (indices < 0)
    if indices.dtype != np.int32 and wrong.any():
        index = int(np.argmax(wrong))
        raise IndexError(f"indices[{index}] of exclude is {indices[index]}, no item")
    return np.require(indices, np.int32, LAYOUT)
