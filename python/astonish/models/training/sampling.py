"""Which ratings a batch is made of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.support.checks import INT32_MAX, check_choice, check_integer

SAMPLINGS = ("permutation", "replacement")


class EpochSampler:
    """Draws the samples of one epoch after the other.

    Parameters
    ----------
    n : int
        Number of ratings.
    batch_size : int
        Ratings in a batch.
    sampling : {"permutation", "replacement"}
        Whether an epoch takes each rating at most once, in a new order, or draws each sample among
        all ratings: then it meets about 63 % of them.
    rng : numpy.random.RandomState
        Where the order comes from.

    Attributes
    ----------
    batch_size : int
        Ratings in a batch; `n` where that is less than the argument.
    n_batches : int
        Whole batches in an epoch; what is left over is dropped, as fastai does.

    Raises
    ------
    TypeError, ValueError
        For an argument out of range, and without ratings.

    Examples
    --------
    >>> import numpy as np
    >>> sampler = EpochSampler(7, 3, "permutation", np.random.RandomState(0))
    >>> sampler.n_batches
    2
    >>> sampler.next()
    array([6, 2, 1, 3, 0, 5], dtype=int32)
    """

    def __init__(self, n: int, batch_size: int, sampling: str, rng: np.random.RandomState) -> None:
        self._n = check_integer("n", n, 1, INT32_MAX)
        self.batch_size = min(check_integer("batch_size", batch_size, 1), self._n)
        self.n_batches = self._n // self.batch_size
        self._sampling = check_choice("sampling", sampling, SAMPLINGS)
        self._rng = rng

    def next(self) -> NDArray[np.int32]:
        """Return the samples of an epoch: int32 of shape (n_batches * batch_size,)."""
        n_samples = self.n_batches * self.batch_size
        if self._sampling == "replacement":
            return self._rng.randint(self._n, size=n_samples, dtype=np.int32)
        order: NDArray[Any] = np.arange(self._n, dtype=np.int32)
        self._rng.shuffle(order)
        return order[:n_samples]
