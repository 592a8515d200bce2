"""Random ratings: what every model must beat."""

from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.support.parameters import declare
from astonish.support.public import public


@public
@declare
class NormalPredictor(AlgoBase):
    r"""A random rating from the normal distribution of the training set.

    The estimate is drawn from :math:`\mathcal{N}(\mu, \sigma^2)`, the maximum likelihood fit to all
    ratings, for known and unknown ids alike. Draws come from NumPy's global generator, one for each
    pair in the order of the pairs: call ``numpy.random.seed`` for the same ones again.

    Attributes
    ----------
    sigma : float
        The standard deviation of all ratings, equal to scikit-surprise's to about 1e-12.

    Notes
    -----
    Interface and order of draws are scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.NormalPredictor().fit(trainset)
    >>> estimate = model.predict("1", "1").est
    >>> 1 <= estimate <= 5
    True
    """

    sigma: float = field(init=False)
    _draws_estimates = True

    def _fitted_arrays(self) -> FittedArrays:
        return {"sigma": ArrayOf(())}

    def _fit(self, trainset: Trainset) -> None:
        squares = (trainset.by_user.values - trainset.global_mean) ** 2
        # cumsum adds one after the other, in scikit-surprise's order.
        self.sigma = np.sqrt(np.cumsum(squares)[-1] / trainset.n_ratings)

    def estimate(self, *_: Any) -> float:
        """Return a random rating, whatever the user and the item are."""
        return np.random.normal(self.trainset.global_mean, self.sigma)

    def _estimate_many(
        self, users: NDArray[np.int32], _items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        # NumPy draws many numbers as it draws one after the other.
        return np.random.normal(self.trainset.global_mean, self.sigma, size=len(users))
