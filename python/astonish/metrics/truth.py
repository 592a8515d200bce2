"""What estimates are compared with: true ratings and the users who gave them."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.support.derived import cached

_FIELDS_READ = 4  # user, item, true rating, estimate


@dataclass(frozen=True, eq=False)
class Truth:
    """True ratings and the users who gave them.

    Attributes
    ----------
    users : iterable
        Raw id of the user of each rating; read once, when a metric needs it.
    ratings : float64 array of the same length
    """

    users: Iterable[Any]
    ratings: NDArray[np.float64]

    @cached
    def by_user(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Row numbers user by user, and where those of each user begin."""
        users, _ = _core.ratings.encode_ids(list(self.users))
        offsets = np.concatenate(([0], np.cumsum(np.bincount(users)))).astype(np.int64)
        return np.argsort(users, kind="stable"), offsets


def columns_of(predictions: Iterable[Any]) -> tuple[Truth, NDArray[np.float64]]:
    """Return true ratings and estimates as float64 arrays of the same length.

    Raises
    ------
    TypeError
        For what are no predictions.
    ValueError
        When there are no predictions, or one has no true rating or no estimate.
    """
    if isinstance(predictions, str) or not isinstance(predictions, Iterable):
        raise TypeError(f"predictions must be a list of Prediction, got {predictions!r}")
    predictions = list(predictions)
    if not predictions:
        raise ValueError("Prediction list is empty.")
    try:
        ratings, estimates = (
            np.array([prediction[field] for prediction in predictions], dtype=np.float64)
            for field in (2, 3)
        )
    except (IndexError, TypeError, ValueError):
        _refuse_others(predictions)
        raise
    for name, column in (("true rating", ratings), ("estimate", estimates)):
        if np.isnan(column).any():
            row = int(np.argmax(np.isnan(column)))
            raise ValueError(f"prediction number {row} has no {name}: {predictions[row]!r}")
    return Truth(map(itemgetter(0), predictions), ratings), estimates


def _refuse_others(predictions: list[Any]) -> None:
    """Raise a TypeError that names the first one that is no prediction."""
    for row, prediction in enumerate(predictions):
        if not isinstance(prediction, (tuple, list)) or len(prediction) < _FIELDS_READ:
            raise TypeError(
                f"predictions[{row}] must be a Prediction, as Model.test makes it, "
                f"got {prediction!r}"
            ) from None
