"""The part of a training set that training does not see, to tell when to stop."""

import numbers
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.any_ratings import as_ratings
from astonish.data.sides import Sides
from astonish.data.trainset import Trainset
from astonish.support.checks import check_number


class HeldOut(NamedTuple):
    """Ratings to validate with, as inner ids (-1: unknown), and what is left to train on.

    Attributes
    ----------
    users, items : int32 arrays of shape (n_held_out,)
        Inner ids.
    values : float64 array of shape (n_held_out,)
        The true ratings.
    kept : bool array of shape (n_ratings,)
        Which ratings of ``trainset.by_user``, in its order, are left.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    values: NDArray[np.float64]
    kept: NDArray[np.bool_]


def hold_out(trainset: Trainset, validation: Any, rng: np.random.RandomState) -> HeldOut:
    """Return the ratings that `validation` names.

    Parameters
    ----------
    trainset : Trainset
        All ratings.
    validation : float, or what `as_ratings` takes
        A share of the ratings, drawn by `rng`, which training then leaves out; or a test set, which
        leaves the training set whole.

    Raises
    ------
    TypeError, ValueError
        For a share that is not in (0, 1) or selects no or all ratings, or what is no test set.
    """
    if not isinstance(validation, numbers.Real):
        return _named(trainset, validation)
    share = check_number("validation", validation)
    n_held_out = int(np.ceil(min(max(share, 0.0), 1.0) * trainset.n_ratings))
    if not 0 < n_held_out < trainset.n_ratings:
        raise ValueError(
            f"validation must be a test set or a share of the {trainset.n_ratings} ratings that "
            f"leaves some to both sides, got {validation!r}"
        )
    held_out = np.sort(rng.permutation(trainset.n_ratings)[:n_held_out])
    by_user = trainset.by_user
    kept = np.ones(trainset.n_ratings, dtype=bool)
    kept[held_out] = False
    users = by_user.row_of_each()[held_out]
    return HeldOut(users, by_user.indices[held_out], by_user.values[held_out], kept)


def _named(trainset: Trainset, testset: Any) -> HeldOut:
    ratings = as_ratings(testset, "validation")
    return HeldOut(
        trainset.inner_users(ratings.user_ids)[ratings.users],
        trainset.inner_items(ratings.item_ids)[ratings.items],
        ratings.values,
        np.ones(trainset.n_ratings, dtype=bool),
    )


class TrainingSplit(NamedTuple):
    """What is held out, if anything, and what is trained on, with a weight a rating or none."""

    held_out: HeldOut | None
    sides: Sides
    weights: NDArray[np.float64] | None


def training_split(
    trainset: Trainset,
    validation: Any,
    weights: NDArray[np.float64] | None,
    rng: np.random.RandomState,
) -> TrainingSplit:
    """Hold out what `validation` names, None for nothing; see `hold_out`."""
    if validation is None:
        return TrainingSplit(None, trainset.sides, weights)
    held_out = hold_out(trainset, validation, rng)
    kept = None if weights is None else weights[held_out.kept]
    return TrainingSplit(held_out, trainset.sides.kept(held_out.kept), kept)
