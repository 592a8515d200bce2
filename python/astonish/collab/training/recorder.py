"""Losses, rates and metrics of a training, and pictures of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astonish.models.training.epochs import History
from astonish.models.training.schedules import Schedule
from astonish.support import plotting
from astonish.support.checks import check_choice, check_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BETA = 0.98


class SmoothLoss:
    """The exponential mean of all losses so far, corrected for its start at 0.

    Attributes
    ----------
    value : float
        The mean; NaN before the first loss.
    """

    def __init__(self) -> None:
        self._mean, self._weight = 0.0, 0.0
        self.value = float("nan")

    def add(self, losses: Iterable[float]) -> list[float]:
        """Add losses and return the mean after each of them."""
        start = self._mean, self._weight
        steps = list(accumulate(losses, _smoothed, initial=start))
        self._mean, self._weight = steps[-1]
        means = [mean / weight for mean, weight in steps[1:]]
        self.value = means[-1] if means else self.value
        return means


def _smoothed(state: tuple[float, float], loss: float) -> tuple[float, float]:
    """Return the mean and the weight of all that is in it; the start at 0 has the rest."""
    mean, weight = state
    return _BETA * mean + (1 - _BETA) * loss, _BETA * weight + (1 - _BETA)


class Recorder:
    """Losses, rates and metrics of the last training, by batch and by epoch.

    Attributes
    ----------
    batch_losses : list of float
        The loss of each batch before its update.
    losses : list of float
        Their exponential mean (beta 0.98) over all epochs; what is shown as ``train_loss``.
    lrs : list of float
        Learning rates of the batches.
    hps : dict of lists
        ``"lr"`` and ``"mom"`` of the batches.
    values : list of lists
        One an epoch: ``train_loss``, ``valid_loss`` where there are ratings to validate with, and
        the metrics.
    iters : list of int
        Number of batches until the end of each epoch.
    metric_names : list of str
        Columns of the table: ``epoch``, the names of `values`, ``time``.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.metric_names = ["epoch", *names, "time"]
        self.batch_losses: list[float] = []
        self.losses: list[float] = []
        self.lrs: list[float] = []
        self.hps: dict[str, list[float]] = {"lr": self.lrs, "mom": []}
        self.values: list[list[float]] = []
        self.iters: list[int] = []
        self._smooth = SmoothLoss()

    @property
    def smooth_loss(self) -> float:
        """The exponential mean of the losses as it is now; NaN before the first batch."""
        return self._smooth.value

    def history(self) -> History:
        """Return losses and metrics of the epochs by name, as models keep them in ``history_``."""
        names = self.metric_names[1:-1]
        return {name: [values[k] for values in self.values] for k, name in enumerate(names)}

    def add_batches(self, losses: NDArray[np.float64], schedule: Schedule) -> None:
        """Record batches that were trained."""
        self.batch_losses += losses.tolist()
        self.losses += self._smooth.add(losses.tolist())
        self.lrs += schedule.lrs.tolist()
        self.hps["mom"] += schedule.moms.tolist()

    def add_epoch(self, values: list[float]) -> None:
        """Record an epoch whose batches were added."""
        self.values.append(values)
        self.iters.append(len(self.losses))

    def column(self, name: str) -> list[float]:
        """Return one number an epoch: those in `values` of that name.

        Raises
        ------
        ValueError
            For a name that is not among the columns.
        """
        names = self.metric_names[1:-1]
        index = names.index(check_choice("name", name, names))
        return [values[index] for values in self.values]

    def plot_loss(
        self,
        skip_start: int = 5,
        with_valid: bool = True,
        log: bool = False,
        show_epochs: bool = False,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw the losses of the training and of the validation.

        Parameters
        ----------
        skip_start : int, default 5
            Number of batches to leave out, whose losses are high.
        with_valid : bool, default True
            Whether to draw the loss of the validation, where there is one.
        log : bool, default False
            Whether both axes are logarithmic.
        show_epochs : bool, default False
            Whether to mark the ends of epochs.
        ax : Axes, optional
            Where to draw; by default a new figure.

        Returns
        -------
        Axes

        Raises
        ------
        ImportError
            Without the extra ``plot``.
        ValueError
            When there are no more than `skip_start` batches.
        """
        skip_start = check_integer("skip_start", skip_start, minimum=0)
        self._need_batches(skip_start)
        ax = plotting.axes(ax)
        ax.plot(range(skip_start, len(self.losses)), self.losses[skip_start:], label="train")
        if log:
            ax.set(xscale="log", yscale="log")
        if show_epochs:
            for end in self.iters:
                ax.axvline(end, color="grey", linestyle=":")
        ax.set(xlabel="steps", ylabel="loss", title="learning curve")
        if with_valid and "valid_loss" in self.metric_names:
            n_skipped = sum(end < skip_start for end in self.iters)
            valid = self.column("valid_loss")[n_skipped:]
            ax.plot(self.iters[n_skipped:], valid, label="valid")
            ax.legend()
        return ax

    def plot_lr_find(
        self,
        skip_end: int = 5,
        suggestions: Sequence[tuple[float, float]] = (),
        nms: Sequence[str] = (),
        ax: Axes | None = None,
    ) -> Axes:
        """Draw the losses of `Learner.lr_find` over the learning rate.

        Parameters
        ----------
        skip_end : int, default 5
            Number of batches at the end to leave out, whose losses are high.
        suggestions : sequence of (learning rate, loss)
            Points to mark.
        nms : sequence of str
            What they are called.
        ax : Axes, optional
            Where to draw; by default a new figure.
        """
        n_shown = len(self.losses) - check_integer("skip_end", skip_end, minimum=0)
        self._need_batches(skip_end)
        ax = plotting.axes(ax)
        ax.plot(self.lrs[:n_shown], self.losses[:n_shown])
        ax.set(xscale="log", xlabel="Learning Rate", ylabel="Loss")
        for point, name in zip(suggestions, nms, strict=True):
            ax.plot(*point, "o", label=name)
        if suggestions:
            ax.legend(loc="best")
        return ax

    def plot_sched(self, keys: Iterable[str] | None = None, ax: Any = None) -> Any:
        """Draw learning rate and momentum of each batch.

        Parameters
        ----------
        keys : sequence of str, optional
            Which of ``"lr"`` and ``"mom"``; by default both.
        ax : Axes, or list of them, optional
            Where to draw, one for each of `keys`; by default a new figure.

        Returns
        -------
        Axes, or a list of them where `keys` are several
        """
        names = [check_choice("keys", key, self.hps) for key in (keys or self.hps)]
        self._need_batches(0)
        if ax is None:
            every = _side_by_side(len(names))
        else:
            every = list(ax) if isinstance(ax, (list, tuple, np.ndarray)) else [ax]
        if len(every) != len(names):
            raise ValueError(f"ax must hold {len(names)} Axes, one for each key, got {len(every)}")
        for name, drawn in zip(names, every, strict=True):
            drawn.plot(self.hps[name])
            drawn.set(xlabel="steps", ylabel=name)
        return every if len(every) > 1 else every[0]

    def _need_batches(self, n_skipped: int) -> None:
        if len(self.losses) <= n_skipped:
            raise ValueError(
                f"the recorder has {len(self.losses)} batches, {n_skipped} of them to be left out: "
                "nothing to draw; call fit or lr_find first"
            )


def _side_by_side(n: int) -> list[Axes]:
    first = plotting.axes(size=(5.0 * n, 3.5))
    if n == 1:
        return [first]
    figure = first.figure
    first.remove()
    return list(figure.subplots(1, n))
