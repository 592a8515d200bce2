"""The part of a training set that training does not see, to tell when to stop."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish._checks import check_number
from astonish.data.csr import Csr
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset


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
    validation : float or iterable of (raw user id, raw item id, rating)
        A share of the ratings, drawn by `rng`, which training then leaves out; or a test set, which
        leaves the training set whole.

    Raises
    ------
    TypeError, ValueError
        For a share that is not in (0, 1) or selects no or all ratings, or an empty test set.
    """
    if isinstance(validation, Iterable) and not isinstance(validation, str):
        return _named(trainset, list(validation))
    share = check_number("validation", validation)
    n_held_out = int(np.ceil(share * trainset.n_ratings))
    if not 0 < share < 1 or n_held_out >= trainset.n_ratings:
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


def _named(trainset: Trainset, testset: list[Any]) -> HeldOut:
    if not testset:
        raise ValueError("validation is an empty test set")
    users, items, values = (list(column) for column in zip(*testset, strict=True))
    return HeldOut(
        trainset.inner_users(users),
        trainset.inner_items(items),
        Ratings.from_columns(users, items, values).values,  # which refuses what is no rating
        np.ones(trainset.n_ratings, dtype=bool),
    )


def training_part(trainset: Trainset, kept: NDArray[np.bool_]) -> tuple[Csr, Csr]:
    """Return the ratings that are left, by user and by item; inner ids stay as they are."""
    by_user = trainset.by_user
    if kept.all():
        return by_user, trainset.by_item
    users, items, values = by_user.row_of_each()[kept], by_user.indices[kept], by_user.values[kept]
    shape = trainset.n_users, trainset.n_items
    return (
        Csr.from_triplets(users, items, values, shape),
        Csr.from_triplets(items, users, values, shape[::-1]),
    )
