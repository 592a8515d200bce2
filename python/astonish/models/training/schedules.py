"""Learning rate and momentum of every batch, decided before training begins.

The shapes are fastai's: one cycle (Smith: A disciplined approach to neural network
hyper-parameters. 2018), flat and then a cosine, cosines with restarts, and constant. The position
within a training is summed up batch by batch and then rounded to float32, as fastai's passes
through a tensor; so each number is fastai's own.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.support.checks import INT32_MAX, check_below_1, check_integer, check_number
from astonish.support.memory import check_fits

Numbers = NDArray[np.float64]
Moms = tuple[float, float, float]

_ARRAYS = 8  # one number a batch in each, at the peak: rates, momenta, and what they are made of

MOM = 0.9
MOMS: Moms = (0.95, 0.85, 0.95)


class Schedule(NamedTuple):
    """What each batch is trained with.

    Attributes
    ----------
    lrs, moms : float64 arrays of shape (n_epochs * n_batches,)
        Learning rates, and momenta: what Adam keeps of its mean gradient.
    """

    lrs: Numbers
    moms: Numbers

    def of_epoch(self, epoch: int, n_batches: int) -> "Schedule":
        """Return the part of an epoch of `n_batches` batches."""
        batches = slice(epoch * n_batches, (epoch + 1) * n_batches)
        return Schedule(self.lrs[batches], self.moms[batches])


def constant(n_epochs: int, n_batches: int, lr: float, mom: float = MOM) -> Schedule:
    """Return the same learning rate and momentum for every batch.

    Raises
    ------
    TypeError, ValueError
        For a count or a rate out of range, here and in the other schedules.

    Examples
    --------
    >>> constant(1, 2, lr=0.01)
    Schedule(lrs=array([0.01, 0.01]), moms=array([0.9, 0.9]))
    """
    progress = _progress(n_epochs, n_batches)
    lr, mom = check_number("lr", lr, minimum=0), check_below_1("mom", mom)
    return Schedule(np.full(len(progress), lr), np.full(len(progress), mom))


def one_cycle(
    n_epochs: int,
    n_batches: int,
    lr_max: float,
    div: float = 25.0,
    div_final: float = 1e5,
    pct_start: float = 0.25,
    moms: Moms = MOMS,
) -> Schedule:
    """Raise the learning rate to `lr_max` and let it fall; the momentum does the opposite.

    Parameters
    ----------
    n_epochs, n_batches : int
        Epochs, and batches in each.
    lr_max : float
        The highest learning rate.
    div, div_final : float, default 25 and 1e5
        `lr_max` is divided by them for the first and the last learning rate.
    pct_start : float, default 0.25
        Share of the training, from 0 to below 1, in which the learning rate rises.
    moms : three floats, default (0.95, 0.85, 0.95)
        Momentum at the start, at the highest learning rate and at the end.

    Examples
    --------
    >>> schedule = one_cycle(1, 8, lr_max=0.01)
    >>> [round(lr, 5) for lr in schedule.lrs.tolist()]
    [0.0004, 0.0052, 0.01, 0.00933, 0.0075, 0.005, 0.0025, 0.00067]
    """
    lr_max = check_number("lr_max", lr_max, minimum=0)
    first, last = _divided(lr_max, "div", div), _divided(lr_max, "div_final", div_final)
    segments = _rise_and_fall(n_epochs, n_batches, pct_start)
    return Schedule(
        segments.cosines((first, lr_max), (lr_max, last)),
        segments.cosines(*_pairs(check_moms(moms))),
    )


def flat_cos(
    n_epochs: int,
    n_batches: int,
    lr: float,
    div_final: float = 1e5,
    pct_start: float = 0.75,
    mom: float = MOM,
) -> Schedule:
    """Keep `lr` for `pct_start` of the training, then let it fall to ``lr / div_final``.

    Examples
    --------
    >>> schedule = flat_cos(1, 4, lr=0.01, pct_start=0.5)
    >>> [round(lr, 5) for lr in schedule.lrs.tolist()]
    [0.01, 0.01, 0.01, 0.005]
    """
    lr = check_number("lr", lr, minimum=0)
    last = _divided(lr, "div_final", div_final)
    lrs = _rise_and_fall(n_epochs, n_batches, pct_start).cosines((lr, lr), (lr, last))
    return Schedule(lrs, np.full(len(lrs), check_below_1("mom", mom)))


def sgdr(
    n_cycles: int,
    cycle_len: int,
    n_batches: int,
    lr_max: float,
    cycle_mult: int = 2,
    mom: float = MOM,
) -> Schedule:
    """Let the learning rate fall from `lr_max` to 0, `n_cycles` times, each `cycle_mult` as long.

    The first cycle has `cycle_len` epochs (Loshchilov, Hutter: SGDR. ICLR 2017).

    Examples
    --------
    >>> schedule = sgdr(n_cycles=2, cycle_len=1, n_batches=2, lr_max=0.01)
    >>> [round(lr, 5) for lr in schedule.lrs.tolist()]
    [0.01, 0.005, 0.01, 0.00854, 0.005, 0.00146]
    """
    lr_max = check_number("lr_max", lr_max, minimum=0)
    lengths = cycle_lengths(n_cycles, cycle_len, cycle_mult)
    n_epochs = sum(lengths)
    shares = [length / n_epochs for length in lengths]
    segments = _Segments(_progress(n_epochs, n_batches), shares)
    lrs = segments.cosines(*[(lr_max, 0.0)] * n_cycles)
    return Schedule(lrs, np.full(len(lrs), check_below_1("mom", mom)))


def cycle_lengths(n_cycles: int, cycle_len: int, cycle_mult: int) -> list[int]:
    """Return the epochs of each cycle of `sgdr`."""
    n_cycles = check_integer("n_cycles", n_cycles, 1, INT32_MAX)
    cycle_len = check_integer("cycle_len", cycle_len, 1, INT32_MAX)
    cycle_mult = check_integer("cycle_mult", cycle_mult, 1, INT32_MAX)
    return [cycle_len * cycle_mult**cycle for cycle in range(n_cycles)]


class _Segments:
    """The segment that each batch is in, and how far."""

    def __init__(self, progress: Numbers, shares: Sequence[float]) -> None:
        edges = np.cumsum(np.array([0, *shares], np.float32))
        rounded = progress.astype(np.float32)
        self._of_each = np.clip(np.searchsorted(edges, rounded, "right") - 1, 0, len(shares) - 1)
        begin = edges[self._of_each]
        within = (rounded - begin) / (edges[self._of_each + 1] - begin)
        turns = (math.pi * (1 - within.astype(np.float64))).tolist()
        self._risen = 1 + np.fromiter(map(math.cos, turns), np.float64, len(turns))

    def cosines(self, *ends: tuple[float, float]) -> Numbers:
        """Return what goes from the first to the second of `ends` in each segment."""
        start, end = np.array(ends)[self._of_each].T
        values: Numbers = start + self._risen * (end - start) / 2
        return values


def _progress(n_epochs: int, n_batches: int) -> Numbers:
    """Return the share of the training that lies before each batch."""
    n_epochs = check_integer("n_epochs", n_epochs, 0, INT32_MAX)
    n_batches = check_integer("n_batches", n_batches, 1, INT32_MAX)
    n_bytes = _ARRAYS * np.float64().itemsize * n_epochs * n_batches
    what = f"the schedule of n_epochs={n_epochs} of {n_batches} batches"
    check_fits(n_bytes, what, "fewer epochs or larger batches take less")
    steps = np.full((n_epochs, n_batches), 1.0 / (n_batches * max(n_epochs, 1)))
    steps[:, 0] = np.arange(n_epochs) / max(n_epochs, 1)
    return np.cumsum(steps, axis=1).ravel()


def _rise_and_fall(n_epochs: int, n_batches: int, pct_start: float) -> _Segments:
    pct_start = check_below_1("pct_start", pct_start)
    return _Segments(_progress(n_epochs, n_batches), [pct_start, 1 - pct_start])


def _pairs(values: Moms) -> tuple[tuple[float, float], tuple[float, float]]:
    start, middle, end = values
    return (start, middle), (middle, end)


def _divided(lr: float, name: str, value: Any) -> float:
    divisor = check_number(name, value, minimum=0)
    if divisor == 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    quotient = lr / divisor
    if math.isinf(quotient):
        raise ValueError(f"{name}={value!r} is too small: {lr} divided by it is infinite")
    return quotient


def check_moms(moms: Any) -> Moms:
    """Return three momenta, from 0 to below 1; TypeError or ValueError otherwise."""
    if not isinstance(moms, Sequence) or isinstance(moms, str) or len(moms) != 3:
        raise ValueError(f"moms must hold three numbers, got {moms!r}")
    start, middle, end = (check_below_1(f"moms[{index}]", mom) for index, mom in enumerate(moms))
    return start, middle, end
