"""Frames and sparse matrices to Ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.ratings import Ratings
from astonish.support.arrays import is_sparse
from astonish.support.lazy import lazy_module

if TYPE_CHECKING:
    import narwhals as nw
else:
    nw = lazy_module("narwhals")  # imported with the first frame


def read_frame(frame: Any) -> Ratings:
    """Code a frame whose three columns are user id, item id and rating, in this order.

    Parameters
    ----------
    frame : pandas, polars or pyarrow frame, DuckDB relation, or another that narwhals supports
        Ids keep their Python type; ratings are cast to float64.

    Raises
    ------
    TypeError
        For an object that is not a frame, or a rating column that is not numeric.
    ValueError
        When there are not exactly three columns, or an id is missing.
    """
    table = collect_frame("df", frame)
    if len(table.columns) != 3:
        raise ValueError(
            "df must have exactly three columns (user, item, rating), "
            f"got {len(table.columns)}: {', '.join(map(str, table.columns))}"
        )
    users, items, values = (table[:, column] for column in range(3))
    return ratings_from_series(users, items, float_column(values))


def read_interactions(frame: Any) -> Ratings:
    """Code a frame of user ids, item ids and, where there is a third column, weights, else 1.

    Raises
    ------
    TypeError, ValueError
        As `read_frame`.
    """
    table = collect_frame("interactions", frame)
    if len(table.columns) not in (2, 3):
        raise ValueError(
            "interactions must have two or three columns (user, item, weight), "
            f"got {len(table.columns)}: {', '.join(map(str, table.columns))}"
        )
    weights = float_column(table[:, 2]) if len(table.columns) == 3 else np.ones(len(table))
    return ratings_from_series(table[:, 0], table[:, 1], weights)


def collect_frame(
    name: str, frame: Any, otherwise: str = "load_from_sparse takes scipy matrices"
) -> nw.DataFrame[Any]:
    """Return the argument `name` as a table in memory.

    Raises
    ------
    TypeError
        For an object that is not a frame; the message ends with `otherwise`.
    ValueError
        When two columns have the same name.
    """
    try:
        table = nw.from_native(frame)
    except TypeError:
        raise TypeError(
            f"{name} must be a frame of pandas, polars, pyarrow or DuckDB, "
            f"got {type(frame).__name__}; {otherwise}"
        ) from None
    return table.collect() if isinstance(table, nw.LazyFrame) else table


def ratings_from_series(
    users: nw.Series[Any],
    items: nw.Series[Any],
    values: NDArray[np.float64],
    timestamps: NDArray[Any] | None = None,
) -> Ratings:
    """Code two series of ids; see `Ratings`."""
    user_codes, user_ids = _encode(users)
    item_codes, item_ids = _encode(items)
    return Ratings(user_codes, item_codes, values, user_ids, item_ids, timestamps)


def read_sparse(matrix: Any, user_ids: list[Any] | None, item_ids: list[Any] | None) -> Ratings:
    """Code a scipy sparse matrix of shape (n_users, n_items); every stored entry is a rating.

    Raises
    ------
    TypeError
        For an object that is not a sparse matrix.
    ValueError
        When `user_ids` or `item_ids` does not have one id for each row or column, or the arrays of
        the matrix contradict each other.
    """
    if not is_sparse(matrix) or matrix.ndim != 2:
        raise TypeError(
            f"matrix must be a two-dimensional scipy sparse matrix, got {type(matrix).__name__}"
        )
    _check_format(matrix)
    entries = matrix.tocoo()
    if np.iscomplexobj(entries.data):
        raise TypeError(f"matrix must hold real numbers, got {matrix.dtype}")
    n_users, n_items = entries.shape
    for name, codes, bound in (("row", entries.row, n_users), ("column", entries.col, n_items)):
        if len(codes) and not 0 <= codes.min() <= codes.max() < bound:
            raise ValueError(f"matrix has a {name} index outside [0, {bound})")
    return Ratings(
        entries.row.astype(np.int32),
        entries.col.astype(np.int32),
        entries.data.astype(np.float64),
        _ids_or_range("user_ids", user_ids, n_users),
        _ids_or_range("item_ids", item_ids, n_items),
    )


def _check_format(matrix: Any) -> None:
    """Raise a ValueError for a matrix whose index arrays are damaged: scipy reads beyond them."""
    if not hasattr(matrix, "check_format"):  # only compressed formats have arrays of offsets
        return
    try:
        matrix.check_format(full_check=True)
        if (np.diff(matrix.indptr) < 0).any():  # which it does not look for in every format
            raise ValueError("its offsets must ascend")
    except ValueError as error:
        raise ValueError(f"matrix is a damaged {matrix.format} matrix: {error}") from None


def _ids_or_range(name: str, ids: list[Any] | None, n: int) -> list[Any]:
    if ids is None:
        return list(range(n))
    if len(ids) != n or len(set(ids)) != n:
        raise ValueError(f"{name} must hold {n} different ids, got {len(set(ids))} in {len(ids)}")
    return list(ids)


def _encode(series: nw.Series[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    missing = series.is_null()
    if series.dtype.is_float():
        missing = missing | series.is_nan()
    if missing.any():
        row = int(np.argmax(missing.to_numpy()))
        raise ValueError(f"the id in row {row} of column {series.name!r} is missing")
    if series.dtype == nw.String or (series.dtype.is_integer() and series.dtype != nw.UInt64):
        # Strings and integers are compared by the frame's own engine, no Python object a rating.
        # Not uint64: pyarrow takes the list of ids for int64.
        ids = series.unique(maintain_order=True).to_list()
        codes = series.replace_strict(ids, list(range(len(ids))), return_dtype=nw.Int32)
        return np.ascontiguousarray(codes.to_numpy(), dtype=np.int32), ids
    codes_of_ids, table = _core.ratings.encode_ids(series.to_list())
    return codes_of_ids, list(table)


def float_column(series: nw.Series[Any]) -> NDArray[np.float64]:
    """Return a column of ratings, NaN for a missing one; TypeError for other types than numbers.

    It is a copy: whoever edits the frame later does not change what was checked.
    """
    if series.dtype.is_temporal():
        raise TypeError(f"the ratings in column {series.name!r} ({series.dtype}) are not numbers")
    try:
        floats = series.cast(nw.Float64).to_numpy()
    except Exception as error:
        raise TypeError(
            f"the ratings in column {series.name!r} ({series.dtype}) are not numbers: {error}"
        ) from error
    return np.array(floats, dtype=np.float64, order="C")
