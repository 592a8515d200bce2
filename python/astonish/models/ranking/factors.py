"""The parameters of biased matrix factorization, as the core takes them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.support.arrays import as_float64, as_floats


class Factors(NamedTuple):
    """Parameters of ``global_mean + bu[u] + bi[i] + <pu[u], qi[i]>``, in C order.

    The four arrays are of one dtype, float32 or float64. The sum is the product
    alone where `biased` is False.
    """

    pu: NDArray[Any]
    qi: NDArray[Any]
    bu: NDArray[Any]
    bi: NDArray[Any]
    global_mean: float
    biased: bool

    @classmethod
    def of(cls, pu: Any, qi: Any, bu: Any, bi: Any, global_mean: float, biased: bool) -> "Factors":
        """Return parameters that users may have assigned; float64 unless all four are float32."""
        pu, qi, bu, bi = as_floats(pu, qi, bu, bi)
        return cls(pu, qi, bu, bi, float(global_mean), bool(biased))

    def as_float64(self) -> "Factors":
        """Return the same parameters in float64, themselves where they are that."""
        pu, qi, bu, bi = map(as_float64, (self.pu, self.qi, self.bu, self.bi))
        return Factors(pu, qi, bu, bi, self.global_mean, self.biased)

    @classmethod
    def of_biases(
        cls, bu: NDArray[np.float64], bi: NDArray[np.float64], global_mean: float
    ) -> "Factors":
        """Return the parameters of ``global_mean + bu[u] + bi[i]``: no factors."""
        pu, qi = np.zeros((len(bu), 0)), np.zeros((len(bi), 0))
        return cls(pu, qi, bu, bi, float(global_mean), biased=True)
