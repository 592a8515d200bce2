"""Lists of the best items: what `FactorModel.recommend` asks the core, and how it is answered."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._cancellation import blocks
from astonish._checks import check_ids, check_number
from astonish.data.trainset import Trainset
from astonish.models.factors import Factors

USERS_PER_CALL = 8192

Lists = tuple[NDArray[np.int32], NDArray[np.float64]]
Rows = tuple[NDArray[Any], NDArray[np.int32]]  # offsets and items of some users


class Rules(NamedTuple):
    """What may be listed, and what is added to its estimate.

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
) -> Rules:
    """Translate the arguments of `recommend` to inner ids; raises what it says."""
    own = candidates if isinstance(candidates, Mapping) else None
    shared = None if own is not None else candidates
    return Rules(
        exclude_seen,
        _allowed_items(trainset, shared, filter_items),
        None if boosts is None else _read_boosts(trainset, boosts),
        None if own is None else _read_lists(trainset, own),
    )


def rank(
    factors: Factors,
    rows: NDArray[np.int32],
    users: NDArray[np.int32],
    n: int,
    rules: Rules,
    trainset: Trainset,
    n_threads: int,
) -> Lists:
    """Return inner item ids, -1 where there are too few, and their scores.

    `rows` are the rows of `factors` that belong to `users`, inner ids of the training set.
    """
    items = np.empty((len(users), n), dtype=np.int32)
    scores = np.empty((len(users), n))
    if rules.boosts is not None:  # a sum of estimate and boost, with no rounding to float32
        factors = factors.as_float64()
    search = _Search(factors, rules.allowed, rules.boosts) if rules.own is None else None
    for block in blocks(len(users), USERS_PER_CALL):
        seen = trainset.by_user.take_rows(users[block]) if rules.exclude_seen else None
        if search is not None:
            found = search.best(rows[block], n, seen, n_threads)
        elif rules.own is not None:
            own = _rows_of(rules.own, users[block])
            found = _best_of_lists(factors, rows[block], n, rules, own, seen, n_threads)
        items[block], scores[block] = found
    return items, scores


def known_ids(name: str, ids: Iterable[Any], to_inner: Any) -> NDArray[np.int32]:
    """Return inner ids; ValueError for the first raw id that is unknown."""
    raw_ids = check_ids(name, ids)
    inner: NDArray[np.int32] = to_inner(raw_ids)
    refuse_unknown(name, raw_ids, inner)
    return inner


def refuse_unknown(name: str, raw_ids: list[Any], inner: NDArray[np.int32]) -> None:
    """Raise ValueError for the first raw id whose inner id is -1."""
    if len(inner) and inner.min() < 0:
        place = int(np.argmin(inner))
        raise ValueError(
            f"{name}[{place}] is {raw_ids[place]!r}, which is not part of the training set "
            f"({type(raw_ids[place]).__name__}; Dataset reads ids of a file as str)"
        )


def raw_ids_at(ids: list[Any], inner: NDArray[np.int32]) -> NDArray[np.object_]:
    """Return the raw ids of inner ids, None for -1."""
    if inner.size < len(ids):  # fewer than a table of all ids would have
        raw_ids = (None if place < 0 else ids[place] for place in inner.ravel().tolist())
        return np.fromiter(raw_ids, dtype=object, count=inner.size).reshape(inner.shape)
    table = np.fromiter((*ids, None), dtype=object, count=len(ids) + 1)  # None is at -1
    return table[inner]


def renumbered(rows: Rows, allowed: NDArray[np.intp], n: int) -> Rows:
    """Express places among `n` as places among the allowed ones; drop the others."""
    offsets, indices = rows
    position = np.full(n, -1, dtype=np.int32)
    position[allowed] = np.arange(len(allowed), dtype=np.int32)
    places = position[indices]
    kept = np.concatenate(([0], np.cumsum(places >= 0)))
    return kept[offsets].astype(np.int64), places[places >= 0]


def _allowed_items(
    trainset: Trainset, candidates: Iterable[Any] | None, filter_items: Iterable[Any] | None
) -> NDArray[np.intp] | None:
    rated = trainset.known_items(np.arange(trainset.n_items, dtype=np.int32)) >= 0
    if candidates is None and filter_items is None and rated.all():
        return None
    allowed = rated if candidates is None else np.zeros(trainset.n_items, dtype=bool)
    if candidates is not None:
        allowed[known_ids("candidates", candidates, trainset.inner_items)] = True
    if filter_items is not None:
        allowed[known_ids("filter_items", filter_items, trainset.inner_items)] = False
    return np.flatnonzero(allowed)


def _read_boosts(trainset: Trainset, boosts: Mapping[Any, float]) -> NDArray[np.float64]:
    if not isinstance(boosts, Mapping):
        raise TypeError(f"boosts must be a dict of item ids and numbers, got {boosts!r}")
    items = known_ids("boosts", list(boosts), trainset.inner_items)
    of_item = np.zeros(trainset.n_items)
    of_item[items] = [check_number(f"boosts[{item!r}]", boosts[item]) for item in boosts]
    return of_item


