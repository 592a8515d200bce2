"""The items that most users have, for whoever nothing else is known of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.models.factor_model import FactorModel
from astonish.models.factors import Factors


class Popularity(FactorModel):
    """Scores an item by the share of the users that interacted with it, the same for everybody."""

    def __init__(self, trainset: Trainset, n_threads: int | None) -> None:
        super().__init__()
        self.trainset = trainset
        self.n_threads = n_threads

    def _factors(self) -> Factors:
        by_item = self.trainset.by_item
        interacted = by_item.row_of_each()[by_item.values > 0]
        share = np.bincount(interacted, minlength=by_item.n_rows) / max(1, by_item.n_cols)
        return Factors.of_biases(np.zeros(self.trainset.n_users), share, 0.0)

    def _rated_users(self, user_ids: list[Any]) -> NDArray[np.int32]:
        return self.trainset.inner_users(user_ids)
