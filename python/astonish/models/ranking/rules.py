"""What may be listed: candidates, items that are left out, and boosts, as inner ids."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.support.checks import check_choice, check_ids, check_number

Lists = tuple[NDArray[np.int32], NDArray[np.float64]]  # inner item ids, -1 for none, and scores
Rows = tuple[NDArray[Any], NDArray[np.int32]]  # offsets and items of some users

UNKNOWN_ITEMS = ("raise", "ignore")


class Rules(NamedTuple):
    """What may be listed, and what is added to its score.

    `allowed` are ascending inner item ids, None for all. `boosts` has one entry an item. `own`
    holds for each user of the training set the only items to choose from.
    """

    exclude_seen: bool
    allowed: NDArray[np.intp] | None
    boosts: NDArray[np.float64] | None
    own: dict[int, NDArray[np.int32]] | None


def read_rules(
    trainset: Trainset,
    exclude_seen: bool,
    candidates: Iterable[Any] | Mapping[Any, Iterable[Any]] | None,
    filter_items: Iterable[Any] | None,
    boosts: Mapping[Any, float] | None,
    unknown_items: str = "raise",
) -> Rules:
    """Translate the arguments of `recommend` to inner ids; raises what it says."""
    ignore = check_choice("unknown_items", unknown_items, UNKNOWN_ITEMS) == "ignore"
    own = candidates if isinstance(candidates, Mapping) else None
    shared = None if own is not None else candidates
    return Rules(
        bool(exclude_seen),
        _allowed_items(trainset, shared, filter_items, ignore),
        None if boosts is None else _read_boosts(trainset, boosts, ignore),
        None if own is None else _read_lists(trainset, own, ignore),
    )


def known_ids(
    name: str, ids: Iterable[Any], to_inner: Any, ignore_unknown: bool = False
) -> NDArray[np.int32]:
    """Return inner ids; ValueError for the first raw id that is unknown, unless it is ignored."""
    raw_ids = check_ids(name, ids)
    inner: NDArray[np.int32] = to_inner(raw_ids, name)
    if ignore_unknown:
        return inner[inner >= 0]
    refuse_unknown(name, raw_ids, inner)
    return inner


def refuse_unknown(name: str, raw_ids: list[Any], inner: NDArray[np.int32]) -> None:
    """Raise ValueError for the first raw id whose inner id is -1."""
    if len(inner) and inner.min() < 0:
        index = int(np.argmin(inner))
        raise ValueError(
            f"{name}[{index}] is {raw_ids[index]!r}, which is not part of the training set "
            f"({type(raw_ids[index]).__name__}; Dataset reads ids of a file as str)"
        )


def raw_ids_at(ids: list[Any], inner: NDArray[np.int32]) -> NDArray[np.object_]:
    """Return the raw ids of inner ids, None for -1."""
    if inner.size < len(ids):  # fewer than a table of all ids would have
        raw_ids = (None if code < 0 else ids[code] for code in inner.ravel().tolist())
        return np.fromiter(raw_ids, dtype=object, count=inner.size).reshape(inner.shape)
    table = np.fromiter((*ids, None), dtype=object, count=len(ids) + 1)  # None is at -1
    return table[inner]


def list_length(n: int, n_items: int) -> int:
    """Return how long lists are that are computed: what is asked for beyond all items is empty."""
    return min(n, max(1, n_items))


def raw_lists(ids: list[Any], lists: Lists, n: int) -> tuple[NDArray[np.object_], Any]:
    """Return the raw ids and the scores of lists, filled up with None and NaN to length `n`."""
    inner, scores = lists
    raw_ids = raw_ids_at(ids, inner)
    if inner.shape[1] == n:
        return raw_ids, scores
    all_ids, all_scores = np.full((len(inner), n), None), np.full((len(inner), n), np.nan)
    all_ids[:, : inner.shape[1]], all_scores[:, : inner.shape[1]] = raw_ids, scores
    return all_ids, all_scores


def renumbered(rows: Rows, allowed: NDArray[np.intp], n: int) -> Rows:
    """Express indices below `n` as positions among the allowed ones; drop the others."""
    offsets, indices = rows
    position = np.full(n, -1, dtype=np.int32)
    position[allowed] = np.arange(len(allowed), dtype=np.int32)
    positions = position[indices]
    kept = np.concatenate(([0], np.cumsum(positions >= 0)))
    return kept[offsets].astype(np.int64), positions[positions >= 0]


def own_candidates(own: dict[int, NDArray[np.int32]], users: NDArray[np.int32]) -> Rows:
    """Return the candidates of some users; nothing for those without a list."""
    nothing = np.empty(0, dtype=np.int32)
    rows = [own.get(user, nothing) for user in users.tolist()]
    return np.cumsum([0, *map(len, rows)]), np.concatenate([nothing, *rows])


def _allowed_items(
    trainset: Trainset,
    candidates: Iterable[Any] | None,
    filter_items: Iterable[Any] | None,
    ignore: bool,
) -> NDArray[np.intp] | None:
    rated = trainset.known_items(np.arange(trainset.n_items, dtype=np.int32)) >= 0
    if candidates is None and filter_items is None and rated.all():
        return None
    allowed = rated if candidates is None else np.zeros(trainset.n_items, dtype=bool)
    to_inner = trainset.inner_items
    if candidates is not None:
        allowed[known_ids("candidates", candidates, to_inner, ignore)] = True
    if filter_items is not None:
        allowed[known_ids("filter_items", filter_items, to_inner, ignore)] = False
    return np.flatnonzero(allowed)


def _read_boosts(
    trainset: Trainset, boosts: Mapping[Any, float], ignore: bool
) -> NDArray[np.float64]:
    if not isinstance(boosts, Mapping):
        raise TypeError(f"boosts must be a dict of item ids and numbers, got {boosts!r}")
    raw_ids = list(boosts)
    items = trainset.inner_items(raw_ids)
    if not ignore:
        refuse_unknown("boosts", raw_ids, items)
    values = np.array([check_number(f"boosts[{item!r}]", boosts[item]) for item in raw_ids])
    of_item = np.zeros(trainset.n_items)
    of_item[items[items >= 0]] = values[items >= 0]
    return of_item


def _read_lists(
    trainset: Trainset, lists: Mapping[Any, Iterable[Any]], ignore: bool
) -> dict[int, NDArray[np.int32]]:
    users = known_ids("users of candidates", list(lists), trainset.inner_users)
    own = {}
    for user, raw_id in zip(users.tolist(), lists, strict=True):
        name = f"candidates[{raw_id!r}]"
        own[user] = np.unique(known_ids(name, lists[raw_id], trainset.inner_items, ignore))
    return own
