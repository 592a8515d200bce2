"""The training set: what models are fitted to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr, RatingsByRow
from astonish.data.inner_ids import extend_ids, find_inner, find_raw, ids_in_order
from astonish.data.ratings import Ratings, Triple
from astonish.data.sides import Sides
from astonish.data.timestamps import UngroupedTimestamps, joined, ungrouped
from astonish.support.checks import check_scale, refuse_unhashable
from astonish.support.derived import cached
from astonish.support.public import public

# Arguments of the constructor that scikit-surprise stores under their names.
_KNOW_USERS, _KNOW_ITEMS = ("users", "both"), ("items", "both")  # values of `known_side`
_STORED_ARGUMENTS = ("ur", "ir", "n_users", "n_items", "n_ratings", "rating_scale")


@public
class Trainset:
    """Ratings by user and by item, under inner ids.

    Users and items are numbered 0, 1, 2, ... in order of first appearance among the ratings: their
    inner ids. Raw ids are what the user has in the data. Repeated (user, item) pairs are kept.
    Trainsets are made by `Dataset.build_full_trainset` and by the splits; the constructor takes
    what scikit-surprise's takes.

    Parameters
    ----------
    ur, ir : mapping of int to list of (int, float)
        The ratings of each user, as (inner item id, rating), and of each item.
    n_users, n_items, n_ratings : int
        The counts.
    rating_scale : (float, float)
        The lowest and the highest rating.
    raw2inner_id_users, raw2inner_id_items : dict
        Inner id of each raw id.

    Attributes
    ----------
    by_user, by_item : Csr
        The ratings as arrays; 24 bytes a rating together.
    ur, ir : mapping
        The same as lists of tuples, made row by row when asked for.
    user_ids, item_ids : list
        Raw id of each inner id.
    timestamps : int64 array of shape (n_ratings,) or None
        When each rating of `by_user` was given, in that order.
    known_side : {"users", "items", "both"} or None
        The side whose parameters come from another model, so that all of these users or items are
        known, with or without ratings here. None where only those with ratings are known.

    Notes
    -----
    A fitted model keeps its training set and reads it at every estimate, so a training set must not
    be edited after a fit. Its arrays are read-only; lists of ids and attributes such as
    ``rating_scale`` can be changed, as scikit-surprise's can, before it.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> trainset.n_users, trainset.n_items, trainset.n_ratings
    (943, 1682, 100000)
    """

    known_side: str | None = None
    _timestamps: NDArray[np.int64] | UngroupedTimestamps | None = None

    def __init__(
        self,
        ur: Mapping[int, Sequence[tuple[int, float]]],
        ir: Mapping[int, Sequence[tuple[int, float]]],
        n_users: int,
        n_items: int,
        n_ratings: int,
        rating_scale: tuple[float, float],
        raw2inner_id_users: Mapping[Any, int],
        raw2inner_id_items: Mapping[Any, int],
    ) -> None:
        # The ids first: a wrong count must not become the size of an array.
        user_ids = ids_in_order("users", raw2inner_id_users, n_users)
        item_ids = ids_in_order("items", raw2inner_id_items, n_items)
        shape = len(user_ids), len(item_ids)
        self._assign(
            Csr.from_lists("ur", ur.items(), shape),
            Csr.from_lists("ir", ir.items(), shape[::-1]),
            user_ids,
            item_ids,
            check_scale("rating_scale", rating_scale),
        )
        if n_ratings != self.n_ratings or len(self.by_item.values) != n_ratings:
            raise ValueError(
                f"n_ratings is {n_ratings}, ur holds {self.n_ratings} ratings "
                f"and ir {len(self.by_item.values)}"
            )
        if not self.sides.are_the_same():
            raise ValueError("ur and ir do not hold the same ratings")

    @classmethod
    def from_ratings(cls, ratings: Ratings, rating_scale: tuple[float, float]) -> "Trainset":
        """Build a training set: number users and items, group the ratings by both.

        Raises
        ------
        ValueError
            When there are no ratings.
        """
        if not len(ratings):
            raise ValueError("the training set is empty: it needs at least one rating")
        users, user_order = _core.ratings.renumber(ratings.users, len(ratings.user_ids))
        items, item_order = _core.ratings.renumber(ratings.items, len(ratings.item_ids))
        shape = len(user_order), len(item_order)
        trainset = cls.from_csr(
            *Sides.from_triplets(users, items, ratings.values, shape),
            list(map(ratings.user_ids.__getitem__, user_order.tolist())),
            list(map(ratings.item_ids.__getitem__, item_order.tolist())),
            rating_scale,
        )
        timestamps = ungrouped(users, ratings.timestamps)
        if timestamps is not None:
            trainset._timestamps = timestamps
        return trainset

    @classmethod
    def from_csr(
        cls,
        by_user: Csr,
        by_item: Csr,
        user_ids: list[Any],
        item_ids: list[Any],
        rating_scale: tuple[float, float],
        known_side: str | None = None,
        global_mean: float = 0.0,
    ) -> "Trainset":
        """Make a training set of ratings that are already grouped and numbered.

        With `known_side`, `global_mean` is that of the model that knows this side.
        """
        trainset = cls.__new__(cls)
        trainset._assign(by_user, by_item, user_ids, item_ids, rating_scale)
        if known_side is not None:
            trainset.known_side = known_side
            trainset.global_mean = global_mean
        return trainset

    def _assign(
        self,
        by_user: Csr,
        by_item: Csr,
        user_ids: list[Any],
        item_ids: list[Any],
        rating_scale: tuple[float, float],
    ) -> None:
        self.by_user = by_user
        self.by_item = by_item
        self.user_ids = user_ids
        self.item_ids = item_ids
        self.n_users = len(user_ids)
        self.n_items = len(item_ids)
        self.n_ratings = len(by_user.values)
        self.rating_scale = rating_scale
        self.ur = RatingsByRow(by_user)
        self.ir = RatingsByRow(by_item)

    @property
    def sides(self) -> Sides:
        """`by_user` and `by_item`."""
        return Sides(self.by_user, self.by_item)

    @property
    def timestamps(self) -> NDArray[np.int64] | None:
        """When each rating of `by_user`, in that order, was given; int64, None without any.

        They are as the data have them, seconds of Unix time in most; `MISSING_TIME` stands for a
        rating without one. Data whose timestamps are not all integers (dates, say) count as data
        without. They are grouped by user when first asked for, 8 bytes a rating. Training sets that
        were made by the constructor have none.
        """
        timestamps = self._timestamps
        if isinstance(timestamps, UngroupedTimestamps):
            timestamps = timestamps.grouped()
            timestamps.setflags(write=False)
            self._timestamps = timestamps
        return timestamps

    def adopt_timestamps(self, timestamps: NDArray[np.int64]) -> None:
        """Take timestamps in the order of `by_user`; ValueError for another type or number."""
        if timestamps.dtype != np.int64 or timestamps.shape != (self.n_ratings,):
            raise ValueError(
                f"timestamps must be int64 of shape ({self.n_ratings},), "
                f"got {timestamps.dtype} of shape {timestamps.shape}"
            )
        timestamps.setflags(write=False)
        self._timestamps = timestamps

    def _ungrouped_timestamps(self) -> UngroupedTimestamps | None:
        timestamps = self._timestamps
        if timestamps is None or isinstance(timestamps, UngroupedTimestamps):
            return timestamps
        return UngroupedTimestamps(self.by_user.row_of_each(), timestamps)

    @cached
    def _raw2inner_id_users(self) -> dict[Any, int]:
        return dict(zip(self.user_ids, range(self.n_users), strict=True))

    @cached
    def _raw2inner_id_items(self) -> dict[Any, int]:
        return dict(zip(self.item_ids, range(self.n_items), strict=True))

    @cached
    def _inner2raw_id_users(self) -> dict[int, Any]:
        return dict(enumerate(self.user_ids))

    @cached
    def _inner2raw_id_items(self) -> dict[int, Any]:
        return dict(enumerate(self.item_ids))

    @property
    def _global_mean(self) -> float:
        return self.global_mean

    @cached
    def global_mean(self) -> float:
        """The mean of all ratings."""
        return np.mean(self.by_user.values)  # type: ignore[return-value]

    def knows_user(self, uid: object) -> bool:
        """Return whether the inner id `uid` is a user with at least one rating."""
        if self.known_side in _KNOW_USERS:
            return find_inner(uid, self.n_users) is not None
        return uid in self.ur

    def knows_item(self, iid: object) -> bool:
        """Return whether the inner id `iid` is an item with at least one rating."""
        if self.known_side in _KNOW_ITEMS:
            return find_inner(iid, self.n_items) is not None
        return iid in self.ir

    def known_users(self, codes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return inner user ids with -1 in place of those for which `knows_user` is false."""
        return codes if self.known_side in _KNOW_USERS else self.by_user.without_empty_rows(codes)

    def known_items(self, codes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return inner item ids with -1 in place of those for which `knows_item` is false."""
        return codes if self.known_side in _KNOW_ITEMS else self.by_item.without_empty_rows(codes)

    def to_inner_uid(self, ruid: Any) -> int:
        """Return the inner id of a raw user id; ValueError if the training set lacks it."""
        try:
            return self._raw2inner_id_users[ruid]
        except TypeError:
            raise TypeError(f"the user id {ruid!r} is unhashable and can be no id") from None
        except KeyError:
            raise ValueError(f"User {ruid} is not part of the trainset.") from None

    def to_inner_iid(self, riid: Any) -> int:
        """Return the inner id of a raw item id; ValueError if the training set lacks it."""
        try:
            return self._raw2inner_id_items[riid]
        except TypeError:
            raise TypeError(f"the item id {riid!r} is unhashable and can be no id") from None
        except KeyError:
            raise ValueError(f"Item {riid} is not part of the trainset.") from None

    def to_raw_uid(self, iuid: int) -> Any:
        """Return the raw id of an inner user id; ValueError if there is no such user."""
        return find_raw(self.user_ids, iuid)

    def to_raw_iid(self, iiid: int) -> Any:
        """Return the raw id of an inner item id; ValueError if there is no such item."""
        return find_raw(self.item_ids, iiid)

    def inner_users(self, user_ids: list[Any], name: str = "user_ids") -> NDArray[np.int32]:
        """Return the inner id of each raw user id, -1 where it is unknown."""
        return _look_up(self._raw2inner_id_users, user_ids, name)

    def inner_items(self, item_ids: list[Any], name: str = "item_ids") -> NDArray[np.int32]:
        """Return the inner id of each raw item id, -1 where it is unknown."""
        return _look_up(self._raw2inner_id_items, item_ids, name)

    def all_users(self) -> range:
        """Return the inner user ids."""
        return range(self.n_users)

    def all_items(self) -> range:
        """Return the inner item ids."""
        return range(self.n_items)

    def all_ratings(self) -> Iterator[tuple[int, int, float]]:
        """Yield (inner user id, inner item id, rating), user by user."""
        users = self.by_user.row_of_each().tolist()
        ratings = self.by_user.indices.tolist(), self.by_user.values.tolist()
        yield from zip(users, *ratings, strict=True)

    def to_ratings(self) -> Ratings:
        """Return all ratings as columns, user by user."""
        by_user = self.by_user
        columns = by_user.row_of_each(), by_user.indices, by_user.values
        return Ratings(*columns, self.user_ids, self.item_ids, self.timestamps)

    def extended(self, ratings: Ratings) -> tuple["Trainset", "Trainset"]:
        """Return the training set with `ratings` added, and one of these alone.

        Inner ids are the same in both: those of known users and items stay, new ones follow in
        order of first appearance. Ratings of a row stay in their order, the added ones last. Where
        only one of both has timestamps, those of the other are `MISSING_TIME`.

        Raises
        ------
        ValueError
            For the training set of a model that `fold_in` returned, which holds new ratings alone.
        """
        if self.known_side is not None:
            raise ValueError(
                "a model that fold_in returned holds the new ratings alone: "
                "call partial_fit of the model that was fitted"
            )
        users, user_ids = extend_ids(
            self.user_ids, self.inner_users, ratings.users, ratings.user_ids
        )
        items, item_ids = extend_ids(
            self.item_ids, self.inner_items, ratings.items, ratings.item_ids
        )
        shape = len(user_ids), len(item_ids)
        columns = users, items, ratings.values, shape
        both = self.sides.extended(*columns), Sides.from_triplets(*columns)
        union, added = (
            Trainset.from_csr(*sides, user_ids, item_ids, self.rating_scale) for sides in both
        )
        before, new = self._ungrouped_timestamps(), ungrouped(users, ratings.timestamps)
        if before is not None or new is not None:
            union._timestamps = joined(before, self.by_user.row_of_each(), new, users)
        if new is not None:
            added._timestamps = new
        return union, added

    def build_testset(self) -> list[Triple]:
        """Return all ratings as (raw user id, raw item id, rating), user by user."""
        return self.to_ratings().to_triples()

    def build_anti_testset(self, fill: float | None = None) -> list[Triple]:
        """Return all pairs that have no rating as (raw user id, raw item id, fill).

        The list has about n_users * n_items - n_ratings tuples; `recommend` ranks all items
        without making them.

        Parameters
        ----------
        fill : float, optional
            The third entry of the tuples, by default the global mean.
        """
        fill = self.global_mean if fill is None else float(fill)
        pairs: list[Triple] = []
        for user, user_id in enumerate(self.user_ids):
            unrated = np.ones(self.n_items, dtype=bool)
            unrated[self.by_user.row(user)[0]] = False
            items = np.flatnonzero(unrated).tolist()
            pairs.extend((user_id, self.item_ids[item], fill) for item in items)
        return pairs

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes, with timestamps as an array."""
        state = dict(vars(self))
        if "_timestamps" in state:
            state["_timestamps"] = self.timestamps
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a pickle, of this class or of scikit-surprise's, which holds lists, not arrays.

        Raises
        ------
        ValueError
            When the lists and counts of scikit-surprise's pickle contradict each other.
        """
        if "by_user" not in state:
            state = dict(state)
            trainset = Trainset(
                **{name: state.pop(name) for name in _STORED_ARGUMENTS},
                raw2inner_id_users=state.pop("_raw2inner_id_users"),
                raw2inner_id_items=state.pop("_raw2inner_id_items"),
            )
            for derived in ("_inner2raw_id_users", "_inner2raw_id_items", "_global_mean"):
                state.pop(derived, None)
            state |= vars(trainset)
        vars(self).update(state)

    def __repr__(self) -> str:
        return (
            f"<Trainset: {self.n_ratings} ratings of {self.n_items} items by {self.n_users} users>"
        )


def _look_up(table: dict[Any, int], ids: list[Any], name: str) -> NDArray[np.int32]:
    try:
        return _core.ratings.lookup_ids(table, ids)
    except TypeError:
        refuse_unhashable(name, ids)
        raise
