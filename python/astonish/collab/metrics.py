"""Errors to show beside the loss: functions of predictions and ratings, over all of a part."""

from typing import Any

import numpy as np


def mse(preds: Any, targs: Any) -> float:
    """Return the mean squared error.

    Parameters
    ----------
    preds, targs : arrays of shape (n,)
        Predictions and ratings, n at least 1.

    Examples
    --------
    >>> mse([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    return float(np.mean(_errors(preds, targs) ** 2))


def rmse(preds: Any, targs: Any) -> float:
    """Return the root of the mean squared error.

    Examples
    --------
    >>> rmse([1.0, 2.0], [4.0, 5.0])
    3.0
    """
    return float(np.sqrt(mse(preds, targs)))


def mae(preds: Any, targs: Any) -> float:
    """Return the mean of the absolute errors.

    Examples
    --------
    >>> mae([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    return float(np.mean(np.abs(_errors(preds, targs))))


def _errors(preds: Any, targs: Any) -> Any:
    predictions, ratings = np.asarray(preds, np.float64), np.asarray(targs, np.float64)
    if predictions.shape != ratings.shape:
        raise ValueError(
            f"preds and targs must have one shape, got {predictions.shape} and {ratings.shape}"
        )
    return predictions - ratings
