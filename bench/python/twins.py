"""The same data set, and the same prediction errors, for scikit-surprise."""

from typing import Any

import numpy as np
import surprise


def as_surprise(data: Any) -> surprise.dataset.DatasetAutoFolds:
    """Return the same data set as an object of scikit-surprise."""
    twin = surprise.dataset.DatasetAutoFolds.__new__(surprise.dataset.DatasetAutoFolds)
    surprise.Dataset.__init__(twin, surprise.Reader(rating_scale=data.reader.rating_scale))
    twin.raw_ratings = data.ratings.to_tuples()
    return twin


def rmse(predictions: list[Any]) -> float:
    """Return the root mean squared error, computed in one way for both libraries."""
    return float(np.sqrt(np.mean([(p.r_ui - p.est) ** 2 for p in predictions])))


def largest_difference(ours: list[Any], theirs: list[Any], trainset: Any) -> float:
    """Return how far the estimates of two lists of predictions are apart at most.

    Users and items that the training set lacks are left out: what CoClustering says of them
    differs on purpose.
    """
    users, items = set(trainset.user_ids), set(trainset.item_ids)
    return max(
        abs(our.est - their.est)
        for our, their in zip(ours, theirs, strict=True)
        if our.uid in users and our.iid in items
    )
