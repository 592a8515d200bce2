"""How far predictions are from the truth: the functions of ``surprise.accuracy``.

They take predictions as `Model.test` returns them; `astonish.metrics` has the formulas of
arrays.
"""

from collections.abc import Iterable
from typing import Any

from astonish import metrics
from astonish.metrics.truth import columns_of

__all__ = ["fcp", "mae", "mse", "rmse"]


def rmse(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the root mean squared error.

    Parameters
    ----------
    predictions : iterable of Prediction or of 5-tuples (uid, iid, r_ui, est, details)
        As `Model.test` returns them.
    verbose : bool, default True
        Whether to print the value.

    Raises
    ------
    TypeError
        For what are no predictions, such as a test set.
    ValueError
        When there are no predictions, or one has no true rating.

    Examples
    --------
    >>> from astonish import accuracy
    >>> error = accuracy.rmse([("u", "i", 3.0, 4.0, {}), ("u", "j", 3.0, 3.0, {})])
    RMSE: 0.7071
    """
    return _report("rmse", "RMSE: ", predictions, verbose)


def mse(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the mean squared error; parameters and errors as in `rmse`."""
    return _report("mse", "MSE: ", predictions, verbose)


def mae(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the mean absolute error; parameters and errors as in `rmse`."""
    return _report("mae", "MAE:  ", predictions, verbose)


def fcp(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the fraction of concordant pairs, O(n log n).

    Of the pairs of a user's ratings that differ, the concordant ones are those whose estimates
    differ the same way. Counts are averaged over the users that have any, then
    ``concordant / (concordant + discordant)``.

    Parameters and errors as in `rmse`; ValueError also when no user has two different ratings.

    References
    ----------
    Koren, Sill: Collaborative filtering on ordinal user feedback. IJCAI 2013, section 5.2.
    """
    return _report("fcp", "FCP:  ", predictions, verbose)


def _report(name: str, label: str, predictions: Iterable[Any], verbose: bool) -> float:
    value: float = metrics.get(name).of_ratings(*columns_of(predictions))
    if verbose:
        print(f"{label}{value:1.4f}")
    return value
