"""Ratings as columns: what every file, frame and list of tuples becomes at the door."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._gc import paused_gc

RawRating: TypeAlias = tuple[Any, Any, float, str | None]
Testset: TypeAlias = list[tuple[Any, Any, float]]


@dataclass(frozen=True, eq=False)
class Ratings(Sequence[RawRating]):
    """A log of ratings: codes of users and items, values, and the ids behind the codes.

    It is also the sequence of (user id, item id, rating, timestamp) that it stands for; the tuples
    are made when they are asked for. Subsets share the tables of ids.

    Attributes
    ----------
    users, items : int32 array of shape (n_ratings,)
        Positions in `user_ids` and `item_ids`.
    values : float64 array of shape (n_ratings,)
        The ratings; all finite.
    user_ids, item_ids : list
        Raw ids, in order of first appearance where the ratings were read from a source.
    timestamps : int64 or object array of shape (n_ratings,), optional
        int64 when every timestamp was an integer, else the strings as they were read.
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
            For an id that is not hashable.
        TypeError, ValueError
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
            None if timestamps is None else _timestamp_array(timestamps),
        )

    @classmethod
    def from_tuples(cls, raw_ratings: Iterable[RawRating]) -> "Ratings":
        """Code an iterable of (user id, item id, rating, timestamp)."""
        if isinstance(raw_ratings, Ratings):
            return raw_ratings
        rows = list(raw_ratings)
        timestamps = [timestamp for _, _, _, timestamp in rows]
        return cls.from_columns(
            [user for user, _, _, _ in rows],
            [item for _, item, _, _ in rows],
            [rating for _, _, rating, _ in rows],
            None if all(timestamp is None for timestamp in timestamps) else timestamps,
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

    def to_testset(self) -> Testset:
        """Return the list of (user id, item id, rating)."""
        with paused_gc():
            return list(zip(self.raw_users(), self.raw_items(), self.values.tolist(), strict=True))

    def __iter__(self) -> Iterator[RawRating]:
        timestamps = repeat(None) if self.timestamps is None else map(_as_text, self.timestamps)
        columns = self.raw_users(), self.raw_items(), self.values.tolist(), timestamps
        return zip(*columns, strict=False)  # "no timestamps" has no end

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> RawRating: ...
    @overload
    def __getitem__(self, index: slice) -> "Ratings": ...
    def __getitem__(self, index: int | slice) -> "RawRating | Ratings":
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        timestamp = None if self.timestamps is None else _as_text(self.timestamps[index])
        user, item = self.user_ids[self.users[index]], self.item_ids[self.items[index]]
        return user, item, float(self.values[index]), timestamp


def _as_text(timestamp: Any) -> str | None:
    return None if timestamp is None else str(timestamp)


def _timestamp_array(timestamps: Sequence[str | None]) -> NDArray[Any]:
    """Return int64 where that gives back the same strings, else the objects as they are."""
    try:
        numbers = list(map(int, timestamps))  # type: ignore[arg-type]
        if list(map(str, numbers)) == list(timestamps):
            return np.array(numbers, dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        pass
    objects = np.empty(len(timestamps), dtype=object)
    objects[:] = timestamps
    return objects


def _to_floats(values: list[Any], n: int) -> NDArray[np.float64]:
    try:
        return np.fromiter(map(float, values), np.float64, n)
    except OverflowError as error:  # of an int beyond all floats
        raise ValueError(f"a rating must be a finite number: {error}") from None
