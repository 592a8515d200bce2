"""Interactions (clicks, plays, purchases) as what models of implicit feedback are fitted to."""

from typing import Any

import numpy as np

from astonish.data.any_ratings import as_ratings
from astonish.data.csr import Csr
from astonish.data.ratings import Ratings
from astonish.data.sources.frames import read_interactions, read_sparse
from astonish.data.trainset import Trainset


def as_trainset(interactions: Any) -> Trainset:
    """Return a training set whose ratings are the weights of interactions.

    Parameters
    ----------
    interactions : Trainset, scipy sparse matrix or frame
        A training set as it is. The rows and columns of a matrix are the users and items 0, 1, 2,
        ..., those without entries included. A frame has two columns, user ids and item ids, and may
        have a third one, weights.

    Raises
    ------
    TypeError
        For anything else, or weights that are no numbers.
    ValueError
        For a weight that is not finite, a missing id, or no interaction at all.
    """
    if isinstance(interactions, Trainset):
        return interactions
    if hasattr(interactions, "tocoo"):
        return _from_sparse(interactions)
    if not hasattr(interactions, "columns"):
        raise TypeError(
            "trainset must be a Trainset, a frame or a scipy sparse matrix of interactions, "
            f"got {type(interactions).__name__}"
        )
    ratings = read_interactions(interactions)
    return Trainset.from_ratings(ratings, (0.0, float(ratings.values.max(initial=0))))


def _from_sparse(matrix: Any) -> Trainset:
    ratings = read_sparse(matrix, None, None)
    if not len(ratings):
        raise ValueError("the matrix is empty: it needs at least one interaction")
    shape = len(ratings.user_ids), len(ratings.item_ids)
    return Trainset.from_csr(
        Csr.from_triplets(ratings.users, ratings.items, ratings.values, shape),
        Csr.from_triplets(ratings.items, ratings.users, ratings.values, shape[::-1]),
        ratings.user_ids,
        ratings.item_ids,
        (0.0, float(ratings.values.max(initial=0))),
    )


def as_weights(interactions: Any) -> Ratings:
    """Return the columns of interactions that `as_trainset` takes, or of what `as_ratings` does.

    Raises
    ------
    TypeError, ValueError
        As they do, so for no interaction at all.
    """
    if hasattr(interactions, "tocoo"):
        interactions = read_sparse(interactions, None, None)
    elif hasattr(interactions, "columns"):
        interactions = read_interactions(interactions)
    return as_ratings(interactions, "interactions")


def check_weights(trainset: Trainset) -> None:
    """Raise ValueError for a weight that is negative."""
    by_user = trainset.by_user
    negative = by_user.values < 0
    if negative.any():
        place = int(np.argmax(negative))
        user, item = by_user.row_of_each()[place], by_user.indices[place]
        raise ValueError(
            f"interaction number {place} (user {trainset.user_ids[user]!r}, "
            f"item {trainset.item_ids[item]!r}) has the weight {by_user.values[place]}: a weight "
            "says how sure an interaction is, so it must not be negative; leave out what was "
            "disliked"
        )


def merge_repeats(by_user: Csr, by_item: Csr) -> tuple[Csr, Csr]:
    """Return interactions with each pair once, its weights added up, and no weight of zero.

    Those that are so already are returned as they are.
    """
    shape = by_user.n_rows, by_user.n_cols
    items = by_item.row_of_each()  # ascending, so the rows of this are sorted
    by_user_sorted = Csr.from_triplets(by_item.indices, items, by_item.values, shape)
    users, items = by_user_sorted.row_of_each(), by_user_sorted.indices
    is_first = np.ones(len(users), dtype=bool)
    is_first[1:] = (np.diff(users) != 0) | (np.diff(items) != 0)
    if is_first.all() and by_user.values.all():
        return by_user, by_item
    weights = np.add.reduceat(by_user_sorted.values, np.flatnonzero(is_first))
    users, items = users[is_first], items[is_first]
    kept = weights != 0
    users, items, weights = users[kept], items[kept], weights[kept]
    return (
        Csr.from_triplets(users, items, weights, shape),
        Csr.from_triplets(items, users, weights, shape[::-1]),
    )
