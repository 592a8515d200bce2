"""How far estimates are from ratings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rmse(true: Any, estimated: Any) -> Any:
    """Return the root mean squared error, ``sqrt(mean((true - estimated)^2))``.

    Parameters
    ----------
    true, estimated : arrays of shape (n,)
        Ratings and their estimates, n at least 1.

    Raises
    ------
    ValueError
        When the shapes differ or there are no ratings.

    Examples
    --------
    >>> float(rmse([1.0, 2.0], [4.0, 5.0]))
    3.0
    """
    return np.sqrt(mse(true, estimated))


def mse(true: Any, estimated: Any) -> Any:
    """Return the mean squared error, ``mean((true - estimated)^2)``; arguments as for `rmse`.

    Examples
    --------
    >>> float(mse([1.0, 2.0], [1.0, 4.0]))
    2.0
    """
    ratings, estimates = check_columns(true, estimated)
    return np.mean((ratings - estimates) ** 2)


def mae(true: Any, estimated: Any) -> Any:
    """Return the mean absolute error, ``mean(|true - estimated|)``; arguments as for `rmse`.

    Examples
    --------
    >>> float(mae([1.0, 2.0], [1.0, 4.0]))
    1.0
    """
    ratings, estimates = check_columns(true, estimated)
    return np.mean(np.abs(ratings - estimates))


def check_columns(true: Any, estimated: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ratings and estimates as float64 arrays; ValueError unless they fit each other."""
    ratings, estimates = np.asarray(true, np.float64), np.asarray(estimated, np.float64)
    if ratings.shape != estimates.shape or ratings.ndim != 1:
        raise ValueError(
            "true and estimated must be arrays of the same shape (n,), "
            f"got {ratings.shape} and {estimates.shape}"
        )
    if not len(ratings):
        raise ValueError("true and estimated must hold at least one rating")
    for name, column in (("true", ratings), ("estimated", estimates)):
        if np.isnan(column).any():
            raise ValueError(f"{name}[{int(np.argmax(np.isnan(column)))}] is nan")
    return ratings, estimates
