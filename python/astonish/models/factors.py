"""The parameters of biased matrix factorization, as the core takes them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Factors(NamedTuple):
    """Parameters of ``global_mean + bu[u] + bi[i] + <pu[u], qi[i]>``, float64 and C-contiguous.

    The sum is the product alone where `biased` is False.
    """

    pu: NDArray[np.float64]
    qi: NDArray[np.float64]
    bu: NDArray[np.float64]
    bi: NDArray[np.float64]
    global_mean: float
    biased: bool

    @classmethod
    def of_biases(
        cls, bu: NDArray[np.float64], bi: NDArray[np.float64], global_mean: float
    ) -> "Factors":
        """Return the parameters of ``global_mean + bu[u] + bi[i]``: no factors."""
        pu, qi = np.zeros((len(bu), 0)), np.zeros((len(bi), 0))
        return cls(pu, qi, bu, bi, float(global_mean), biased=True)
