"""Interactions (clicks, plays, purchases) as what models of implicit feedback are fitted to."""

from typing import Any

import numpy as np

from astonish.data.any_ratings import as_ratings
from astonish.data.ratings import Ratings
from astonish.data.sides import Sides
from astonish.data.sources.frames import read_interactions, read_sparse
from astonish.data.trainset import Trainset


def as_trainset(interactions: Any) -> Trainset:
    """Return a training set whose ratings are the weights of interactions.

    Parameters
    ----------
    interactions : Trainset, scipy sparse matrix or frame
        A training set is returned unchanged. The rows and columns of a matrix are the users and
        items 0, 1, 2, ..., including those without entries. A frame has two columns, user ids and
        item ids, and may have a third one, weights.

    Raises
    ------
    TypeError
        For any other type, or weights that are not numbers.
    ValueError
        For a weight that is not finite, a missing id, or no interactions.
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
        *Sides.from_triplets(ratings.users, ratings.items, ratings.values, shape),
        ratings.user_ids,
        ratings.item_ids,
        (0.0, float(ratings.values.max(initial=0))),
    )


def as_weights(interactions: Any) -> Ratings:
    """Return the columns of interactions that `as_trainset` takes, or of what `as_ratings` does.

    Raises
    ------
    TypeError, ValueError
        As those functions, and for no interactions.
    """
    if hasattr(interactions, "tocoo"):
        interactions = read_sparse(interactions, None, None)
    elif hasattr(interactions, "columns"):
        interactions = read_interactions(interactions)
    return as_ratings(interactions, "interactions")


def check_nonnegative_weights(trainset: Trainset) -> None:
    """Raise ValueError for a weight that is negative."""
    by_user = trainset.by_user
    negative = by_user.values < 0
    if negative.any():
        row = int(np.argmax(negative))
        user, item = by_user.row_of_each()[row], by_user.indices[row]
        raise ValueError(
            f"interaction number {row} (user {trainset.user_ids[user]!r}, "
            f"item {trainset.item_ids[item]!r}) has the weight {by_user.values[row]}: a weight "
            "says how sure an interaction is, so it must not be negative; leave out what was "
            "disliked"
        )
