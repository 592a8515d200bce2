"""What a model says about one user and one item, or about all pairs of some."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.support.public import public


@public
class PredictionImpossible(Exception):
    """Raised by ``estimate`` when a model cannot say anything about a pair.

    `Model.predict` then answers with `Model.default_prediction`.
    """


class _PredictionFields(NamedTuple):
    uid: Any
    iid: Any
    r_ui: float | None
    est: float
    details: dict[str, Any]


@public
class Prediction(_PredictionFields):
    """An estimated rating.

    Attributes
    ----------
    uid, iid
        Raw ids of the user and the item.
    r_ui : float or None
        The true rating, where it is known.
    est : float
        The estimate.
    details : dict
        ``was_impossible``, the ``reason`` if it was, and what the model adds.
    """

    __slots__ = ()

    def __str__(self) -> str:
        truth = "None" if self.r_ui is None else f"{self.r_ui:1.2f}"
        return (
            f"user: {self.uid:<10} item: {self.iid:<10} r_ui = {truth}   "
            f"est = {self.est:1.2f}   {self.details}"
        )


class PredictionTable(NamedTuple):
    """Estimates of all pairs of some users and some items.

    Attributes
    ----------
    estimates : float64 array of shape (n_users, n_items), or frame
        Clipped to the rating scale; what is impossible has the default of the model.
    known : bool array of shape (n_users, n_items)
        Which of them the model can say something about.
    """

    estimates: Any
    known: NDArray[np.bool_]
