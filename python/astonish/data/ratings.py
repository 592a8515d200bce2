"""Ratings as columns, which files, frames and lists of tuples are converted to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.timestamps import to_column, to_text
from astonish.support.garbage_collection import paused_gc

RawRating: TypeAlias = tuple[Any, Any, float, str | None]
Triple: TypeAlias = tuple[Any, Any, float]


@dataclass(frozen=True, eq=False)
class Ratings(Sequence[RawRating]):
    """Ratings as columns: codes of users and items, values, and tables of the ids.

    Also a sequence of (user id, item id, rating, timestamp); the tuples are made when they are
    accessed. Subsets share the tables of ids.

    Attributes
    ----------
    users, items : int32 array of shape (n_ratings,)
        Positions in `user_ids` and `item_ids`.
    values : float64 array of shape (n_ratings,)
        The ratings; all finite.
    user_ids, item_ids : list
        Raw ids, in order of first appearance where the ratings were read from a source.
    timestamps : int64 or object array of shape (n_ratings,), optional
        int64 when every timestamp is an integer or missing (`MISSING_TIME`), else the texts as they
        were read.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    values: NDArray[np.float64]
    user_ids: list[Any]
    item_ids: list[Any]
    timestamps: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        finite = np.isfinite(self.values)
        if not finite.all():
            row = int(np.argmin(finite))
            user, item = self.user_ids[self.users[row]], self.item_ids[self.items[row]]
            raise ValueError(
                f"rating number {row} (user {user!r}, item {item!r}) is {self.values[row]}: "
                "a rating must be a finite number"
            )

    @classmethod
    def from_columns(
        cls,
        users: list[Any],
        items: list[Any],
        values: list[Any],
        timestamps: Sequence[str | None] | None = None,
    ) -> "Ratings":
        """Code two columns of raw ids in order of first appearance.

        Raises
        ------
        TypeError
            For an id that is not hashable, or a rating that ``float`` does not take.
        ValueError
            For a rating that ``float`` does not take, or that is not finite.
        """
        user_codes, user_table = _core.ratings.encode_ids(users)
        item_codes, item_table = _core.ratings.encode_ids(items)
        return cls(
            user_codes,
            item_codes,
            _to_floats(values, len(users)),
            list(user_table),
            list(item_table),
            None if timestamps is None else to_column(timestamps),
        )

    @classmethod
    def from_tuples(cls, raw_ratings: Iterable[RawRating]) -> "Ratings":
        """Code an iterable of (user id, item id, rating, timestamp)."""
        if isinstance(raw_ratings, Ratings):
            return raw_ratings
        rows = list(raw_ratings)
        return cls.from_columns(
            [user for user, _, _, _ in rows],
            [item for _, item, _, _ in rows],
            [rating for _, _, rating, _ in rows],
            [timestamp for _, _, _, timestamp in rows],
        )

    def take(self, rows: NDArray[np.intp]) -> "Ratings":
        """Return the ratings at `rows`, in that order."""
        return Ratings(
            self.users[rows],
            self.items[rows],
            self.values[rows],
            self.user_ids,
            self.item_ids,
            None if self.timestamps is None else self.timestamps[rows],
        )

    def raw_users(self) -> list[Any]:
        """Return the user id of each rating."""
        return list(map(self.user_ids.__getitem__, self.users.tolist()))

    def raw_items(self) -> list[Any]:
        """Return the item id of each rating."""
        return list(map(self.item_ids.__getitem__, self.items.tolist()))

    def to_tuples(self) -> list[RawRating]:
        """Return the list of (user id, item id, rating, timestamp)."""
        with paused_gc():
            return list(self)

    def triples(self) -> Iterator[Triple]:
        """Iterate over (user id, item id, rating)."""
        return zip(self.raw_users(), self.raw_items(), self.values.tolist(), strict=True)

    def to_triples(self) -> list[Triple]:
        """Return the list of (user id, item id, rating)."""
        with paused_gc():
            return list(self.triples())

    def __iter__(self) -> Iterator[RawRating]:
        columns = self.raw_users(), self.raw_items(), self.values.tolist()
        if self.timestamps is None:
            return zip(*columns, repeat(None), strict=False)  # repeat has no end
        return zip(*columns, map(to_text, self.timestamps.tolist()), strict=True)

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> RawRating: ...
    @overload
    def __getitem__(self, index: slice) -> "Ratings": ...
    def __getitem__(self, index: int | slice) -> "RawRating | Ratings":
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        timestamp = None if self.timestamps is None else to_text(self.timestamps[index])
        user, item = self.user_ids[self.users[index]], self.item_ids[self.items[index]]
        return user, item, float(self.values[index]), timestamp


def _to_floats(values: list[Any], n: int) -> NDArray[np.float64]:
    try:
        return np.fromiter(map(float, values), np.float64, n)
    except OverflowError as error:  # an int too large for a float
        raise ValueError(f"a rating must be a finite number: {error}") from None
