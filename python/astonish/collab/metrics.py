"""Errors to show beside the loss: functions of predictions and ratings, over all of a part."""

from collections.abc import Callable
from typing import Any

import numpy as np

from astonish.support.checks import as_list

Metric = Callable[[Any, Any], Any]


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


def check_metrics(metrics: Any) -> list[Metric]:
    """Return one function, several or none as a list; TypeError for what is no function."""
    several = as_list(metrics)
    for each in several:
        if not callable(each):
            raise TypeError(f"metrics must be functions of (preds, targs), got {each!r}")
    return several


def name_of(metric: Any) -> str:
    """Return the name of a function, also of one whose arguments are partly given."""
    return getattr(getattr(metric, "func", metric), "__name__", type(metric).__name__)


def figure_of(metric: Metric, preds: Any, targs: Any) -> float:
    """Return what a metric says of predictions and ratings; TypeError when that is no number."""
    answer = metric(preds, targs)
    try:
        return float(answer)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"metrics must return a number each, {name_of(metric)} returned {answer!r}"
        ) from None
