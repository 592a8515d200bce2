"""The metrics by name: those of the package and those that users register."""

import inspect
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from astonish.metrics.concordance import fcp
from astonish.metrics.metric import NEEDS, Metric
from astonish.metrics.rating_errors import mae, mse, rmse
from astonish.metrics.two_valued import auc, brier, log_loss
from astonish.support.checks import check_choice

_BUILT_IN = (
    Metric("rmse", rmse, greater_is_better=False),
    Metric("mse", mse, greater_is_better=False),
    Metric("mae", mae, greater_is_better=False),
    Metric("fcp", fcp, by_user=True),
    Metric("auc", auc),
    Metric("log_loss", log_loss, greater_is_better=False),
    Metric("brier", brier, greater_is_better=False),
)
_metrics = {metric.name: metric for metric in _BUILT_IN}

_N_ARGUMENTS = {"ratings": 2, "lists": 2, "lists+features": 3}


class UnknownMetricError(ValueError, AttributeError):
    """A metric that does not exist; an AttributeError too, as in scikit-surprise."""


def register(
    name: str,
    function: Callable[..., Any],
    *,
    needs: str = "ratings",
    greater_is_better: bool = True,
) -> None:
    """Make a metric known by name to cross-validation, searches, callbacks and the command.

    Parameters
    ----------
    name : str
        Without spaces and commas; letters count as small ones.
    function : callable
        By `needs`: ``f(true, estimated) -> float`` for "ratings", or
        ``f(hits, n_relevant) -> float64 array (n_users,)`` for "lists"; see `Metric`.
    needs : {"ratings", "lists", "lists+features"}, default "ratings"
        What the metric is computed from.
    greater_is_better : bool, default True
        Whether the best value is the highest; errors want False.

    Raises
    ------
    TypeError
        When `name` is not a text, `function` does not take so many arguments, or
        `greater_is_better` is not a bool.
    ValueError
        For a name that is taken or holds spaces or commas, or another kind of `needs`.

    Examples
    --------
    >>> import numpy as np
    >>> from astonish import metrics
    >>> def within_one(true, estimated):
    ...     return float(np.mean(abs(true - estimated) <= 1))
    >>> metrics.register("within_one", within_one)
    >>> "within_one" in metrics.names()
    True
    >>> metrics.unregister("within_one")
    """
    key = _check_name(name)
    check_choice("needs", needs, NEEDS)
    _check_function(function, _N_ARGUMENTS[needs])
    if not isinstance(greater_is_better, bool):
        raise TypeError(f"greater_is_better must be True or False, got {greater_is_better!r}")
    if key in _metrics:
        raise ValueError(f"name {name!r} is taken: unregister({key!r}) first, or choose another")
    _metrics[key] = Metric(key, function, needs, greater_is_better)


def unregister(name: str) -> None:
    """Forget a metric that `register` made known; ValueError for one of the package's own.

    Raises
    ------
    UnknownMetricError
        For a name that is not registered.
    """
    metric = get(name)
    if metric in _BUILT_IN:
        raise ValueError(f"name {name!r} is a metric of the package, which stays")
    del _metrics[metric.name]


def get(name: str) -> Metric:
    """Return the record of a metric; `name` in any case of letters.

    Raises
    ------
    UnknownMetricError
        For a name that is not registered; it suggests the closest one.

    Examples
    --------
    >>> from astonish import metrics
    >>> metrics.get("RMSE").greater_is_better
    False
    """
    metric = _metrics.get(name.lower()) if isinstance(name, str) else None
    if metric is None:
        close = get_close_matches(str(name).lower(), _metrics, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UnknownMetricError(f"metric {name!r} is not one of {_listed(_metrics)}{hint}")
    return metric


def names(needs: str | None = None) -> tuple[str, ...]:
    """Return the names of all metrics, or of those that are computed from `needs`."""
    if needs is not None:
        check_choice("needs", needs, NEEDS)
    return tuple(name for name, metric in _metrics.items() if needs in (None, metric.needs))


def select(
    wanted: Iterable[str], *, needs: str = "ratings", argument: str = "metrics"
) -> dict[str, Metric]:
    """Return the metrics that a caller asked for, by the names as they were written.

    Parameters
    ----------
    wanted : iterable of str
        Names in any case of letters.
    needs : str, default "ratings"
        What the caller has; metrics that need something else are refused.
    argument : str, default "metrics"
        What errors call `wanted`.

    Raises
    ------
    TypeError
        When `wanted` is not iterable.
    UnknownMetricError
        For one text in place of a list, and for an unknown name.
    """
    if not hasattr(wanted, "__iter__"):
        raise TypeError(f"{argument} must be a list of names, got {wanted!r}")
    known = names(needs)
    listed = [wanted] if isinstance(wanted, str) else list(wanted)
    for name in listed:
        if isinstance(wanted, str) or str(name).lower() not in known:
            is_one = isinstance(wanted, str) and wanted.lower() in known
            raise UnknownMetricError(
                f"{argument} must be a list of {_listed(known)}, got {name!r}"
                f"{f'; pass [{name!r}]' if is_one else ''}"
            )
    return {str(name): _metrics[str(name).lower()] for name in listed}


def _listed(known: Iterable[str]) -> str:
    return ", ".join(map(repr, known))


def _check_name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"name must be a text, got {name!r}")
    if not name or any(letter.isspace() or letter == "," for letter in name):
        raise ValueError(f"name must be a text without spaces and commas, got {name!r}")
    return name.lower()


def _check_function(function: Any, n_arguments: int) -> None:
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return
    try:
        signature.bind(*range(n_arguments))
    except TypeError:
        raise TypeError(
            f"function must take {n_arguments} arguments, got {function!r} with {signature}"
        ) from None
