"""The ratings by user and by item: made of triplets, extended, compared."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.csr import Csr

_RATINGS_A_BLOCK = 1 << 15  # whose numbers stay in the cache
_ROW, _COLUMN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


class Sides(NamedTuple):
    """The same ratings twice: grouped by user and grouped by item.

    Attributes
    ----------
    by_user : Csr of shape (n_users, n_items)
    by_item : Csr of shape (n_items, n_users)
    """

    by_user: Csr
    by_item: Csr

    @classmethod
    def from_triplets(
        cls,
        users: NDArray[np.int32],
        items: NDArray[np.int32],
        values: NDArray[np.float64],
        shape: tuple[int, int],
    ) -> "Sides":
        """Group triplets by user and by item; ratings of a row keep their order.

        Parameters
        ----------
        users, items : int32 arrays of shape (n_ratings,)
            Inner ids.
        values : float64 array of shape (n_ratings,)
            The ratings.
        shape : (int, int)
            Numbers of users and of items.
        """
        return cls(
            Csr.from_triplets(users, items, values, shape),
            Csr.from_triplets(items, users, values, shape[::-1]),
        )

    def are_the_same(self) -> bool:
        """Return whether both hold the same ratings, in whatever order. O(n_ratings).

        Sums of a hash of each rating are compared; those of different ratings are equal only by an
        accident that never happens.
        """
        by_user, by_item = self
        return bool(_digest(by_user, _ROW, _COLUMN) == _digest(by_item, _COLUMN, _ROW))

    def extended(
        self,
        users: NDArray[np.int32],
        items: NDArray[np.int32],
        values: NDArray[np.float64],
        shape: tuple[int, int],
    ) -> "Sides":
        """Return ratings with further triplets, which come last in their rows."""
        return Sides(
            self.by_user.extended(users, items, values, shape),
            self.by_item.extended(items, users, values, shape[::-1]),
        )

    def kept(self, is_kept: NDArray[np.bool_]) -> "Sides":
        """Return some of the ratings; the shape stays.

        Parameters
        ----------
        is_kept : bool array of shape (n_ratings,)
            Which ratings of `by_user`, in that order, to keep.
        """
        if is_kept.all():
            return self
        by_user = self.by_user
        users, items = by_user.row_of_each()[is_kept], by_user.indices[is_kept]
        shape = by_user.n_rows, by_user.n_cols
        return Sides.from_triplets(users, items, by_user.values[is_kept], shape)

    def merged(self) -> "Sides":
        """Return every (user, item) pair once with the sum of its values, without sums of zero.

        Ratings that have neither repeated pairs nor zeros are returned as they are.
        """
        by_user, by_item = self
        shape = by_user.n_rows, by_user.n_cols
        items = by_item.row_of_each()  # ascending, so the rows of the next matrix are sorted
        ordered = Csr.from_triplets(by_item.indices, items, by_item.values, shape)
        users, items = ordered.row_of_each(), ordered.indices
        is_first = np.ones(len(users), dtype=bool)
        is_first[1:] = (np.diff(users) != 0) | (np.diff(items) != 0)
        if is_first.all() and by_user.values.all():
            return self
        sums = np.add.reduceat(ordered.values, np.flatnonzero(is_first))
        users, items = users[is_first], items[is_first]
        is_kept = sums != 0
        return Sides.from_triplets(users[is_kept], items[is_kept], sums[is_kept], shape)


def _digest(csr: Csr, of_row: np.uint64, of_column: np.uint64) -> np.uint64:
    """Return the sum of a hash of each rating, which does not depend on their order."""
    of_rows = np.arange(csr.n_rows, dtype=np.uint64) * of_row
    counts, total = np.diff(csr.offsets), np.uint64(0)
    bits = csr.values.view(np.uint64)
    hashed = np.repeat(of_rows, counts)
    with np.errstate(over="ignore"):
        for begin in range(0, len(hashed), _RATINGS_A_BLOCK):
            block = slice(begin, begin + _RATINGS_A_BLOCK)
            part, columns = hashed[block], csr.indices[block].astype(np.uint64)
            columns *= of_column
            part += columns
            part ^= bits[block]
            part *= part
            total += part.sum()
    return total
