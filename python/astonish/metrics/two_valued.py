"""Metrics of ratings that take two values, such as clicks (1) and their absence (0).

The higher of the two values is the positive one. Estimates may be on any scale for `auc`; `brier`
and `log_loss` take them to be on the scale of the ratings, and read
``p = (estimated - low) / (high - low)``, clipped to [0, 1], as the probability of the higher value.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.metrics.rating_errors import check_columns

# Logarithms stay finite: the resolution of float64 at 1, as in scikit-learn's log_loss.
EPSILON = float(np.finfo(np.float64).eps)


def auc(true: Any, estimated: Any) -> Any:
    """Return the area under the ROC curve, O(n log n).

    The probability that a rating of the higher value has the higher estimate, when one rating of
    each value is drawn at random; equal estimates count half::

        AUC = (R - P (P + 1) / 2) / (P N)

    with P ratings of the higher value, N of the lower one, and R the sum of the ranks of the
    estimates of the former among all (1 is the lowest; equal estimates share their mean rank).

    Parameters
    ----------
    true, estimated : arrays of shape (n,)
        Ratings of exactly two values, and their estimates.

    Raises
    ------
    ValueError
        When the ratings do not take exactly two values, or the shapes differ.

    References
    ----------
    Hanley, McNeil: The meaning and use of the area under a receiver operating characteristic (ROC)
    curve. Radiology 143, 1982.

    Examples
    --------
    >>> float(auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    ratings, estimates = check_columns(true, estimated)
    is_high = ratings == _two_values(ratings)[1]
    ranks = _mean_ranks(estimates)
    n_high = int(is_high.sum())
    n_low = len(ratings) - n_high
    return (ranks[is_high].sum() - n_high * (n_high + 1) / 2) / (n_high * n_low)


def log_loss(true: Any, estimated: Any) -> Any:
    """Return the mean negative logarithm of the probability of the true values.

    With y 1 for the higher value and 0 for the lower one, and p as above::

        -mean(y log(p) + (1 - y) log(1 - p))

    p is clipped to [2^-52, 1 - 2^-52] first, so that one estimate at the wrong end of the scale
    costs 36.04 and not infinity. Arguments and errors as for `auc`.

    Examples
    --------
    >>> round(float(log_loss([1, 5], [3, 3])), 4)
    0.6931
    """
    is_high, probabilities = _outcomes(true, estimated)
    probabilities = np.clip(probabilities, EPSILON, 1 - EPSILON)
    return -np.mean(np.where(is_high, np.log(probabilities), np.log1p(-probabilities)))


def brier(true: Any, estimated: Any) -> Any:
    """Return the mean squared error of the probabilities, ``mean((p - y)^2)``.

    y and p as for `log_loss`, but p is clipped to [0, 1] only. Arguments and errors as for `auc`.

    References
    ----------
    Brier: Verification of forecasts expressed in terms of probability. Monthly Weather Review 78,
    1950.

    Examples
    --------
    >>> float(brier([1, 5], [2, 5]))
    0.03125
    """
    is_high, probabilities = _outcomes(true, estimated)
    return np.mean((probabilities - is_high) ** 2)


def _outcomes(true: Any, estimated: Any) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return whether each rating is the higher one, and the estimated probability that it is."""
    ratings, estimates = check_columns(true, estimated)
    low, high = _two_values(ratings)
    return ratings == high, np.clip((estimates - low) / (high - low), 0.0, 1.0)


def _two_values(ratings: NDArray[np.float64]) -> tuple[float, float]:
    values = np.unique(ratings)
    if len(values) != 2:
        shown = ", ".join(f"{value:g}" for value in values[:5])
        raise ValueError(
            "auc, log_loss and brier need ratings of exactly two values, "
            f"got {len(values)}: {shown}{', ...' if len(values) > 5 else ''}"
        )
    return float(values[0]), float(values[1])


def _mean_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 1 for the lowest; equal values share the mean of their ranks."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[which.reshape(-1)]
