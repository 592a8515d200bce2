"""Lists of the best items for users of a training set, block by block."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.ranking.approximate import ApproximateIndex
from astonish.models.ranking.rules import Lists, Rules, refuse_unknown
from astonish.models.ranking.scores import DenseScores, FactorScores, Scores, rank
from astonish.support.cancellation import blocks
from astonish.support.checks import check_choice, check_ids

ON_UNKNOWN = ("raise", "fallback", "skip")


class Users(NamedTuple):
    """Who gets a list.

    Attributes
    ----------
    raw_ids : list
    inner : int32 array
        Inner ids, -1 for who is not part of the training set.
    scored : bool array
        Who has scores of the model.
    cold : bool array
        Who gets the scores of the model that are the same for all.
    """

    raw_ids: list[Any]
    inner: NDArray[np.int32]
    scored: NDArray[np.bool_]
    cold: NDArray[np.bool_]


def read_users(model: Any, user_ids: Iterable[Any] | None, on_unknown: str) -> Users:
    """Return who gets which list; ValueError for unknown users that are to raise."""
    check_choice("on_unknown", on_unknown, ON_UNKNOWN)
    trainset = model.trainset
    raw_ids = trainset.user_ids if user_ids is None else check_ids("user_ids", user_ids)
    inner = trainset.inner_users(raw_ids)
    scored = (inner >= 0) & model._has_scores(np.maximum(inner, 0))
    cold = np.zeros(len(inner), dtype=bool)
    if model._ranks_cold_users:
        cold = (inner >= 0) & ~scored
    if on_unknown == "raise":
        refuse_unknown("user_ids", raw_ids, np.where(scored | cold, inner, np.int32(-1)))
    elif on_unknown == "fallback":
        cold = ~scored
    return Users(raw_ids, inner, scored, cold)


def rank_users(
    model: Any,
    users: Users,
    n: int,
    rules: Rules,
    index: ApproximateIndex | None,
    n_threads: int,
) -> Lists:
    """Return inner item ids and scores, of shape (n_users, n); -1 and NaN where there is none."""
    n_users = len(users.inner)
    items = np.full((n_users, n), -1, dtype=np.int32)
    scores = np.full((n_users, n), np.nan)
    scored = np.flatnonzero(users.scored)
    for block in blocks(len(scored), model._users_per_block()):
        rows = scored[block]
        inner = users.inner[rows]
        made = model._scores(inner, None)
        items[rows], scores[rows] = _rank_block(
            made, inner, n, rules, _seen(model.trainset, inner, rules), index, n_threads
        )
    cold = np.flatnonzero(users.cold)
    if len(cold):
        popular = model._cold_scores()
        for block in blocks(len(cold), 1 + (1 << 22) // max(1, len(popular))):
            rows = cold[block]
            inner = users.inner[rows]
            shown = DenseScores(np.broadcast_to(popular, (len(rows), len(popular))))
            seen = _seen(model.trainset, inner, rules)
            items[rows], scores[rows] = rank(shown, inner, n, rules, seen, n_threads)
    return items, scores


def rank_histories(model: Any, rows: Csr, n: int, rules: Rules, n_threads: int) -> Lists:
    """Return lists for someone who is not stored: `rows` are what each of them interacted with."""
    items = np.full((rows.n_rows, n), -1, dtype=np.int32)
    scores = np.full((rows.n_rows, n), np.nan)
    for block in blocks(rows.n_rows, model._users_per_block()):
        guests = np.arange(block.start, block.stop, dtype=np.int32)
        part = rows.only_rows(guests)
        counting = part.values != 0 if model._ranks_cold_users else np.ones(len(part.values), bool)
        known = np.unique(part.row_of_each()[counting])
        unseen = np.setdiff1d(np.arange(len(guests)), known)
        if len(known):
            these = part.only_rows(known.astype(np.int32))
            made = model._scores(np.arange(len(known), dtype=np.int32), these)
            seen = (these.offsets, these.indices) if rules.exclude_seen else None
            found = rank(made, guests[known], n, rules, seen, n_threads)
            items[block.start + known], scores[block.start + known] = found
        if len(unseen):
            popular = model._cold_scores()
            shown = DenseScores(np.broadcast_to(popular, (1, len(popular))))
            found = rank(shown, guests[:1], n, rules, None, n_threads)
            items[block.start + unseen], scores[block.start + unseen] = found[0][0], found[1][0]
    return items, scores


def _rank_block(
    scores: Scores,
    users: NDArray[np.int32],
    n: int,
    rules: Rules,
    seen: Any,
    index: ApproximateIndex | None,
    n_threads: int,
) -> Lists:
    if index is None:
        return rank(scores, users, n, rules, seen, n_threads)
    if not isinstance(scores, FactorScores):
        raise TypeError("index is of another model: this one has no factors to search by")
    items, sums = index.rank(scores.factors, scores.rows, n, rules, seen, n_threads)
    return items, sums if scores.to_scores is None else scores.to_scores(sums)


def _seen(trainset: Trainset, users: NDArray[np.int32], rules: Rules) -> Any:
    """Return what users are not to be shown; nothing for those who are unknown."""
    if not rules.exclude_seen:
        return None
    if not len(users) or users.min() >= 0:
        return trainset.by_user.take_rows(users)
    known = users >= 0
    offsets, items = trainset.by_user.take_rows(users[known])
    lengths = np.zeros(len(users), dtype=np.int64)
    lengths[known] = np.diff(offsets)
    return np.concatenate(([0], np.cumsum(lengths))), items
