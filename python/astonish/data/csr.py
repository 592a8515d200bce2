"""Compressed sparse rows, and the view of them as scikit-surprise's ``ur`` and ``ir``."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.inner_ids import find_inner, to_codes
from astonish.support.derived import cached


@dataclass(frozen=True, eq=False)
class Csr:
    """Ratings grouped by row: compressed sparse rows. Ratings of a row keep their order.

    Attributes
    ----------
    offsets : int64 array of shape (n_rows + 1,)
        The ratings of row k are ``offsets[k]:offsets[k + 1]`` of `indices` and `values`.
    indices : int32 array of shape (n_ratings,)
        Column of each rating.
    values : float64 array of shape (n_ratings,)
        The ratings. `row` returns those of one row; code outside of this module reads values
        through these two, whatever they may be stored as.
    n_cols : int
        Number of columns.

    Notes
    -----
    `from_triplets` and `from_arrays` validate the arrays once. They are read-only afterwards,
    because kernels do not check them again.
    """

    offsets: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float64]
    n_cols: int

    def __post_init__(self) -> None:
        for array in (self.offsets, self.indices, self.values):
            array.setflags(write=False)

    @classmethod
    def from_triplets(
        cls,
        rows: NDArray[np.int32],
        cols: NDArray[np.int32],
        values: NDArray[np.float64],
        shape: tuple[int, int],
    ) -> "Csr":
        """Group triplets by row; ratings of a row keep their order. O(n_ratings + n_rows)."""
        return cls(*_core.ratings.build_csr(rows, cols, values, *shape), shape[1])

    @classmethod
    def from_lists(
        cls,
        name: str,
        lists: Iterable[tuple[int, Iterable[tuple[int, float]]]],
        shape: tuple[int, int],
    ) -> "Csr":
        """Group ratings that the argument `name` lists as (row, [(column, rating), ...]).

        Raises
        ------
        TypeError
            For a row or column that is not a whole number, or a rating that is not a number.
        ValueError, IndexError
            For a rating that is not finite, or a row or column outside of `shape`.
        """
        triplets = [(row, column, value) for row, ratings in lists for column, value in ratings]
        rows, cols, values = zip(*triplets, strict=True) if triplets else ((), (), ())
        ratings = np.array(values)
        if ratings.dtype.kind not in "biuf":
            raise TypeError(f"{name} must hold ratings that are numbers, got {ratings!r}")
        if not np.isfinite(ratings).all():
            raise ValueError(f"{name} must hold finite ratings only")
        codes = to_codes(name, rows), to_codes(name, cols)
        return cls.from_triplets(*codes, ratings.astype(np.float64), shape)

    @classmethod
    def from_arrays(
        cls,
        offsets: NDArray[np.int64],
        indices: NDArray[np.int32],
        values: NDArray[np.float64],
        n_cols: int,
    ) -> "Csr":
        """Use the given arrays; ValueError or IndexError unless they are a valid CSR matrix."""
        _core.ratings.Ratings(offsets, indices, values, n_cols)  # raises for an invalid CSR matrix
        if not np.isfinite(values).all():
            raise ValueError("values must be finite")
        return cls(offsets, indices, values, n_cols)

    @cached
    def view(self) -> _core.ratings.Ratings:
        """The arrays as kernels take them; validated once in a process, not at every call."""
        return _core.ratings.Ratings(self.offsets, self.indices, self.values, self.n_cols)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.offsets) - 1

    @cached
    def truncated(self) -> "Csr":
        """The same rows with ratings cut to whole numbers, towards zero."""
        return replace(self, values=np.trunc(self.values))

    def row(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the columns and the values of a row."""
        part = slice(self.offsets[row], self.offsets[row + 1])
        return self.indices[part], self.values[part]

    def only_rows(self, rows: NDArray[np.int32]) -> "Csr":
        """Return a matrix of some rows, in that order."""
        offsets, indices = self.take_rows(rows)
        shifts = np.repeat(self.offsets[rows] - offsets[:-1], np.diff(offsets))
        return Csr(offsets, indices, self.values[np.arange(len(indices)) + shifts], self.n_cols)

    def rated_rows(self) -> NDArray[np.int32]:
        """Return the rows that have a rating, ascending."""
        return np.flatnonzero(np.diff(self.offsets)).astype(np.int32)

    def row_of_each(self) -> NDArray[np.int32]:
        """Return the row of each rating, an int32 array of shape (n_ratings,)."""
        return np.repeat(np.arange(self.n_rows, dtype=np.int32), np.diff(self.offsets))

    def extended(
        self,
        rows: NDArray[np.int32],
        cols: NDArray[np.int32],
        values: NDArray[np.float64],
        shape: tuple[int, int],
    ) -> "Csr":
        """Return a matrix of `shape` with further triplets, which come last in their rows."""
        return Csr.from_triplets(
            np.concatenate((self.row_of_each(), rows)),
            np.concatenate((self.indices, cols)),
            np.concatenate((self.values, values)),
            shape,
        )

    def take_rows(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return offsets and indices of some rows, in that order."""
        return _core.ratings.take_rows(self.view, rows)

    def without_empty_rows(self, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return row numbers with -1 in place of rows that have no rating; -1 stays -1."""
        empty = np.diff(self.offsets) == 0
        return np.where(empty[rows], np.int32(-1), rows) if empty.any() else rows

    def reduce_rows(self, statistic: Callable[..., NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return `statistic` (`numpy.mean`, `numpy.std`) of every row, 0 for empty rows.

        Rows of the same length are reduced in one call, which rounds as a call a row does.
        """
        result = np.zeros(self.n_rows)
        lengths = np.diff(self.offsets)
        order = np.argsort(lengths, kind="stable")
        bounds = np.flatnonzero(np.diff(lengths[order])) + 1
        for rows in np.split(order, bounds):
            if len(rows) and (length := lengths[rows[0]]):
                positions = self.offsets[rows][:, np.newaxis] + np.arange(length)
                result[rows] = statistic(self.values[positions], axis=1)
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.offsets, self.indices, self.values, self.n_cols)


class RatingsByRow(Mapping[int, list[tuple[int, float]]]):
    """A CSR as scikit-surprise shows it: ``{row: [(column, rating), ...]}``.

    The list of a row is made at the first access and kept. For a row without ratings, or one that
    does not exist, the list is empty and the row is not ``in`` the mapping; nothing is inserted.
    """

    def __init__(self, csr: Csr) -> None:
        self.csr = csr
        self._rows: dict[int, list[tuple[int, float]]] = {}
        self._has_ratings = (np.diff(csr.offsets) > 0).tobytes()  # `in` is asked for every estimate

    def __getitem__(self, row: int) -> list[tuple[int, float]]:
        if row not in self._rows:
            if row not in self:
                return []
            self._rows[row] = self._make_row(int(row))
        return self._rows[row]

    def _make_row(self, row: int) -> list[tuple[int, float]]:
        columns, values = self.csr.row(row)
        return list(zip(columns.tolist(), values.tolist(), strict=True))

    def iterate_rows(self) -> Iterator[tuple[int, list[tuple[int, float]]]]:
        """Yield ``items()`` without keeping the lists that are made for it."""
        return ((row, self._rows.get(row) or self._make_row(row)) for row in self)

    def __contains__(self, row: object) -> bool:
        code = find_inner(row, len(self._has_ratings))
        return code is not None and bool(self._has_ratings[code])

    def get(self, row: Any, default: Any = None) -> Any:
        """Return the ratings of a row, `default` for a row without ratings."""
        return self[row] or default

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(np.diff(self.csr.offsets)).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(np.diff(self.csr.offsets)))

    def __repr__(self) -> str:
        return f"<ratings of {len(self)} rows>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.csr,)
