"""Training one epoch after the other: losses, early stopping, progress, in one place."""

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.training.held_out import HeldOut
from astonish.models.training.publishing import publish_epoch
from astonish.support.cancellation import check_cancelled
from astonish.support.checks import INT32_MAX, check_integer
from astonish.support.parameters import function, optional
from astonish.support.progress import progress_bar

Losses = dict[str, float]
History = dict[str, list[float]]
#: Called after each epoch with its number and its losses; True stops the training.
EpochCallback = Callable[[int, Losses], Any]

#: Parameters that watch the training, which files do not keep.
WATCHERS = ("callback", "validation", "patience")
#: Why training ended, as ``stopped_by_`` says it.
ALL_EPOCHS, BY_PATIENCE, BY_TOL, BY_CALLBACK = "n_epochs", "patience", "tol", "callback"


class Trainer(Protocol):
    """Parameters in training, in whatever layout the kernel likes."""

    def run_epoch(self, epoch: int) -> Losses:
        """Train one epoch and return its losses, such as ``{"loss": 0.9}``."""
        ...

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Return copies of the parameters, under the names of the model's attributes."""
        ...


class EarlyStopping:
    """Remember the best epoch, and say when `patience` epochs have not been better.

    Parameters
    ----------
    patience : int or None
        Epochs to wait for a better one; None waits for ever.
    is_better : function of two numbers, default ``numpy.less``
        Return whether the first is better than the second.
    min_delta : float, default 0
        By how much a value must be better than the best to count.
    best : float, optional
        The value to beat, by default none.

    Attributes
    ----------
    best : float or None
        The best value.
    since : int
        Number of epochs since then.
    best_parameters : dict of arrays or None
        Copies of the parameters of the best epoch, where `should_stop` was given them.
    """

    def __init__(
        self,
        patience: int | None,
        is_better: Callable[[Any, Any], Any] = np.less,
        min_delta: float = 0.0,
        best: float | None = None,
    ) -> None:
        self._patience, self._is_better = patience, is_better
        is_lower_better = is_better is np.less
        self._handicap = min_delta if is_lower_better else -min_delta
        self._worst = np.inf if is_lower_better else -np.inf
        self.best, self.since = best, 0
        self.best_parameters: dict[str, NDArray[Any]] | None = None

    def is_best(self, value: float) -> bool:
        """Take note of an epoch and return whether it is the best so far."""
        best = self._worst if self.best is None else self.best
        if not self._is_better(value + self._handicap, best):
            self.since += 1
            return False
        self.best, self.since = value, 0
        return True

    @property
    def is_over(self) -> bool:
        """Whether `patience` epochs have not been better."""
        return self._patience is not None and self.since >= self._patience

    def should_stop(self, error: float, parameters: dict[str, NDArray[Any]]) -> bool:
        """Take note of an epoch and of its parameters, and return whether it is the last."""
        if self._patience is None:
            return False
        if self.is_best(error):
            # Copies: a callback has the model's own arrays and may write to them.
            self.best_parameters = {name: array.copy() for name, array in parameters.items()}
        return self.is_over


class _Convergence:
    """Say when `period` epochs lower the training loss by less than a share of it."""

    def __init__(self, tol: float | None, period: int) -> None:
        self._tol = tol
        self._last = deque([np.inf] * period, maxlen=period)

    def is_reached(self, losses: Losses) -> bool:
        loss = losses.get("loss", losses.get("rmse"))
        if self._tol is None or loss is None:
            return False
        last = self._last[0]
        self._last.append(loss)
        return bool(np.isfinite(last) and last - loss < self._tol * abs(last))


