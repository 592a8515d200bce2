"""Parameters before training."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROWS_A_DRAW = 1 << 14


def draw_normal(
    values: SimpleNamespace, rng: np.random.RandomState, *n_rows: int, dtype: str = "float64"
) -> list[NDArray[Any]]:
    """Draw one matrix of factors after the other.

    `values` are checked parameters: ``n_factors``, ``init_mean`` and ``init_std_dev``.
    """
    matrices = [np.empty((n, values.n_factors), dtype) for n in n_rows]
    for matrix in matrices:
        for begin in range(0, len(matrix), _ROWS_A_DRAW):  # the same numbers, in less memory
            rows = matrix[begin : begin + _ROWS_A_DRAW]
            rows[:] = rng.normal(values.init_mean, values.init_std_dev, rows.shape)
    return matrices
