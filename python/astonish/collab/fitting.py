"""How a learner is trained: schedules, the state of Adam between trainings, and the trial."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import get_ident
from typing import Any, NamedTuple, TypeVar

import numpy as np

from astonish.collab.callbacks import check_callbacks
from astonish.collab.data import CollabDataLoaders
from astonish.collab.fit_loop import FitLoop
from astonish.collab.loader import RatingsLoader
from astonish.collab.metrics import Metric, check_metrics, figure_of, mse, name_of
from astonish.collab.recorder import Recorder
from astonish.models.embedding.embedding_model import EmbeddingModel
from astonish.models.training.mini_batches import AdamState, BatchTraining, EpochTrainer
from astonish.models.training.sampling import SAMPLINGS, EpochSampler
from astonish.models.training.schedules import (
    MOM,
    MOMS,
    Moms,
    Schedule,
    check_moms,
    constant,
    cycle_lengths,
    flat_cos,
    one_cycle,
    sgdr,
)
from astonish.support.checks import INT32_MAX, check_choice, check_integer, check_number
from astonish.support.random_state import get_rng

Self = TypeVar("Self", bound="Fitting")
Checked = TypeVar("Checked")
Plan = Callable[[int], Schedule]  # of the number of batches an epoch

_WD = 0.01


class Optimizer(NamedTuple):
    """What one training leaves to the next: Adam's memory, weight decay and momentum."""

    state: AdamState | None = None
    wd: float = _WD
    mom: float = MOM


