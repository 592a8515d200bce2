"""The half of a learner that trains: the methods whose names begin with fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from astonish.collab.training import fit_loop
from astonish.collab.training.callback import Callback, check_callbacks
from astonish.collab.training.optimizer import Optimizer as Optimizer  # pickles of 0.1 name it here
from astonish.collab.training.session import Plan, Session
from astonish.models.training.schedules import (
    Moms,
    constant,
    cycle_lengths,
    flat_cos,
    one_cycle,
    sgdr,
)
from astonish.support.checks import INT32_MAX, check_integer

Self = TypeVar("Self", bound="Fitting")


class Fitting:
    """What trains a session; see `Learner` for the attributes."""

    lr: float
    moms: Moms
    cbs: list[Callback]
    _session: Session

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
        plan = partial(constant, n_epoch, lr=rate, mom=self._session.mom(reset_opt))
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
            mom=self._session.mom(reset_opt),
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
            mom=self._session.mom(reset_opt),
        )
        self._fit(n_epoch, plan, wd, cbs, reset_opt, start_epoch)

    @contextmanager
    def no_bar(self: Self) -> Iterator[Self]:
        """Print plain rows instead of a live table inside the block."""
        session = self._session
        before, session.is_live = session.is_live, False
        try:
            yield self
        finally:
            session.is_live = before

    @contextmanager
    def no_logging(self: Self) -> Iterator[Self]:
        """Print nothing inside the block."""
        session = self._session
        before, session.is_shown = session.is_shown, False
        try:
            yield self
        finally:
            session.is_shown = before

    def say(self, message: str) -> None:
        """Print a message where the table is shown."""
        if self._session.is_shown:
            print(message)

    def _fit(
        self,
        n_epoch: int,
        plan: Plan,
        wd: float | None,
        cbs: Any,
        reset_opt: bool,
        start_epoch: int,
    ) -> None:
        session = self._session
        session.refuse_in_training("fit")
        n_epoch = check_integer("n_epoch", n_epoch, 0, INT32_MAX)
        start_epoch = check_integer("start_epoch", start_epoch, 0, n_epoch)
        callbacks = [*self.cbs, *check_callbacks("cbs", cbs)]
        with session.alone("fit"), session.all_or_nothing():
            course = session.begin_training(plan, wd, reset_opt, n_epoch)
            for callback in callbacks:
                callback.learn = self  # type: ignore[assignment]  # `Learner` has the rest
            fit_loop.train(session, course, callbacks, start_epoch, n_epoch)
