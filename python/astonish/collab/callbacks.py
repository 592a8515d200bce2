"""What may watch a training, and stop it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astonish.support.checks import INT32_MAX, as_list, check_integer, check_number

if TYPE_CHECKING:
    from astonish.collab.learner import Learner

EVENTS = ("before_fit", "before_epoch", "after_epoch", "after_cancel_fit", "after_fit")
# Those of fastai that lie inside an epoch: it is trained in one call of the core.
_INNER_EVENTS = frozenset(
    f"{when}_{what}"
    for when in ("before", "after", "after_cancel")
    for what in ("batch", "pred", "loss", "backward", "step", "train", "validate")
)
_ERRORS = ("mae", "mse", "rmse")  # the metrics of metrics.py: the lower, the better


class CancelFitException(Exception):
    """Raised by a callback to end the training after this epoch; the model stays as it is then."""


class Callback:
    """Base of what watches a training; a subclass defines some of the methods.

    Epochs are trained in one call of the core each, so there are no events inside an epoch.

    Attributes
    ----------
    learn : Learner
        The learner that calls. It has ``epoch`` and ``n_epoch``, ``recorder``, ``model`` (with the
        parameters of the epoch), `Learner.save`, and so on.
    order : int
        Callbacks with a lower order are called first.

    Examples
    --------
    >>> class Stop(Callback):
    ...     def after_epoch(self):
    ...         if self.learn.epoch == 1:
    ...             raise CancelFitException
    """

    order: int = 0
    learn: Learner

    def before_fit(self) -> None:
        """Be called before the first epoch."""

    def before_epoch(self) -> None:
        """Be called before each epoch."""

    def after_epoch(self) -> None:
        """Be called after each epoch, when its figures are in ``learn.recorder``."""

    def after_cancel_fit(self) -> None:
        """Be called when a callback has ended the training."""

    def after_fit(self) -> None:
        """Be called at the end, whether or not a callback has brought it about."""


class TrackerCallback(Callback):
    """Base of what remembers the best value of a column of the table.

    Parameters
    ----------
    monitor : str, default "valid_loss"
        The column: ``train_loss``, ``valid_loss`` or a metric.
    comp : callable, optional
        ``numpy.less`` or ``numpy.greater``. Default: `numpy.less` where `monitor` has "loss" or
        "error" in its name, and for ``mse``, ``rmse`` and ``mae``; else `numpy.greater`.
    min_delta : float, default 0
        By how much a value must be better than the best to count.
    reset_on_fit : bool, default True
        Whether each training forgets the best of the one before.
    """

    order = 60

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
        self.comp = _comparison(monitor) if comp is None else comp
        self.min_delta = check_number("min_delta", min_delta, minimum=0)
        self.reset_on_fit = reset_on_fit
        self.best: float | None = None
        self.new_best = False

    def before_fit(self) -> None:
        """Check `monitor` and forget the best."""
        names = self.learn.recorder.metric_names[1:-1]
        if self.monitor not in names:
            raise ValueError(
                f"monitor={self.monitor!r} is none of the columns {', '.join(names)}"
                + _no_validation(self.monitor, names)
            )
        if self.reset_on_fit:
            self.best = None
        self.new_best = False

    def after_epoch(self) -> None:
        """Compare the epoch to the best so far."""
        value = self.learn.recorder.column(self.monitor)[-1]
        delta = -self.min_delta if self.comp is np.less else self.min_delta
        best = np.inf if self.comp is np.less else -np.inf
        if self.best is not None:
            best = self.best
        self.new_best = bool(self.comp(value - delta, best))
        if self.new_best:
            self.best = value


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
        super().__init__(monitor, comp, min_delta, reset_on_fit)
        self.patience = check_integer("patience", patience, 1, INT32_MAX)
        self.wait = 0

    def before_fit(self) -> None:
        """Begin to wait anew."""
        super().before_fit()
        self.wait = 0

    def after_epoch(self) -> None:
        """Stop after the last epoch that patience allows."""
        super().after_epoch()
        self.wait = 0 if self.new_best else self.wait + 1
        if self.wait >= self.patience:
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


def check_callbacks(name: str, cbs: Any) -> list[Callback]:
    """Return one callback, several or none as a list; classes are called to make them.

    Raises
    ------
    TypeError
        For what is no callback, and for one with an event inside an epoch.
    """
    made = [each() if isinstance(each, type) else each for each in as_list(cbs)]
    for each in made:
        if not isinstance(each, Callback):
            raise TypeError(f"{name} must be a Callback or a list of them, got {each!r}")
        inner = sorted(_INNER_EVENTS.intersection(dir(each)))
        if inner:
            raise TypeError(
                f"{name}: {type(each).__name__}.{inner[0]} would not be called: an epoch is "
                f"trained in one call of the core; events are {', '.join(EVENTS)}"
            )
    return made


def _comparison(monitor: str) -> Any:
    falls = "loss" in monitor or "error" in monitor or monitor in _ERRORS
    return np.less if falls else np.greater


def _no_validation(monitor: str, names: list[str]) -> str:
    if monitor == "train_loss" or "valid_loss" in names:
        return ""
    return ": dls has no ratings to validate with"
