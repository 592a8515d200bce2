"""Ready-made callbacks: they watch a column of the table, stop the training and save the best."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from astonish.collab.metrics import is_lower_better
from astonish.collab.training.callback import Callback, CancelFitException
from astonish.models.training.epochs import EarlyStopping
from astonish.support.checks import INT32_MAX, check_integer, check_number


class TrackerCallback(Callback):
    """Base of callbacks that compare epochs by a column of the table.

    Parameters
    ----------
    monitor : str, default "valid_loss"
        The column: ``train_loss``, ``valid_loss`` or a metric.
    comp : callable, optional
        ``numpy.less`` or ``numpy.greater``. By default `astonish.metrics` says which is better
        where it knows `monitor`; else it is `numpy.less` where `monitor` has "loss" or "error" in
        its name.
    min_delta : float, default 0
        By how much a value must be better than the best to count.
    reset_on_fit : bool, default True
        Whether each training forgets the best of the one before.
    """

    order = 60
    patience: int | None = None

    def __init__(
        self,
        monitor: str = "valid_loss",
        comp: Callable[[Any, Any], Any] | None = None,
        min_delta: float = 0.0,
        reset_on_fit: bool = True,
    ) -> None:
        if not isinstance(monitor, str):
            raise TypeError(f"monitor must be a name of a column, got {monitor!r}")
        if not (comp is None or callable(comp)):
            raise TypeError(f"comp must be a function, got {comp!r}")
        self.monitor = monitor
        if comp is None:
            comp = np.less if is_lower_better(monitor) else np.greater
        self.comp = comp
        self.min_delta = check_number("min_delta", min_delta, minimum=0)
        self.reset_on_fit = reset_on_fit
        self.best: float | None = None
        self.new_best = False
        self._stopping = self._begin()

    def before_fit(self) -> None:
        """Check `monitor` and forget the best."""
        names = self.learn.recorder.metric_names[1:-1]
        if self.monitor not in names:
            raise ValueError(
                f"monitor={self.monitor!r} must be one of the columns {', '.join(names)}"
                + _no_validation(self.monitor, names)
            )
        if self.reset_on_fit:
            self.best = None
        self.new_best = False
        self._stopping = self._begin()

    def after_epoch(self) -> None:
        """Compare the epoch to the best so far."""
        value = self.learn.recorder.column(self.monitor)[-1]
        self.new_best = self._stopping.is_best(value)
        self.best = self._stopping.best

    def _begin(self) -> EarlyStopping:
        return EarlyStopping(self.patience, self.comp, self.min_delta, self.best)


class EarlyStoppingCallback(TrackerCallback):
    """Ends the training when a column has not become better for `patience` epochs.

    The model stays as the last epoch left it, as in fastai; `SaveModelCallback` goes back to the
    best.

    Parameters
    ----------
    monitor, comp, min_delta, reset_on_fit
        See `TrackerCallback`.
    patience : int, default 1
        Number of epochs to wait for a better one.

    Examples
    --------
    >>> import astonish
    >>> from astonish.collab import CollabDataLoaders, collab_learner
    >>> data = astonish.make_ratings(n_users=50, n_items=40, n_ratings=1000)
    >>> learn = collab_learner(CollabDataLoaders.from_dataset(data, seed=42), verbose=False)
    >>> learn.fit(50, 0.01, cbs=EarlyStoppingCallback(patience=2))
    >>> len(learn.recorder.values) < 50
    True
    """

    order = TrackerCallback.order + 3

    def __init__(
        self,
        monitor: str = "valid_loss",
        comp: Callable[[Any, Any], Any] | None = None,
        min_delta: float = 0.0,
        patience: int = 1,
        reset_on_fit: bool = True,
    ) -> None:
        self.patience = check_integer("patience", patience, 1, INT32_MAX)
        super().__init__(monitor, comp, min_delta, reset_on_fit)

    @property
    def wait(self) -> int:
        """Number of epochs since the best."""
        return self._stopping.since

    def after_epoch(self) -> None:
        """Stop after the last epoch that patience allows."""
        super().after_epoch()
        if self._stopping.is_over:
            self.learn.say(
                f"No improvement since epoch {self.learn.epoch - self.wait}: early stopping"
            )
            raise CancelFitException


class SaveModelCallback(TrackerCallback):
    """Saves the best epoch's model, and loads it at the end.

    Parameters
    ----------
    monitor, comp, min_delta, reset_on_fit
        See `TrackerCallback`.
    fname : str, default "model"
        The name for `Learner.save`.
    every_epoch : bool or int, default False
        Save each epoch, or each so-many-th, as ``fname_0``, ``fname_1``, ..., and load none.
    at_end : bool, default False
        Save once more when the training ends, instead of loading the best.
    with_opt : bool, default False
        Whether the state of the optimizer is saved, too, and loaded.

    Attributes
    ----------
    last_saved_path : Path or None
        The file that was written last.
    """

    order = TrackerCallback.order + 1

    def __init__(
        self,
        monitor: str = "valid_loss",
        comp: Callable[[Any, Any], Any] | None = None,
        min_delta: float = 0.0,
        fname: str = "model",
        every_epoch: bool | int = False,
        at_end: bool = False,
        with_opt: bool = False,
        reset_on_fit: bool = True,
    ) -> None:
        super().__init__(monitor, comp, min_delta, reset_on_fit)
        if every_epoch and at_end:
            raise ValueError("every_epoch and at_end cannot both be set")
        self.fname = fname
        number = int(every_epoch) if isinstance(every_epoch, bool) else every_epoch
        self.every_epoch = check_integer("every_epoch", number, 0)
        self.at_end = at_end
        self.with_opt = with_opt
        self.last_saved_path: Path | None = None

    def before_fit(self) -> None:
        """Forget what an earlier training saved."""
        if not self.every_epoch:
            super().before_fit()
        self.last_saved_path = None

    def after_epoch(self) -> None:
        """Save what is to be saved."""
        if self.every_epoch:
            if self.learn.epoch % self.every_epoch == 0:
                self._save(f"{self.fname}_{self.learn.epoch}")
            return
        super().after_epoch()
        if self.new_best:
            self.learn.say(
                f"Better model found at epoch {self.learn.epoch} "
                f"with {self.monitor} value: {self.best}."
            )
            self._save(self.fname)

    def after_fit(self) -> None:
        """Load the best model, or save the last."""
        if self.at_end:
            self._save(self.fname)
        elif not self.every_epoch and self.last_saved_path is not None:
            self.learn.load(self.fname, with_opt=self.with_opt)

    def _save(self, name: str) -> None:
        self.last_saved_path = self.learn.save(name, with_opt=self.with_opt)


def _no_validation(monitor: str, names: list[str]) -> str:
    if monitor == "train_loss" or "valid_loss" in names:
        return ""
    return ": dls has no ratings to validate with"