def run_epochs(
    model: Any,
    trainer: Trainer,
    held_out: HeldOut | None,
    n_epochs: int | None = None,
    announcement: str | None = None,
    period: int = 1,
) -> None:
    """Train for `n_epochs` epochs and set the parameters and ``history_`` of the model.

    The model says how: ``n_epochs`` where the argument is None, and then ``patience`` (stop when
    that many epochs in a row have not lowered the error on `held_out`, and keep the best epoch's
    parameters) and ``tol`` (stop when `period` epochs, after which the training loss swings back,
    hardly lower it); ``callback`` (called with the epoch and its losses; True stops) and
    ``verbose`` (a bar of progress; or `announcement` printed before each epoch, with its number in
    place of ``{}``). ``history_`` holds each loss of each epoch, ``stopped_by_`` says why training
    ended. While a callback runs, the model has the parameters of that epoch.

    Raises
    ------
    TypeError, ValueError
        For a parameter out of range, or a callback that gives the model another training set.
    """
    is_fit = n_epochs is None
    n_epochs = check_n_epochs(model.n_epochs if n_epochs is None else n_epochs)
    stopping = EarlyStopping(_check_patience(model, held_out) if is_fit else None)
    convergence = _Convergence(getattr(model, "tol", None) if is_fit else None, period)
    callback, trainset = optional(function)("callback", model.callback), model.trainset
    model.history_, model.stopped_by_ = {}, ALL_EPOCHS
    has_bar = model.verbose and announcement is None
    with progress_bar(n_epochs, "epoch", shown=has_bar) as progress:
        for epoch in range(n_epochs):
            check_cancelled()
            if model.verbose and announcement is not None:
                print(announcement.format(epoch))
            losses = trainer.run_epoch(epoch)
            reasons = [BY_TOL] if convergence.is_reached(losses) else []
            if held_out is not None or callback is not None:
                vars(model).update(parameters := trainer.parameters())
            if held_out is not None:
                losses["validation_rmse"] = validation_rmse(model, held_out)
                if stopping.should_stop(losses["validation_rmse"], parameters):
                    reasons.append(BY_PATIENCE)
            for name, loss in losses.items():
                model.history_.setdefault(name, []).append(loss)
            progress.set_postfix(losses, refresh=False)
            progress.update()
            if callback is not None and _is_true(_call(model, callback, epoch, losses, trainset)):
                reasons.append(BY_CALLBACK)
            if reasons:
                model.stopped_by_ = reasons[-1]
                break
    vars(model).update(stopping.best_parameters or trainer.parameters())


def check_n_epochs(n_epochs: Any) -> int:
    """Return `n_epochs` if the core can count so far; TypeError or ValueError otherwise."""
    return check_integer("n_epochs", n_epochs, 0, INT32_MAX)


def total_weight(by_user: Csr, weights: NDArray[np.float64] | None) -> float:
    """Return what the squared errors of a pass are divided by."""
    return len(by_user.values) if weights is None else float(weights.sum())


def root_mean_square(squared_error: float, total: float) -> float:
    """Return the RMSE; 0 where nothing has a weight, because all that had one is held out."""
    return float(np.sqrt(squared_error / (total or 1.0)))


def validation_rmse(model: Any, held_out: HeldOut) -> float:
    """Return the root mean squared error of `model` on what was held out, as `test` predicts it."""
    estimates = model._finish(model._estimate_many(held_out.users, held_out.items))
    return float(np.sqrt(np.mean((held_out.values - estimates) ** 2)))


def _check_patience(model: Any, held_out: HeldOut | None) -> int | None:
    patience = getattr(model, "patience", None)
    if patience is None:
        return None
    if held_out is None:
        raise ValueError(f"patience={patience!r} needs validation: ratings to stop by")
    return check_integer("patience", patience, 1, INT32_MAX)


def _call(
    model: Any, callback: EpochCallback, epoch: int, losses: Losses, trainset: Trainset
) -> Any:
    """Show the epoch to readers, and ask the callback, which may change the model."""
    with publish_epoch(model):
        answer = callback(epoch, losses)
    if getattr(model, "trainset", None) is not trainset:
        raise ValueError(
            "callback fitted the model that it was called for, or took its trainset away: "
            "copy.copy(model) may be fitted"
        )
    return answer


def _is_true(answer: Any) -> bool:
    return isinstance(answer, (bool, np.bool_)) and bool(answer)
