"""What factor models share that are trained in epochs, as scikit-surprise trains its own."""

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish._cancellation import check_cancelled
from astonish._checks import check_number
from astonish.data.trainset import Trainset
from astonish.models.factor_model import FactorModel
from astonish.models.factors import Factors
from astonish.models.training import check_n_epochs

Self = TypeVar("Self", bound="EpochModel")


class EpochModel(FactorModel):
    """A factor model that passes over all ratings `n_epochs` times.

    Attributes
    ----------
    pu : float64 array of shape (n_users, n_factors)
        User factors.
    qi : float64 array of shape (n_items, n_factors)
        Item factors.
    bu, bi : float64 arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.
    """

    n_factors: int
    n_epochs: int
    verbose: bool
    pu: NDArray[np.float64]
    qi: NDArray[np.float64]
    _announcement = "Processing epoch {}"

    def fit(self: Self, trainset: Trainset) -> Self:
        """Fit the factors to a training set; see the class for parameters and errors."""
        with self._all_or_nothing():
            super().fit(trainset)
            self.sgd(trainset)
        return self

    def sgd(self, trainset: Trainset) -> None:
        """Draw initial factors, train them, and set the attributes of a fitted model."""
        raise NotImplementedError

    def _factors(self) -> Factors:
        mean = float(self.trainset.global_mean)
        return Factors.of(self.pu, self.qi, self.bu, self.bi, mean, self.biased)

    def _set_options(self, options: Any, rates: Iterable[str]) -> None:
        """Check `n_epochs` and `rates`, and copy them to what the kernel takes."""
        options.n_epochs = check_n_epochs(self.n_epochs)
        for name in rates:
            setattr(options, name, check_number(name, getattr(self, name)))

    def _before_epoch(self, epoch: int) -> None:
        check_cancelled()
        if self.verbose:
            print(self._announcement.format(epoch))
