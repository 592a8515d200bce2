"""What factor models share that are trained in epochs, as scikit-surprise trains its own."""

from collections.abc import Iterable
from typing import Any, TypeVar

from astonish.data.trainset import Trainset
from astonish.models.factors.factor_model import FactorModel
from astonish.models.training.epochs import check_n_epochs
from astonish.support.checks import check_number

Self = TypeVar("Self", bound="EpochModel")


class EpochModel(FactorModel):
    """A factor model that passes over all ratings `n_epochs` times.

    Attributes
    ----------
    pu : array of shape (n_users, n_factors)
        User factors.
    qi : array of shape (n_items, n_factors)
        Item factors.
    bu, bi : arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.
    """

    n_factors: int
    n_epochs: int
    verbose: bool
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

    def _set_options(self, options: Any, rates: Iterable[str]) -> None:
        """Check `n_epochs` and `rates`, and copy them to what the kernel takes."""
        options.n_epochs = check_n_epochs(self.n_epochs)
        for name in rates:
            setattr(options, name, check_number(name, getattr(self, name)))
