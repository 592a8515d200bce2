"""Which learning rate the losses of a trial suggest; fastai's rules, each a pure function.

All take what `lr_find` saw, ends cut off: learning rates and smoothed losses of n batches, and the
number of batches that were asked for. All return the learning rate, and the point of the curve to
mark. Your own function of that kind may stand beside them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Suggestion = tuple[float, tuple[float, float]]
SuggestFunction = Callable[[Numbers, Numbers, int], Suggestion]


def valley(lrs: Any, losses: Any, num_it: int) -> Suggestion:  # noqa: ARG001
    """Return the learning rate about half way down the longest valley.

    The valley is the longest chain of ever lower losses, which need not be neighbours.

    Examples
    --------
    >>> valley([0.001, 0.01, 0.1, 1.0], [4.0, 3.0, 2.0, 5.0], num_it=4)
    (0.001, (0.001, 4.0))
    """
    lrs, losses = _curve(lrs, losses)
    lengths = np.ones(len(losses), dtype=np.int64)
    for index in range(1, len(losses)):
        higher = losses[:index] > losses[index]
        lengths[index] += lengths[:index].max(where=higher, initial=0)
    end = int(lengths.argmax())
    begin = end - int(lengths[end]) if end else 0
    third = (end - begin) / 3
    return _at(lrs, losses, max(begin + int(third) + int(third / 2), 0))


def slide(
    lrs: Any,
    losses: Any,
    num_it: int,  # noqa: ARG001
    lr_diff: int = 15,
    thresh: float = 0.005,
    adjust_value: float = 1.0,
) -> Suggestion:
    """Return the learning rate where the slopes at the ends of a sliding interval become alike.

    The interval is `lr_diff` batches long and slides from the end of the curve to its beginning
    until the slopes differ by no more than `thresh`; the learning rate at its left end is
    multiplied by `adjust_value`.

    Raises
    ------
    ValueError
        When the curve is no longer than the interval.
    """
    lrs, losses = _curve(lrs, losses)
    if len(losses) <= lr_diff:
        raise ValueError(f"slide needs more than lr_diff={lr_diff} losses, got {len(losses)}")
    slopes = np.gradient(losses)
    steady = np.abs(slopes[lr_diff:] - slopes[:-lr_diff]) <= thresh
    left = int(np.flatnonzero(steady)[-1]) + 1 if steady.any() else 0
    suggestion = float(lrs[min(left, len(steady) - 1)]) * adjust_value
    loss = np.interp(np.log10(suggestion), np.log10(lrs), losses)
    return suggestion, (suggestion, float(loss))


def minimum(lrs: Any, losses: Any, num_it: int) -> Suggestion:  # noqa: ARG001
    """Return a tenth of the learning rate with the lowest loss; the point is the lowest.

    Examples
    --------
    >>> minimum([0.001, 0.01, 0.1, 1.0], [4.0, 3.0, 2.0, 5.0], num_it=4)
    (0.01, (0.1, 2.0))
    """
    lrs, losses = _curve(lrs, losses)
    lr, point = _at(lrs, losses, int(losses.argmin()))
    return lr / 10, point


def steep(lrs: Any, losses: Any, num_it: int) -> Suggestion:  # noqa: ARG001
    """Return the learning rate from which the loss falls fastest, on a logarithmic axis.

    Examples
    --------
    >>> steep([0.001, 0.01, 0.1, 1.0], [4.0, 3.5, 2.0, 5.0], num_it=4)
    (0.01, (0.01, 3.5))
    """
    lrs, losses = _curve(lrs, losses)
    if len(lrs) == 1:
        return _at(lrs, losses, 0)
    slopes = np.diff(losses) / np.diff(np.log(lrs))
    return _at(lrs, losses, int(slopes.argmin()))


def _curve(lrs: Any, losses: Any) -> tuple[Numbers, Numbers]:
    rates, heights = np.asarray(lrs, np.float64), np.asarray(losses, np.float64)
    if not len(rates) or rates.shape != heights.shape:
        raise ValueError(f"a curve needs a loss a rate, got {len(rates)} and {len(heights)}")
    return rates, heights


def _at(lrs: Numbers, losses: Numbers, index: int) -> Suggestion:
    lr = float(lrs[index])
    return lr, (lr, float(losses[index]))
