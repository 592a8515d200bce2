"""Which user rates which item: distinct pairs with two long tails.

A pair is one integer, user * n_items + item. Time and memory are O(n_ratings + n_users + n_items).
"""

from collections.abc import Iterator
from itertools import count

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_ACTIVITY_SPREAD = 0.8  # standard deviation of the log of the number of ratings of a user
_POPULARITY_SHIFT = 30  # Mandelbrot's: how many items at the head are about equally popular
_PATIENCE = 8  # draws by popularity before any item will do: ends fast with every weight
_BLOCK = 1 << 18  # pairs worked on at a time: temporaries stay in the cache


def draw_pairs(
    rng: Generator, n_users: int, n_items: int, n_ratings: int, popularity: float
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the users and the items of distinct pairs in random order."""
    counts = _draw_activity(rng, n_users, n_items, n_ratings)
    log_weights = -popularity * np.log1p(np.arange(n_items) / _POPULARITY_SHIFT)
    log_weights = rng.permutation(log_weights)
    order = np.argsort(counts, kind="stable")  # equals together: a block needs as many rounds
    # A draw that repeats an item is made anew, which costs little while three of four items are
    # free. Users beyond that are few: an array of all items for each is O(n_ratings) in sum.
    n_casual = int(np.searchsorted(counts[order], n_items // 4, side="right"))
    casual, keen = order[:n_casual], order[n_casual:]
    cumulated = np.cumsum(np.exp(log_weights))
    cumulated /= cumulated[-1]
    parts = [
        _draw_casual(rng, np.repeat(users, counts[users]), cumulated)
        for users in _blocks(casual, counts[casual])
    ]
    parts += [
        _draw_keen(rng, users, counts[users], log_weights)
        for users in _blocks(keen, np.full(len(keen), n_items, dtype=np.int64))
    ]
    pairs = np.concatenate(parts)
    if n_ratings >= n_items:
        _cover_items(rng, pairs, n_items)
    rng.shuffle(pairs)
    return (pairs // n_items).astype(np.int32), (pairs % n_items).astype(np.int32)


def _draw_activity(rng: Generator, n_users: int, n_items: int, n_ratings: int) -> Ints:
    """Return the number of ratings of each user."""
    weights = rng.lognormal(sigma=_ACTIVITY_SPREAD, size=n_users)
    least = 1 if n_ratings >= n_users else 0
    return least + _apportion(n_ratings - least * n_users, weights, n_items - least)


def _apportion(total: int, weights: Floats, most: int) -> Ints:
    """Split `total` into whole shares in proportion to `weights`, none above `most`."""
    order = np.argsort(-weights, kind="stable")
    ranked = weights[order]
    # The first n_full shares are cut to `most`; the rest is in proportion and stays below.
    rest = total - most * np.arange(len(ranked), dtype=np.int64)
    below = rest * ranked <= most * np.cumsum(ranked[::-1])[::-1]
    n_full = np.argmax(below)  # the last is always below
    exact = np.full(len(ranked), float(most))
    exact[n_full:] = rest[n_full] * (ranked[n_full:] / ranked[n_full:].sum())
    shares = np.floor(exact).astype(np.int64)
    missing = total - int(shares.sum())
    shares[np.argsort(shares - exact, kind="stable")[:missing]] += 1
    result = np.empty(len(shares), dtype=np.int64)
    result[order] = shares
    return result


def _blocks(users: Ints, sizes: Ints) -> Iterator[Ints]:
    """Cut `users` where the sum of `sizes` passes a multiple of the block."""
    block = np.cumsum(sizes) // _BLOCK
    return (part for part in np.split(users, np.flatnonzero(np.diff(block)) + 1) if len(part))


def _draw_casual(rng: Generator, users: Ints, cumulated: Floats) -> Ints:
    """Draw one item for each entry of `users` by popularity, again for those that repeat one."""
    n_items = len(cumulated)
    pairs = users * n_items + np.searchsorted(cumulated, rng.random(len(users)), side="right")
    for attempt in count(1):
        pairs.sort()
        repeated = np.flatnonzero(pairs[1:] == pairs[:-1])
        if not len(repeated):
            break
        if attempt < _PATIENCE:
            items = np.searchsorted(cumulated, rng.random(len(repeated)), side="right")
        else:
            items = rng.integers(n_items, size=len(repeated))
        pairs[repeated] += items - pairs[repeated] % n_items
    return pairs


def _draw_keen(rng: Generator, users: Ints, counts: Ints, log_weights: Floats) -> Ints:
    """Draw `counts` items for each of `users` by popularity, from a row of keys for all items."""
    # Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006, in logarithms:
    # no weight is too small.
    n_items = len(log_weights)
    order = np.argsort(-(rng.gumbel(size=(len(users), n_items)) + log_weights), axis=1)
    pairs: Ints = users[:, np.newaxis] * n_items + order
    return pairs[np.arange(n_items) < counts[:, np.newaxis]]


def _cover_items(rng: Generator, pairs: Ints, n_items: int) -> None:
    """Give items without ratings one rating of an item that has several, in place."""
    items = pairs % n_items
    kept = np.full(n_items, -1, dtype=np.int64)
    kept[items] = np.arange(len(items))
    missing = np.flatnonzero(kept < 0)
    spare = np.ones(len(items), dtype=bool)
    spare[kept[kept >= 0]] = False
    rows = rng.choice(np.flatnonzero(spare), size=len(missing), replace=False)
    pairs[rows] += missing - items[rows]
