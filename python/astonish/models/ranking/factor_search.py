"""The best items by a sum of biases and an inner product; drives topk.hpp."""

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.models.ranking.factors import Factors
from astonish.models.ranking.rules import Lists, Rows, Rules, renumbered


def rank(
    factors: Factors,
    rows: NDArray[np.int32],
    n: int,
    rules: Rules,
    seen: Rows | None,
    n_threads: int,
) -> Lists:
    """Return inner item ids, -1 where there are too few, and their sums with boosts.

    `rows` are the rows of ``factors.pu`` to rank for; `rules` without candidates of users' own.
    """
    if rules.boosts is not None:  # a sum of estimate and boost, with no rounding to float32
        factors = factors.as_float64()
    allowed = rules.allowed
    items = factors.qi if allowed is None else factors.qi[allowed]
    bias = _biases(factors, rules)
    seen = seen or (np.empty(0, np.int64), np.empty(0, np.int32))
    if allowed is not None:
        seen = renumbered(seen, allowed, len(factors.qi))
    found, _ = _core.topk.topk(factors.pu[rows], items, n, bias, *seen, n_threads)
    if allowed is not None:
        found = np.where(found < 0, -1, np.append(allowed, -1)[found]).astype(np.int32)
    return in_order_of_estimates(factors, rules.boosts, rows, found, n_threads)


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
    row_of_each = np.repeat(rows, items.shape[1])
    scores = _core.factors.estimate_pairs(*factors, row_of_each, items.ravel(), n_threads)
    if boosts is not None:
        scores = scores + boosts[items.ravel()]
    scores = np.where(items < 0, np.nan, scores.reshape(items.shape))
    rises = scores[:, :-1] < scores[:, 1:]
    ties = (scores[:, :-1] == scores[:, 1:]) & (items[:, :-1] > items[:, 1:])
    for row in np.flatnonzero((rises | ties).any(axis=1)):
        order = np.lexsort((items[row], -scores[row]))
        items[row], scores[row] = items[row, order], scores[row, order]
    return items, scores


def _biases(factors: Factors, rules: Rules) -> NDArray[np.floating] | None:
    """Return what the search adds to the product with each item that may be listed."""
    bias = factors.bi if factors.biased else None
    if rules.boosts is not None:
        bias = rules.boosts if bias is None else bias + rules.boosts
    return bias if bias is None or rules.allowed is None else bias[rules.allowed]