def _read_lists(
    trainset: Trainset, lists: Mapping[Any, Iterable[Any]]
) -> dict[int, NDArray[np.int32]]:
    users = known_ids("users of candidates", list(lists), trainset.inner_users)
    own = {}
    for user, raw_id in zip(users.tolist(), lists, strict=True):
        name = f"candidates[{raw_id!r}]"
        own[user] = np.unique(known_ids(name, lists[raw_id], trainset.inner_items))
    return own


def _rows_of(own: dict[int, NDArray[np.int32]], users: NDArray[np.int32]) -> Rows:
    """Return the candidates of some users; nothing for those without a list."""
    nothing = np.empty(0, dtype=np.int32)
    rows = [own.get(user, nothing) for user in users.tolist()]
    return np.cumsum([0, *map(len, rows)]), np.concatenate([nothing, *rows])


class _Search:
    """Factors cut to the items that may be listed."""

    def __init__(
        self,
        factors: Factors,
        allowed: NDArray[np.intp] | None,
        boosts: NDArray[np.float64] | None,
    ) -> None:
        self._factors = factors
        self._allowed = allowed
        self._boosts = boosts
        self._items = factors.qi if allowed is None else factors.qi[allowed]
        bias = factors.bi if factors.biased else None
        if boosts is not None:
            bias = boosts if bias is None else bias + boosts
        self._bias = bias if bias is None or allowed is None else bias[allowed]

    def best(self, rows: NDArray[np.int32], n: int, seen: Rows | None, n_threads: int) -> Lists:
        """Return inner item ids, -1 where there are too few, and scores."""
        seen = seen or (np.empty(0, np.int64), np.empty(0, np.int32))
        if self._allowed is not None:
            seen = renumbered(seen, self._allowed, len(self._factors.qi))
        items, _ = _core.topk.topk(
            self._factors.pu[rows], self._items, n, self._bias, *seen, n_threads
        )
        if self._allowed is not None:
            items = np.where(items < 0, -1, np.append(self._allowed, -1)[items]).astype(np.int32)
        return in_order_of_estimates(self._factors, self._boosts, rows, items, n_threads)


def in_order_of_estimates(
    factors: Factors,
    boosts: NDArray[np.float64] | None,
    rows: NDArray[np.int32],
    items: NDArray[np.int32],
    n_threads: int,
) -> Lists:
    """Return items and their scores: estimates to the last bit of `predict`, and boosts.

    A search adds the terms in another order, so its scores may differ in the last bit.
    """
    each_row = np.repeat(rows, items.shape[1])
    scores = _scores(factors, boosts, each_row, items.ravel(), n_threads).reshape(items.shape)
    scores = np.where(items < 0, np.nan, scores)
    rises = scores[:, :-1] < scores[:, 1:]
    ties = (scores[:, :-1] == scores[:, 1:]) & (items[:, :-1] > items[:, 1:])
    for row in np.flatnonzero((rises | ties).any(axis=1)):
        order = np.lexsort((items[row], -scores[row]))
        items[row], scores[row] = items[row, order], scores[row, order]
    return items, scores


def _scores(
    factors: Factors,
    boosts: NDArray[np.float64] | None,
    rows: NDArray[np.int32],
    items: NDArray[np.int32],
    n_threads: int,
) -> NDArray[np.float64]:
    estimates = _core.factors.estimate_pairs(*factors, rows, items, n_threads)
    return estimates if boosts is None else estimates + boosts[items]


def _best_of_lists(
    factors: Factors,
    rows: NDArray[np.int32],
    n: int,
    rules: Rules,
    own: Rows,
    seen: Rows | None,
    n_threads: int,
) -> Lists:
    """Score every candidate of every user, and sort: lists of a user's own are short."""
    offsets, items = own
    places = np.repeat(np.arange(len(rows)), np.diff(offsets))
    kept = _may_be_listed(places, items, rules.allowed, seen, len(factors.qi))
    places, items = places[kept], items[kept]
    scores = _scores(factors, rules.boosts, rows[places], items, n_threads)
    listable = scores > -np.inf  # and no NaN
    return _first_of_each(places[listable], items[listable], scores[listable], len(rows), n)


def _may_be_listed(
    places: NDArray[np.intp],
    items: NDArray[np.int32],
    allowed: NDArray[np.intp] | None,
    seen: Rows | None,
    n_items: int,
) -> NDArray[np.bool_]:
    kept = np.ones(len(items), dtype=bool)
    if allowed is not None:
        kept &= np.isin(items, allowed)
    if seen is not None:
        offsets, seen_items = seen
        seen_places = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        kept &= ~np.isin(places * n_items + items, seen_places * n_items + seen_items)
    return kept


def _first_of_each(
    places: NDArray[np.intp],
    items: NDArray[np.int32],
    scores: NDArray[np.float64],
    n_places: int,
    n: int,
) -> Lists:
    """Sort the items of each place by score, and pad or cut each list to `n`."""
    order = np.lexsort((items, -scores, places))
    places, items, scores = places[order], items[order], scores[order]
    begins = np.searchsorted(places, np.arange(n_places))
    ranks = np.arange(len(places)) - begins[places]
    first = ranks < n
    best_items = np.full((n_places, n), -1, dtype=np.int32)
    best_scores = np.full((n_places, n), np.nan)
    best_items[places[first], ranks[first]] = items[first]
    best_scores[places[first], ranks[first]] = scores[first]
    return best_items, best_scores
