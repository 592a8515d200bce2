"""What a model says of all items to some users, in the form that it comes in.

`rank` makes lists of any form. Scores of factors are searched without ever being made; dense and
sparse ones are there already.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.models.ranking import factor_search
from astonish.models.ranking.factors import Factors
from astonish.models.ranking.rules import Lists, Rows, Rules, own_candidates
from astonish.support.cancellation import blocks

Floats = NDArray[np.float64]
Ints = NDArray[Any]

_USERS_A_BLOCK = 64  # whose scores are made at a time where a search cannot find them
_SCORES_A_COPY = 1 << 20


class FactorScores(NamedTuple):
    """Sums of biases and an inner product, or an increasing function of them.

    Attributes
    ----------
    factors : Factors
        Parameters that hold the users and all items.
    rows : int32 array of shape (n_users,)
        The row of each user in ``factors.pu``.
    to_scores : callable, optional
        The function, of arrays; by default scores are the sums.
    """

    factors: Factors
    rows: NDArray[np.int32]
    to_scores: Callable[[Floats], Floats] | None = None

    def of_pairs(self, users: Ints, items: NDArray[np.int32], n_threads: int) -> Floats:
        """Return the scores of items to users, given by their indices among those scored."""
        sums = _core.factors.estimate_pairs(*self.factors, self.rows[users], items, n_threads)
        return sums if self.to_scores is None else self.to_scores(sums)


class DenseScores(NamedTuple):
    """A score for each user and item: float64 of shape (n_users, n_items), NaN for none."""

    values: Floats

    def of_pairs(self, users: Ints, items: NDArray[np.int32], n_threads: int) -> Floats:  # noqa: ARG002
        """Return the scores of items to users, given by their indices among those scored."""
        return self.values[users, items]


class SparseScores(NamedTuple):
    """Scores of some items to each user; all others have none.

    Attributes
    ----------
    offsets : int64 array of shape (n_users + 1,)
        User k has ``offsets[k]:offsets[k + 1]`` of the other two.
    items : int32 array
        Inner item ids, ascending for each user.
    values : float64 array of the same length
    """

    offsets: NDArray[np.int64]
    items: NDArray[np.int32]
    values: Floats


Scores: TypeAlias = FactorScores | DenseScores | SparseScores


def rank(
    scores: Scores,
    users: NDArray[np.int32],
    n: int,
    rules: Rules,
    seen: Rows | None,
    n_threads: int,
) -> Lists:
    """Return inner item ids, -1 where there are too few, and their scores with boosts.

    Parameters
    ----------
    scores : FactorScores, DenseScores or SparseScores
        Those of `users`.
    users : int32 array
        Inner ids, for the candidates that users have of their own.
    n : int
        Length of the lists.
    rules : Rules
        What may be listed.
    seen : (offsets, items) or None
        What each user is not to be shown.
    n_threads : int
        The lists do not depend on it.
    """
    if rules.own is not None and not isinstance(scores, SparseScores):
        own = own_candidates(rules.own, users)
        return _rank_own(scores, own, n, rules, seen, len(users), n_threads)
    if isinstance(scores, FactorScores):
        return _rank_factors(scores, users, n, rules, seen, n_threads)
    if isinstance(scores, SparseScores):
        return _rank_sparse(scores, users, n, rules, seen)
    return _rank_dense(scores.values, n, rules, seen)


def _rank_factors(
    scores: FactorScores,
    users: NDArray[np.int32],
    n: int,
    rules: Rules,
    seen: Rows | None,
    n_threads: int,
) -> Lists:
    factors, rows, to_scores = scores
    if to_scores is not None and rules.boosts is not None:  # a boost is added to the score
        return _rank_in_blocks(scores, users, n, rules, seen, n_threads)
    items, sums = factor_search.rank(factors, rows, n, rules, seen, n_threads)
    return items, sums if to_scores is None else to_scores(sums)


def _rank_in_blocks(
    scores: FactorScores,
    users: NDArray[np.int32],
    n: int,
    rules: Rules,
    seen: Rows | None,
    n_threads: int,
) -> Lists:
    """Make the scores of all items, some users at a time."""
    n_items = len(scores.factors.qi)
    items, best = np.empty((len(users), n), dtype=np.int32), np.empty((len(users), n))
    for block in blocks(len(users), _USERS_A_BLOCK):
        rows = np.arange(block.start, block.stop)
        pairs = np.repeat(rows, n_items), np.tile(np.arange(n_items, dtype=np.int32), len(rows))
        values = scores.of_pairs(*pairs, n_threads).reshape(-1, n_items)
        part = None if seen is None else (seen[0][block.start : block.stop + 1], seen[1])
        items[block], best[block] = _rank_dense(values, n, rules, part)
    return items, best


def _rank_own(
    scores: FactorScores | DenseScores,
    own: Rows,
    n: int,
    rules: Rules,
    seen: Rows | None,
    n_users: int,
    n_threads: int,
) -> Lists:
    """Score every candidate of every user, and sort: lists of a user's own are short."""
    offsets, items = own
    rows = np.repeat(np.arange(n_users), np.diff(offsets))
    n_items = len(scores.factors.qi) if isinstance(scores, FactorScores) else len(scores.values.T)
    kept = _may_be_listed(rows, items, rules.allowed, seen, n_items)
    rows, items = rows[kept], items[kept]
    values = scores.of_pairs(rows, items, n_threads)
    return first_of_each(rows, items, _boosted(values, items, rules), n_users, n)


