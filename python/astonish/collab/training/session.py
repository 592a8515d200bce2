"""The state of a learner: ratings, model, optimizer, order of samples and recorded losses."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.collab.loaders.data import CollabDataLoaders
from astonish.collab.loaders.loader import RatingsLoader
from astonish.collab.metrics import Metric, mse, name_of, value_of
from astonish.collab.training.optimizer import Optimizer
from astonish.collab.training.recorder import Recorder
from astonish.models.embedding.embedding_model import EmbeddingModel
from astonish.models.training.mini_batches import Arrays, BatchTraining, EpochTrainer
from astonish.models.training.publishing import snapshot, updated
from astonish.models.training.sampling import SAMPLINGS, EpochSampler
from astonish.models.training.schedules import Schedule
from astonish.support.checks import check_choice, check_number
from astonish.support.random_state import get_rng

Plan = Callable[[int], Schedule]  # of the number of batches an epoch


class Course(NamedTuple):
    """A training that begins.

    Attributes
    ----------
    trainer : EpochTrainer
        It trains an epoch at a time, by `schedule`.
    schedule : Schedule
        Rates of all batches.
    n_batches : int
        Batches an epoch.
    """

    trainer: EpochTrainer
    schedule: Schedule
    n_batches: int


class Session:
    """Ratings, a model of them, and the state that the next training begins with.

    Readers in other threads see the model as it was before or after a whole epoch: its arrays are
    replaced all at once, never written to.

    Parameters
    ----------
    dls : CollabDataLoaders
        The ratings.
    model : EmbeddingModel
        Unless it was fitted to ``dls.trainset``, it gets fresh parameters for that.
    metrics : list of functions
        Called beside the loss; see `Learner`.
    wd : float or None
        Weight decay where a training is given none; None for that of the training before.
    is_shown : bool
        Whether anything is printed.

    Attributes
    ----------
    optimizer : Optimizer
        Adam as the last training left it.
    order : numpy.random.RandomState
        Draws the order of samples.
    recorder : Recorder
        Losses and metrics of the last training.
    epoch, n_epoch : int
        The epoch that is, or was last, in training, and how many were asked for.
    is_live : bool
        Whether a table that is printed may be drawn anew.
    """

    def __init__(
        self,
        dls: CollabDataLoaders,
        model: EmbeddingModel,
        metrics: list[Metric],
        wd: float | None,
        is_shown: bool,
    ) -> None:
        self.dls, self.model = dls, model
        self.metrics, self.wd = metrics, wd
        check_choice("sampling", model.sampling, SAMPLINGS)
        self.is_shown, self.is_live = is_shown, True
        self.epoch = self.n_epoch = 0
        self.recorder = Recorder()
        self.optimizer = Optimizer()
        self.training: BatchTraining | None = None
        rng = get_rng(model.random_state)
        if getattr(model, "trainset", None) is not dls.trainset:
            with updated(model) as started:
                started._start(dls.trainset, rng)
        self.order = np.random.RandomState(rng.randint(2**31))

    def publish(self, values: Arrays | dict[str, Any]) -> None:
        """Give the model other attributes, all of them in one step."""
        self.model.__dict__ = {**vars(self.model), **values}

    def snapshot(self) -> EmbeddingModel:
        """Return the model as it is at this moment, whatever is trained later."""
        return snapshot(self.model)

    def estimates_of(self, loader: RatingsLoader) -> NDArray[np.float64]:
        """Return the model's estimate for each row, not clipped: float64 of shape (n,)."""
        model = self.snapshot()
        self._refuse_other_ids(model)
        inner = loader.users - np.int32(1), loader.items - np.int32(1)
        return model._estimate_many(*inner)

    def losses_of(self, loader: RatingsLoader) -> list[float]:
        """Return the loss and the metrics of a part; nothing where it has no ratings."""
        if not loader.n or loader.ratings is None:
            return []
        pair = self.estimates_of(loader), loader.ratings
        # Metrics may compute in place.
        return [mse(*pair), *(value_of(metric, *map(np.copy, pair)) for metric in self.metrics)]

    def columns(self) -> list[str]:
        """Return the names of the numbers that are recorded of each epoch."""
        if not self.dls.valid.n:
            return ["train_loss"]
        return ["train_loss", "valid_loss", *map(name_of, self.metrics)]

    def optimizer_now(self) -> Optimizer:
        """Return the optimizer with what Adam remembers at this moment.

        Raises
        ------
        ValueError
            When another thread trains: it is in the midst of an epoch.
        """
        if self.training is None:
            return self.optimizer
        if self._is_changed_elsewhere():
            raise ValueError(
                "another thread trains the learner, and Adam's memory changes by the batch: "
                "save(..., with_opt=False) leaves it out"
            )
        return self.optimizer._replace(state=self.training.state())

    def mom(self, reset_opt: bool) -> float:
        """Return the momentum that a training begins with."""
        return Optimizer().mom if reset_opt else self.optimizer.mom

    def begin_training(self, plan: Plan, wd: float | None, reset_opt: bool, n_epoch: int) -> Course:
        """Begin a training with the schedule that `plan` makes of the number of batches."""
        self.optimizer = self._with_wd(Optimizer() if reset_opt else self.optimizer, wd)
        sampler = self._sampler(self.order)
        schedule = plan(sampler.n_batches)
        self.training = self.open_training(self.optimizer)
        self.recorder, self.n_epoch = Recorder(self.columns()), n_epoch
        return Course(EpochTrainer(self.training, schedule, sampler), schedule, sampler.n_batches)

    def end_training(self, stopped_by: str) -> None:
        """Keep the state that the next training begins with, and say why this one ended."""
        assert self.training is not None
        moms = self.recorder.hps["mom"]
        mom = moms[-1] if moms else self.optimizer.mom
        self.optimizer = self.optimizer._replace(state=self.training.state(), mom=mom)
        self.publish({"history_": self.recorder.history(), "stopped_by_": stopped_by})
        self.training = None

    def trial(self) -> tuple[BatchTraining, EpochSampler, float]:
        """Return a training apart, samples for it in an order that is not used up, and momentum."""
        optimizer = self._with_wd(self.optimizer, None)
        sampler = self._sampler(copy.deepcopy(self.order))
        return self.open_training(optimizer), sampler, optimizer.mom

    def open_training(self, optimizer: Optimizer) -> BatchTraining:
        """Return a training that begins with the model's parameters; the model keeps its own."""
        model = self.snapshot()
        self._refuse_other_ids(model)
        if optimizer.state is not None and not optimizer.state.is_of(model._parameters()):
            raise ValueError(
                "Adam remembers other parameters than the model's: fit(..., reset_opt=True) "
                "makes it forget them"
            )
        train = self.dls.train
        inner = train.users - np.int32(1), train.items - np.int32(1)
        assert train.ratings is not None
        return model._training(*inner, train.ratings, optimizer.wd, optimizer.state)

    def refuse_in_training(self, name: str) -> None:
        """Raise a ValueError while a training runs, or another thread changes the model."""
        if self.training is not None or self._is_changed_elsewhere():
            raise ValueError(
                f"{name} was called by a callback or another thread: the learner is in training"
            )

    def _is_changed_elsewhere(self) -> bool:
        """Return whether another thread changes the model."""
        me = get_ident()
        return bool(vars(self).get("_changed_by", me) != me)

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Change the model; a ValueError when another thread does so already."""
        me, is_outer = get_ident(), "_changed_by" not in vars(self)
        try:
            if vars(self).setdefault("_changed_by", me) != me:  # one step: no thread comes between
                self.refuse_in_training(name)
            yield
        finally:
            if is_outer and vars(self).get("_changed_by") == me:
                del vars(self)["_changed_by"]

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Give back model, Adam's memory and order of samples when an error leaves the block."""
        model, optimizer, order = self.model, self.optimizer, self.order.get_state()
        attributes = dict(vars(model))
        try:
            yield
        except BaseException:
            # Not inside the model's own: Ctrl-C could come between, and give back the one alone.
            model.__dict__ = attributes
            self.optimizer = optimizer
            self.order.set_state(order)
            raise
        finally:
            self.training = None

    def _refuse_other_ids(self, model: EmbeddingModel) -> None:
        """Raise a ValueError for a model of other ratings, or an unfitted one."""
        if getattr(model, "trainset", None) is not self.dls.trainset:
            raise ValueError("the model was fitted to another training set than that of dls")

    def _with_wd(self, optimizer: Optimizer, wd: float | None) -> Optimizer:
        return optimizer.with_wd(self.wd if wd is None else check_number("wd", wd, minimum=0))

    def _sampler(self, order: np.random.RandomState) -> EpochSampler:
        return EpochSampler(self.dls.train.n, self.dls.train.bs, self.model.sampling, order)
