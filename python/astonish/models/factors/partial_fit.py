"""Ratings, users and items that come after training."""

import math
import numbers
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish.data.any_ratings import as_ratings
from astonish.data.trainset import Trainset
from astonish.models.factors.epoch_model import EpochModel
from astonish.models.training.epochs import check_n_epochs
from astonish.models.training.sgd_trainers import Parameters
from astonish.support.random_state import get_rng

Self = TypeVar("Self", bound="PartialFit")


class PartialFit(EpochModel):
    """A model trained by gradient descent, which may go on from where it is."""

    random_state: Any

    def partial_fit(self: Self, ratings: Any, n_epochs: int | None = None) -> Self:
        """Add ratings to what the model was fitted to, and train on them.

        Training takes time for what is new (`SVDpp`: for all ratings of users who have new ones),
        not for the whole training set; `fit` on ``trainset``, which becomes the union, is more
        accurate. New users and items get factors drawn by `random_state`, inner ids of known ones
        stay.

        Parameters
        ----------
        ratings : list of (user id, item id, rating), Dataset, Trainset or frame
            What is new; all of it is learned, `validation` and `patience` are for `fit`. The rating
            scale stays that of the training set.
        n_epochs : int, optional
            Passes over the new ratings, by default an eighth of the model's `n_epochs`: known users
            and items begin trained, and many passes over some of their ratings forget the others.

        Raises
        ------
        TypeError, ValueError
            As `fit`, and for ratings that are none. The model then stays as it was.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(n_factors=20, random_state=0).fit(trainset)
        >>> model.partial_fit([("newcomer", "1", 5.0), ("newcomer", "2", 1.0)]).trainset.n_users
        944
        """
        with self._all_or_nothing():
            before = self._fitted_trainset()
            if n_epochs is None:
                n_epochs = math.ceil(check_n_epochs(self.n_epochs) / 8)
            self.trainset, added = before.extended(as_ratings(ratings))
            rng = self._rng_after(before)
            self._train(self._to_train(added), self._grown(before, rng), rng, None, n_epochs)
        return self

    def _draw(self, rng: np.random.RandomState, n_users: int, n_items: int) -> Parameters:
        """Return the parameters that training starts from."""
        raise NotImplementedError

    def _train(
        self,
        ratings: Trainset,
        initial: Parameters,
        rng: np.random.RandomState,
        weights: NDArray[np.float64] | None,
        n_epochs: int | None = None,
    ) -> None:
        """Train `initial` on `ratings`, which have the inner ids of the model's training set."""
        raise NotImplementedError

    def _to_train(self, added: Trainset) -> Trainset:
        """Return the ratings to train on when those of `added` are new."""
        return added

    def _rng_after(self, before: Trainset) -> np.random.RandomState:
        """Return the generator for rows that are new after `before`; not that of the old ones."""
        if isinstance(self.random_state, numbers.Integral):
            return np.random.RandomState([int(self.random_state), before.n_ratings])
        return get_rng(self.random_state)

    def _grown(self, before: Trainset, rng: np.random.RandomState) -> Parameters:
        """Return the parameters with rows for the users and items that `before` lacks."""
        n_users, n_items = before.n_users, before.n_items
        new = self._draw(rng, self.trainset.n_users - n_users, self.trainset.n_items - n_items)
        grown = {
            name: np.concatenate((getattr(self, name), rows)).astype(rows.dtype)
            for name, rows in new.items()
        }
        if self.biased:  # what a user differs by from the mean, which has moved
            grown["bu"][:n_users] += before.global_mean - self.trainset.global_mean
        return grown