class Fitting:
    """The half of `Learner` that trains; see there for the parameters."""

    dls: CollabDataLoaders
    model: EmbeddingModel
    recorder: Recorder

    def __init__(
        self,
        dls: CollabDataLoaders,
        model: EmbeddingModel,
        *,
        lr: float = 1e-3,
        cbs: Any = None,
        metrics: Metric | Sequence[Metric] | None = None,
        path: str | Path | None = None,
        model_dir: str | Path = "models",
        wd: float | None = None,
        moms: Moms = MOMS,
        verbose: bool = True,
    ) -> None:
        self.dls = _check_type("dls", dls, CollabDataLoaders)
        self.model = _check_type("model", model, EmbeddingModel)
        self.lr = check_number("lr", lr, minimum=0)
        self.cbs = check_callbacks("cbs", cbs)
        self.metrics = check_metrics(metrics)
        self.path = Path(dls.path if path is None else path)
        self.model_dir = Path(model_dir)
        self.wd = None if wd is None else check_number("wd", wd, minimum=0)
        self.moms = check_moms(moms)
        check_choice("sampling", model.sampling, SAMPLINGS)
        self._is_shown, self._is_live = bool(verbose), True
        self.epoch = self.n_epoch = 0
        self.recorder = Recorder()
        self._training: BatchTraining | None = None
        self._optimizer = Optimizer()
        rng = get_rng(model.random_state)
        if getattr(model, "trainset", None) is not dls.trainset:
            with model._all_or_nothing():
                model._start(dls.trainset, rng)
        self._order = np.random.RandomState(rng.randint(2**31))

    def fit(
        self,
        n_epoch: int,
        lr: float | None = None,
        wd: float | None = None,
        cbs: Any = None,
        reset_opt: bool = False,
        start_epoch: int = 0,
    ) -> None:
        """Train with one learning rate.

        Parameters
        ----------
        n_epoch : int
            Passes over the training part.
        lr : float, optional
            The learning rate, by default the learner's.
        wd : float, optional
            Weight decay: each batch multiplies parameters by ``1 - lr * wd``. By default the
            learner's, else that of the training before, at first 0.01.
        cbs : Callback or list of them, optional
            Called in this training, beside the learner's own.
        reset_opt : bool, default False
            Whether Adam forgets what it knows from earlier trainings; its momentum and `wd` are
            then as at first.
        start_epoch : int, default 0
            The first epoch to train: for going on where a training was broken off.

        Raises
        ------
        TypeError, ValueError
            For an argument out of range, and when a loss stops being finite because the learning
            rate is too high; it names the epoch and the batch. A training that fails or is
            interrupted leaves the model as it was.
        """
        rate = self.lr if lr is None else lr
        plan = partial(constant, n_epoch, lr=rate, mom=self._mom(reset_opt))
        self._fit(n_epoch, plan, wd, cbs, reset_opt, start_epoch)

    def fit_one_cycle(
        self,
        n_epoch: int,
        lr_max: float | None = None,
        div: float = 25.0,
        div_final: float = 1e5,
        pct_start: float = 0.25,
        wd: float | None = None,
        moms: Moms | None = None,
        cbs: Any = None,
        reset_opt: bool = False,
        start_epoch: int = 0,
    ) -> None:
        """Train by one cycle: the learning rate rises to `lr_max` and falls, momentum reversely.

        Parameters
        ----------
        n_epoch : int
            Passes over the training part.
        lr_max : float, optional
            The highest learning rate, by default the learner's ``lr``.
        div, div_final : float, default 25 and 1e5
            `lr_max` is divided by them for the first and the last learning rate.
        pct_start : float, default 0.25
            Share of the training in which the learning rate rises.
        moms : three floats, optional
            Momentum at the start, at `lr_max` and at the end; by default the learner's.
        wd, cbs, reset_opt, start_epoch : optional
            As in `fit`; so are the errors.
        """
        rate = self.lr if lr_max is None else lr_max
        chosen = self.moms if moms is None else moms
        plan = partial(
            one_cycle,
            n_epoch,
            lr_max=rate,
            div=div,
            div_final=div_final,
            pct_start=pct_start,
            moms=chosen,
        )
        self._fit(n_epoch, plan, wd, cbs, reset_opt, start_epoch)

    def fit_flat_cos(
        self,
        n_epoch: int,
        lr: float | None = None,
        div_final: float = 1e5,
        pct_start: float = 0.75,
        wd: float | None = None,
        cbs: Any = None,
        reset_opt: bool = False,
        start_epoch: int = 0,
    ) -> None:
        """Train with one learning rate for `pct_start` of the time, then let it fall.

        It falls along a cosine to ``lr / div_final``. Other arguments and errors are those of
        `fit`.
        """
        rate = self.lr if lr is None else lr
        plan = partial(
            flat_cos,
            n_epoch,
            lr=rate,
            div_final=div_final,
            pct_start=pct_start,
            mom=self._mom(reset_opt),
        )
        self._fit(n_epoch, plan, wd, cbs, reset_opt, start_epoch)

    def fit_sgdr(
        self,
        n_cycles: int,
        cycle_len: int,
        lr_max: float | None = None,
        cycle_mult: int = 2,
        cbs: Any = None,
        reset_opt: bool = False,
        wd: float | None = None,
        start_epoch: int = 0,
    ) -> None:
        """Train by cosines with restarts, the first of `cycle_len` epochs.

        Each cycle is `cycle_mult` times as long as the one before. Other arguments and errors are
        those of `fit`.
        """
        rate = self.lr if lr_max is None else lr_max
        n_epoch = sum(cycle_lengths(n_cycles, cycle_len, cycle_mult))
        plan = partial(
            sgdr,
            n_cycles,
            cycle_len,
            lr_max=rate,
            cycle_mult=cycle_mult,
            mom=self._mom(reset_opt),
        )
        self._fit(n_epoch, plan, wd, cbs, reset_opt, start_epoch)

    @contextmanager
    def no_bar(self: Self) -> Iterator[Self]:
        """Print plain rows instead of a live table inside the block."""
        before, self._is_live = self._is_live, False
        try:
            yield self
        finally:
            self._is_live = before

    @contextmanager
    def no_logging(self: Self) -> Iterator[Self]:
        """Print nothing inside the block."""
        before, self._is_shown = self._is_shown, False
        try:
            yield self
        finally:
            self._is_shown = before

    def say(self, message: str) -> None:
        """Print a message where the table is shown."""
        if self._is_shown:
            print(message)

    def _figures_of(self, loader: RatingsLoader) -> list[float]:
        """Return the loss and the metrics of a part; nothing where it has no ratings."""
        if not loader.n or loader.ratings is None:
            return []
        preds = self._estimates_of(loader)
        pair = preds, loader.ratings
        # They may compute in place.
        return [mse(*pair), *(figure_of(each, *map(np.copy, pair)) for each in self.metrics)]

    def _estimates_of(self, loader: RatingsLoader) -> Any:
        """Return the model's estimate for each row, not clipped: float64 of shape (n,)."""
        self._refuse_other_ids()
        inner = loader.users - np.int32(1), loader.items - np.int32(1)
        return self.model._estimate_many(*inner)

    def _adam_state(self) -> AdamState | None:
        """Return what Adam remembers now; None before the first training."""
        return self._optimizer.state if self._training is None else self._training.state()

    def _end_of_training(self) -> None:
        """Keep what the next training begins with."""
        assert self._training is not None
        moms = self.recorder.hps["mom"]
        mom = moms[-1] if moms else self._optimizer.mom
        self._optimizer = self._optimizer._replace(state=self._training.state(), mom=mom)
        self.model.history_ = self.recorder.history()
        self._training = None

    def _refuse_in_training(self, name: str) -> None:
        """Raise a ValueError while a training runs, or another thread changes the model."""
        me = get_ident()
        if self._training is not None or vars(self).get("_changed_by", me) != me:
            raise ValueError(
                f"{name} was called by a callback or another thread: the learner is in training"
            )

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Change the model; a ValueError when another thread does so already."""
        me, is_outer = get_ident(), "_changed_by" not in vars(self)
        try:
            if vars(self).setdefault("_changed_by", me) != me:  # one step: nobody comes between
                self._refuse_in_training(name)
            yield
        finally:
            if is_outer and vars(self).get("_changed_by") == me:
                del vars(self)["_changed_by"]

    def _refuse_other_ids(self) -> None:
        """Raise a ValueError when somebody has put in a model of other ratings, or of none."""
        if getattr(self.model, "trainset", None) is not self.dls.trainset:
            raise ValueError("the model was fitted to another training set than that of dls")

    def _trial(self, wd: float | None = None) -> tuple[BatchTraining, EpochSampler, float]:
        """Return a training apart, samples for it in an order that is not used up, and momentum."""
        optimizer = self._with_wd(self._optimizer, wd)
        sampler = self._sampler(copy.deepcopy(self._order))
        return self._open(optimizer), sampler, optimizer.mom

    def _fit(
        self,
        n_epoch: int,
        plan: Plan,
        wd: float | None,
        cbs: Any,
        reset_opt: bool,
        start_epoch: int,
    ) -> None:
        self._refuse_in_training("fit")
        n_epoch = check_integer("n_epoch", n_epoch, 0, INT32_MAX)
        start_epoch = check_integer("start_epoch", start_epoch, 0, n_epoch)
        callbacks = [*self.cbs, *check_callbacks("cbs", cbs)]
        with self._alone("fit"), self._all_or_nothing():
            self._optimizer = self._with_wd(Optimizer() if reset_opt else self._optimizer, wd)
            sampler = self._sampler(self._order)
            schedule = plan(sampler.n_batches)
            self._training = self._open(self._optimizer)
            self.recorder, self.n_epoch = Recorder(self._columns()), n_epoch
            trainer = EpochTrainer(self._training, schedule, sampler)
            loop = FitLoop(self, trainer, schedule, sampler.n_batches, callbacks)
            loop.run(start_epoch, n_epoch)

    def _mom(self, reset_opt: bool) -> float:
        return MOM if reset_opt else self._optimizer.mom

    def _with_wd(self, optimizer: Optimizer, wd: float | None) -> Optimizer:
        wd = self.wd if wd is None else check_number("wd", wd, minimum=0)
        return optimizer if wd is None else optimizer._replace(wd=wd)

    def _sampler(self, order: np.random.RandomState) -> EpochSampler:
        return EpochSampler(self.dls.train.n, self.dls.train.bs, self.model.sampling, order)

    def _open(self, optimizer: Optimizer) -> BatchTraining:
        self._refuse_other_ids()
        if optimizer.state is not None and not optimizer.state.is_of(self.model._parameters()):
            raise ValueError(
                "Adam remembers other parameters than the model's: fit(..., reset_opt=True) "
                "makes it forget them"
            )
        train = self.dls.train
        inner = train.users - np.int32(1), train.items - np.int32(1)
        assert train.ratings is not None
        return self.model._training(*inner, train.ratings, optimizer.wd, optimizer.state)

    def _columns(self) -> list[str]:
        if not self.dls.valid.n:
            return ["train_loss"]
        return ["train_loss", "valid_loss", *map(name_of, self.metrics)]

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Give back model, Adam's memory and order of samples when an error leaves the block."""
        model, optimizer, order = self.model, self._optimizer, self._order.get_state()
        parameters = dict(vars(model))
        try:
            yield
        except BaseException:
            # Not inside the model's own: Ctrl-C could come between, and give back the one alone.
            model.__dict__ = parameters
            self._optimizer = optimizer
            self._order.set_state(order)
            raise
        finally:
            self._training = None


def _check_type(name: str, value: Any, kind: type[Checked]) -> Checked:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be of type {kind.__name__}, got {value!r}")
    return value
