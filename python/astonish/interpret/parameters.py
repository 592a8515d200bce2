"""The biases and factors of any fitted model, and the users or items that have some.

What a model has is asked here alone: other files of `interpret` take what these functions return,
and begin with `fitted`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.models.base.model import Model
from astonish.models.training.publishing import snapshot
from astonish.support.arrays import as_float64
from astonish.support.checks import check_integer
from astonish.support.settings import resolve_n_threads

_FACTORS = {"item": "qi", "user": "pu"}


def is_model(value: Any) -> bool:
    """Return whether `value` is a model, fitted or not."""
    return isinstance(value, Model)


def fitted(model: Any) -> Any:
    """Return `model` as it was fitted, whatever changes meanwhile.

    Raises
    ------
    TypeError
        For what is no model.
    NotFittedError
        For a model that is not fitted.
    """
    if not is_model(model):
        raise TypeError(f"model must be a model of astonish, got {model!r}")
    now = snapshot(model)
    now._fitted_trainset()
    return now


def item_biases(model: Any) -> NDArray[np.float64]:
    """Return the bias of each item of a fitted model; TypeError where there is none."""
    biases = getattr(model, "bi", None)
    if biases is None or not getattr(model, "biased", True):
        raise TypeError(f"this {type(model).__name__} has no item biases")
    return as_float64(biases)


def factors_of(model: Any, side: str) -> NDArray[np.float64]:
    """Return the factors of each item, or user, of a fitted model; TypeError where there are none.

    Rows of users and items that the model knows nothing of mean nothing; see `known_rows`.
    """
    factors = getattr(model, _FACTORS[side], None) if "has_factors" in model.abilities else None
    if factors is None or np.ndim(factors) != 2 or np.shape(factors)[1] == 0:
        raise TypeError(f"this {type(model).__name__} has no {side} factors")
    if side == "user" and model._factors is not None:  # some compute them from the ratings
        users = np.arange(model.trainset.n_users, dtype=np.int32)
        of_some, rows = model._factors_of(users, resolve_n_threads(model.n_threads))
        factors = of_some.pu[rows]
    return as_float64(factors)


def known_inner(
    trainset: Trainset, side: str, raw_ids: list[Any], name: str = "ids"
) -> NDArray[np.int32]:
    """Return the inner ids of raw ids, -1 for those that a model knows nothing of.

    `name` is what the caller calls them.
    """
    if side == "item":
        return trainset.known_items(trainset.inner_items(raw_ids, name))
    return trainset.known_users(trainset.inner_users(raw_ids, name))


def known_rows(trainset: Trainset, side: str) -> NDArray[np.int32]:
    """Return the inner ids of the users or items that a model knows something of, ascending."""
    raw_ids = trainset.item_ids if side == "item" else trainset.user_ids
    rows = known_inner(trainset, side, raw_ids)
    return rows[rows >= 0]


def often_rated(trainset: Trainset, min_ratings: int) -> NDArray[np.int32]:
    """Return the inner ids of the items known from at least `min_ratings` ratings, ascending."""
    min_ratings = check_integer("min_ratings", min_ratings, minimum=0)
    items = known_rows(trainset, "item")
    return items[n_ratings_of(trainset)[items] >= min_ratings]


def n_ratings_of(trainset: Trainset) -> NDArray[np.int64]:
    """Return the number of ratings of each item."""
    return np.diff(trainset.by_item.offsets).astype(np.int64)
