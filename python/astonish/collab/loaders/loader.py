"""Coded ratings in batches."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from astonish.support.checks import check_integer

Batch: TypeAlias = tuple[NDArray[Any], ...]


class RatingsLoader:
    """Users, items and ratings, batch by batch.

    Iterating gives tuples ``(x, y)``: codes of shape (batch, 2), users first, and ratings of shape
    (batch, 1); without ratings it gives tuples ``(x,)``.

    Parameters
    ----------
    users, items : int32 array of shape (n,)
        Codes of the classes; 0 is '#na#'.
    ratings : float64 array of shape (n,) or None
        None where they are to be estimated.
    bs : int, default 64
        How many rows a batch has.
    drop_last : bool, default False
        Leave out the rest that does not fill a batch, unless it is all there is.
    rng : numpy.random.RandomState, optional
        Draws a new order for every pass; by default the rows come as they are.

    Attributes
    ----------
    n : int
        Number of rows.

    Raises
    ------
    TypeError, ValueError
        When `bs` is not an integer of at least 1, or a column has another type or length.

    Examples
    --------
    >>> users, items = np.array([1, 2, 2], dtype=np.int32), np.array([3, 0, 1], dtype=np.int32)
    >>> loader = RatingsLoader(users, items, np.array([4.0, 2.0, 5.0]), bs=2)
    >>> len(loader), loader.n
    (2, 3)
    >>> for x, y in loader:
    ...     print(x.tolist(), y.tolist())
    [[1, 3], [2, 0]] [[4.0], [2.0]]
    [[2, 1]] [[5.0]]
    """

    def __init__(
        self,
        users: NDArray[np.int32],
        items: NDArray[np.int32],
        ratings: NDArray[np.float64] | None,
        bs: int = 64,
        *,
        drop_last: bool = False,
        rng: np.random.RandomState | None = None,
    ) -> None:
        _check_column("users", users, np.int32, np.size(users))
        _check_column("items", items, np.int32, np.size(users))
        if ratings is not None:
            _check_column("ratings", ratings, np.float64, np.size(users))
        self.users = users
        self.items = items
        self.ratings = ratings
        self.bs = check_integer("bs", bs, 1)
        self.drop_last = drop_last
        self.rng = rng
        self.n = len(users)

    def one_batch(self) -> Batch:
        """Return the first batch of a pass; ValueError when there are no rows."""
        for batch in self:
            return batch
        raise ValueError("there is no batch: this loader has no ratings")

    def __iter__(self) -> Iterator[Batch]:
        order = np.arange(self.n) if self.rng is None else self.rng.permutation(self.n)
        for k in range(len(self)):
            yield self._batch(order[k * self.bs : (k + 1) * self.bs])

    def _batch(self, rows: NDArray[np.int64]) -> Batch:
        x = np.stack((self.users[rows], self.items[rows]), axis=1).astype(np.int64)
        return (x,) if self.ratings is None else (x, self.ratings[rows, np.newaxis])

    def __len__(self) -> int:
        n_full, rest = divmod(self.n, self.bs)
        return n_full + int(rest > 0 and not (self.drop_last and n_full))

    def __repr__(self) -> str:
        return f"<RatingsLoader: {self.n} rows in {len(self)} batches of {self.bs}>"


def _check_column(name: str, column: Any, dtype: type[np.generic], n: int) -> None:
    if not isinstance(column, np.ndarray) or column.dtype != dtype or column.ndim != 1:
        raise TypeError(
            f"{name} must be an array of {dtype.__name__} and one dimension, got {column!r}"
        )
    if len(column) != n:
        raise ValueError(f"{name} must have {n} entries, as users, got {len(column)}")
