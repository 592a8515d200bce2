"""Scaled sigmoids: estimates that stay between two bounds, as y_range.hpp says."""

import math
import numbers
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from astonish.support.warning import warn_user

YRange: TypeAlias = tuple[float, float] | None
Numbers: TypeAlias = NDArray[np.float64]

#: Why estimates behind a sigmoid are not explained.
NO_SUM = (
    "with y_range={} an estimate is no sum of what ratings contribute: explain needs y_range=None"
)
_STEEPEST = 4.0  # sums beyond are linearised here, where the slope is 7 % of the steepest


def check_y_range(y_range: Any) -> YRange:
    """Return two numbers, the lower first, or None.

    Raises
    ------
    TypeError, ValueError
        For what is not two finite numbers in ascending order.
    """
    if y_range is None:
        return None
    is_pair = isinstance(y_range, (Sequence, np.ndarray)) and len(y_range) == 2
    if not is_pair or not all(isinstance(bound, numbers.Real) for bound in y_range):
        raise TypeError(f"y_range must be two numbers (low, high), got {y_range!r}")
    try:
        low, high = map(float, y_range)
    except OverflowError:  # an int beyond all floats
        low = high = math.inf
    if not (low < high and math.isfinite(high - low)):
        raise ValueError(f"y_range must be finite and ascend, got {y_range!r}")
    return low, high


def warn_if_tight(y_range: YRange, ratings: Numbers) -> None:
    """Warn the user when ratings lie on the bounds or beyond: no estimate gets there."""
    if y_range is None or not len(ratings):
        return
    lowest, highest = float(ratings.min()), float(ratings.max())
    if not y_range[0] < lowest <= highest < y_range[1]:
        warn_user(
            f"y_range={y_range} is tighter than the ratings, which go from {lowest:g} to "
            f"{highest:g}: predictions can never reach them"
        )


def widened(scale: tuple[float, float]) -> tuple[float, float]:
    """Return a rating scale with an eighth of it on either side: (0.5, 5.5) of (1, 5)."""
    low, high = map(float, scale)
    margin = (high - low) / 8 or 0.5
    return low - margin, high + margin


def to_estimates(sums: Numbers, y_range: YRange) -> Numbers:
    """Return the estimates of sums."""
    if y_range is None:
        return sums
    low, high = y_range
    with np.errstate(over="ignore"):  # of sums far below: the estimate is the lower bound
        return low + (high - low) / (1 + np.exp(-sums))


def linearised(sums: Numbers, y_range: tuple[float, float]) -> tuple[Numbers, Numbers]:
    """Return estimates near `sums`, and their slopes."""
    low, high = y_range
    share = 1 / (1 + np.exp(-np.clip(sums, -_STEEPEST, _STEEPEST)))
    return low + (high - low) * share, (high - low) * share * (1 - share)
