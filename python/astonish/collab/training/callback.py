"""The base of callbacks, and the learner as they see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from astonish.collab.loaders.data import CollabDataLoaders
from astonish.collab.loaders.loader import RatingsLoader
from astonish.collab.training.recorder import Recorder
from astonish.models.embedding.embedding_model import EmbeddingModel
from astonish.support.checks import as_list

EVENTS = ("before_fit", "before_epoch", "after_epoch", "after_cancel_fit", "after_fit")
# Those of fastai that lie inside an epoch: it is trained in one call of the core.
_INNER_EVENTS = frozenset(
    f"{when}_{what}"
    for when in ("before", "after", "after_cancel")
    for what in ("batch", "pred", "loss", "backward", "step", "train", "validate")
)


class CancelFitException(Exception):
    """Raised by a callback to end the training after this epoch; the model stays as it is then."""


class CallingLearner(Protocol):
    """The part of `Learner` that a callback may use."""

    @property
    def dls(self) -> CollabDataLoaders:
        """The ratings."""
        ...

    @property
    def model(self) -> EmbeddingModel:
        """The model, with the parameters of the epoch."""
        ...

    @property
    def recorder(self) -> Recorder:
        """Losses and metrics of the training so far."""
        ...

    @property
    def epoch(self) -> int:
        """The epoch in training, from 0."""
        ...

    @property
    def n_epoch(self) -> int:
        """How many epochs were asked for."""
        ...

    def validate(self, ds_idx: int = 1, dl: RatingsLoader | None = None) -> list[float]:
        """Return the loss and the metrics of a part."""
        ...

    def get_preds(self, ds_idx: int = 1, dl: RatingsLoader | None = None) -> tuple[Any, ...]:
        """Return predictions and ratings of a part."""
        ...

    def predict(self, row: Any) -> Any:
        """Predict the rating of one user for one item."""
        ...

    def save(self, file: str | Path, with_opt: bool = True) -> Path:
        """Write the parameters to a file."""
        ...

    def load(self, file: str | Path, with_opt: bool = True) -> Any:
        """Read what `save` wrote, when the training is over."""
        ...

    def export(self, fname: str | Path = "export.npz") -> Path:
        """Write the model to a file."""
        ...

    def say(self, message: str) -> None:
        """Print a message where the table is shown."""
        ...


class Callback:
    """Base of callbacks; a subclass defines some of the methods.

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
    learn: CallingLearner

    def before_fit(self) -> None:
        """Be called before the first epoch."""

    def before_epoch(self) -> None:
        """Be called before each epoch."""

    def after_epoch(self) -> None:
        """Be called after each epoch, when its losses and metrics are in ``learn.recorder``."""

    def after_cancel_fit(self) -> None:
        """Be called when a callback has ended the training."""

    def after_fit(self) -> None:
        """Be called at the end, also when a callback has ended the training."""


def check_callbacks(name: str, cbs: Any) -> list[Callback]:
    """Return one callback, several or none as a list; classes are called to make them.

    Raises
    ------
    TypeError
        For anything but callbacks, and for one with an event inside an epoch.
    """
    made = [given() if isinstance(given, type) else given for given in as_list(cbs)]
    for callback in made:
        if not isinstance(callback, Callback):
            raise TypeError(f"{name} must be a Callback or a list of them, got {callback!r}")
        inner = sorted(_INNER_EVENTS.intersection(dir(callback)))
        if inner:
            raise TypeError(
                f"{name}: {type(callback).__name__}.{inner[0]} would not be called: an epoch is "
                f"trained in one call of the core; events are {', '.join(EVENTS)}"
            )
    return made
