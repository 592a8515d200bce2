"""How much each rating counts in training."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.support.arrays import as_float64, as_numbers


def check_weights(sample_weight: Any, n_ratings: int) -> NDArray[np.float64] | None:
    """Return `sample_weight` as an array, or None where there are no weights.

    Raises
    ------
    TypeError
        For what is no array of numbers.
    ValueError
        Unless there is one finite weight for each rating, not negative, and not all are zero.
    """
    if sample_weight is None:
        return None
    weights = as_float64(as_numbers("sample_weight", sample_weight))
    if weights.shape != (n_ratings,):
        raise ValueError(
            f"sample_weight must have one weight for each of the {n_ratings} ratings, "
            f"got an array of shape {weights.shape}"
        )
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        index = int(np.argmax(wrong))
        raise ValueError(
            f"sample_weight[{index}] must be finite and at least 0, got {weights[index]}"
        )
    if not weights.any():
        raise ValueError("sample_weight must not be all zeros")
    return weights