def _rank_sparse(
    scores: SparseScores, users: NDArray[np.int32], n: int, rules: Rules, seen: Rows | None
) -> Lists:
    offsets, items, values = scores
    rows = np.repeat(np.arange(len(users)), np.diff(offsets))
    n_items = 1 + int(items.max(initial=0))
    kept = _may_be_listed(rows, items, rules.allowed, seen, n_items)
    if rules.own is not None:
        own_offsets, own_items = own_candidates(rules.own, users)
        own_rows = np.repeat(np.arange(len(users)), np.diff(own_offsets))
        width = 1 + max(n_items, int(own_items.max(initial=0)))
        kept &= np.isin(rows * width + items, own_rows * width + own_items)
    rows, items = rows[kept], items[kept]
    return first_of_each(rows, items, _boosted(values[kept], items, rules), len(users), n)


def _rank_dense(values: Floats, n: int, rules: Rules, seen: Rows | None) -> Lists:
    """Rank some users at a time: all steps copy the scores."""
    n_users, n_items = values.shape
    items, best = np.empty((n_users, n), dtype=np.int32), np.empty((n_users, n))
    for block in blocks(n_users, 1 + _SCORES_A_COPY // max(1, n_items)):
        part = None if seen is None else (seen[0][block.start : block.stop + 1], seen[1])
        items[block], best[block] = _rank_dense_block(values[block], n, rules, part)
    return items, best


def _rank_dense_block(values: Floats, n: int, rules: Rules, seen: Rows | None) -> Lists:
    n_users, n_items = values.shape
    values = np.where(np.isnan(values), -np.inf, values)
    if rules.boosts is not None:
        values += rules.boosts
    if rules.allowed is not None:
        forbidden = np.ones(n_items, dtype=bool)
        forbidden[rules.allowed] = False
        values[:, forbidden] = -np.inf
    if seen is not None:
        offsets, items = seen
        rows = np.repeat(np.arange(n_users), np.diff(offsets))
        values[rows, items[offsets[0] : offsets[-1]]] = -np.inf
    least = np.full(n_users, -np.inf)
    if n < n_items:  # of equal scores all stay, so that the sort decides
        least = np.partition(values, n_items - n, axis=1)[:, n_items - n]
    rows, found = np.nonzero((values >= least[:, np.newaxis]) & (values > -np.inf))
    return first_of_each(rows, found.astype(np.int32), values[rows, found], n_users, n)


def _boosted(values: Floats, items: NDArray[np.int32], rules: Rules) -> Floats:
    return values if rules.boosts is None else values + rules.boosts[items]


def _may_be_listed(
    rows: Ints,
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
        width = max(n_items, 1 + int(seen_items.max(initial=0)))
        seen_rows = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        kept &= ~np.isin(rows * width + items, seen_rows * width + seen_items)
    return kept


def first_of_each(
    rows: Ints, items: NDArray[np.int32], scores: Floats, n_rows: int, n: int
) -> Lists:
    """Sort the items of each row by score, of equal scores the lower item first; cut to `n`.

    Items that score minus infinity or NaN are not listed.
    """
    listable = scores > -np.inf
    rows, items, scores = rows[listable], items[listable], scores[listable]
    order = np.lexsort((items, -scores, rows))
    rows, items, scores = rows[order], items[order], scores[order]
    begins = np.searchsorted(rows, np.arange(n_rows))
    ranks = np.arange(len(rows)) - begins[rows]
    first = ranks < n
    best_items = np.full((n_rows, n), -1, dtype=np.int32)
    best_scores = np.full((n_rows, n), np.nan)
    best_items[rows[first], ranks[first]] = items[first]
    best_scores[rows[first], ranks[first]] = scores[first]
    return best_items, best_scores
