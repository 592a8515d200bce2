"""Parameters for users and items that come after training."""

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.models.training.epochs import check_n_epochs
from astonish.support.random_state import get_rng

Arrays = dict[str, NDArray[Any]]


def learn_by_descent(
    model: Any, before: Trainset, to_train: Trainset, n_epochs: int | None
) -> None:
    """Train a model on ratings that come after training, by gradient descent.

    Parameters
    ----------
    model : model
        Its training set is the union; it says how it draws and trains its parameters.
    before : Trainset
        What the model was trained on.
    to_train : Trainset
        Ratings, under the inner ids of the union.
    n_epochs : int or None
        Passes; by default an eighth of the epochs of `fit`. Known users and items begin trained,
        and many passes over some of their ratings forget the others.
    """
    if n_epochs is None:
        n_epochs = math.ceil(check_n_epochs(model.n_epochs) / 8)
    rng = _rng_after(model.random_state, before)
    union = model.trainset
    new = model._draw(rng, union.n_users - before.n_users, union.n_items - before.n_items)
    model._train(to_train, _grown(model, before, new), rng, n_epochs=n_epochs)


def _rng_after(random_state: Any, before: Trainset) -> np.random.RandomState:
    """Return the generator for rows that are new after `before`; not that of the old ones."""
    if isinstance(random_state, numbers.Integral):
        return np.random.RandomState([int(random_state), before.n_ratings])
    return get_rng(random_state)


def _grown(model: Any, before: Trainset, new: Arrays) -> Arrays:
    """Return the parameters of a model with rows for users and items that `before` lacks.

    `new` are these rows, by the name of the attribute.
    """
    arrays = {
        name: np.concatenate((getattr(model, name), rows)).astype(rows.dtype)
        for name, rows in new.items()
    }
    if model.biased:  # what a user differs by from the mean, which has moved
        arrays["bu"][: before.n_users] += before.global_mean - model.trainset.global_mean
    return arrays
