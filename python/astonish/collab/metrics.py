"""Metrics to show beside the loss, called as fastai's are: predictions first, then ratings.

The formulas are those of `astonish.metrics`, which take the true ratings first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import metrics as registry
from astonish.support.checks import as_list

Metric = Callable[[Any, Any], Any]


def mse(preds: Any, targs: Any) -> float:
    """Return the mean squared error.

    Parameters
    ----------
    preds, targs : arrays of the same shape
        Predictions and ratings, at least one.

    Examples
    --------
    >>> mse([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    return float(registry.mse(*_true_first(preds, targs)))


def rmse(preds: Any, targs: Any) -> float:
    """Return the root of the mean squared error.

    Examples
    --------
    >>> rmse([1.0, 2.0], [4.0, 5.0])
    3.0
    """
    return float(registry.rmse(*_true_first(preds, targs)))


def mae(preds: Any, targs: Any) -> float:
    """Return the mean of the absolute errors.

    Examples
    --------
    >>> mae([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    return float(registry.mae(*_true_first(preds, targs)))


def _true_first(preds: Any, targs: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    predictions, ratings = np.asarray(preds, np.float64), np.asarray(targs, np.float64)
    if predictions.shape != ratings.shape:
        raise ValueError(
            f"preds and targs must have one shape, got {predictions.shape} and {ratings.shape}"
        )
    return ratings.ravel(), predictions.ravel()


class RegisteredMetric:
    """A metric that `astonish.metrics` knows by name.

    Raises
    ------
    ValueError
        For an unknown name, and for a metric that needs more than ratings and predictions.

    Examples
    --------
    >>> float(RegisteredMetric("mae")([1.0, 2.0], [1.0, 4.0]))
    1.0
    """

    def __init__(self, name: str) -> None:
        (record,) = registry.select([name]).values()
        if record.by_user:
            raise ValueError(
                f"metrics has {name!r}, which compares the ratings of a user with each other: "
                "a learner measures predictions alone"
            )
        self._function = record.function
        self.__name__ = record.name

    def __call__(self, preds: Any, targs: Any) -> Any:
        """Return the value for predictions and ratings."""
        return self._function(*_true_first(preds, targs))


def check_metrics(metrics: Any) -> list[Metric]:
    """Return functions, or names of registered metrics, as a list of functions.

    Raises
    ------
    TypeError
        For what is neither a function nor a name.
    ValueError
        For a name that is not registered.
    """
    return [_as_function(metric) for metric in as_list(metrics)]


def _as_function(metric: Any) -> Metric:
    if isinstance(metric, str):
        return RegisteredMetric(metric)
    if not callable(metric):
        raise TypeError(f"metrics must be functions of (preds, targs) or names, got {metric!r}")
    return metric  # type: ignore[no-any-return]


def name_of(metric: Any) -> str:
    """Return the name of a function, also of one whose arguments are partly given."""
    return getattr(getattr(metric, "func", metric), "__name__", type(metric).__name__)


def value_of(metric: Metric, preds: Any, targs: Any) -> float:
    """Return the value of a metric; TypeError when that is not a number."""
    answer = metric(preds, targs)
    try:
        return float(answer)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"metrics must return a number each, {name_of(metric)} returned {answer!r}"
        ) from None


def is_lower_better(name: str) -> bool:
    """Return whether low values of a column of the table are good.

    A registered metric says so; of others those are, as in fastai, that have "loss" or "error" in
    their name.
    """
    if name in registry.names():
        return not registry.get(name).greater_is_better
    return "loss" in name or "error" in name
