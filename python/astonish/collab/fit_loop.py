"""One training: epoch after epoch, with what is shown, recorded and called in between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from astonish.collab.callbacks import Callback, CancelFitException
from astonish.collab.epoch_table import EpochTable, open_table, row_of
from astonish.models.training.mini_batches import EpochTrainer
from astonish.models.training.schedules import Schedule
from astonish.support.cancellation import check_cancelled

if TYPE_CHECKING:
    from astonish.collab.fitting import Fitting


class FitLoop:
    """Trains the model of a learner by a schedule.

    Parameters
    ----------
    learn : Learner
        Its model gets the parameters of every epoch, its recorder the figures.
    trainer : EpochTrainer
        It trains an epoch at a time, by `schedule`.
    schedule : Schedule
        Rates of all batches.
    n_batches : int
        Batches an epoch.
    callbacks : list of Callback
        Called in ascending order of their ``order``.
    """

    def __init__(
        self,
        learn: Fitting,
        trainer: EpochTrainer,
        schedule: Schedule,
        n_batches: int,
        callbacks: list[Callback],
    ) -> None:
        self._learn, self._trainer = learn, trainer
        self._schedule, self._n_batches = schedule, n_batches
        self._callbacks = sorted(callbacks, key=lambda each: each.order)

    def run(self, start_epoch: int, n_epoch: int) -> None:
        """Train the epochs from `start_epoch` to before `n_epoch`, or until a callback cancels."""
        learn = self._learn
        for each in self._callbacks:
            each.learn = learn  # type: ignore[assignment]
        names = learn.recorder.metric_names
        with open_table(names, learn._is_shown, learn._is_live) as table:
            try:
                self._call("before_fit")
                for epoch in range(start_epoch, n_epoch):
                    check_cancelled()
                    self._run_epoch(epoch, table)
            except CancelFitException:
                self._call("after_cancel_fit")
            learn._end_of_training()
            self._call("after_fit")

    def _run_epoch(self, epoch: int, table: EpochTable) -> None:
        learn, recorder = self._learn, self._learn.recorder
        learn.epoch = epoch
        table.begin(f"epoch {epoch} of {learn.n_epoch}")
        self._call("before_epoch")
        begin = time.perf_counter()
        losses = self._trainer.run_batches(epoch)
        vars(learn.model).update(self._trainer.parameters())
        its = slice(epoch * self._n_batches, (epoch + 1) * self._n_batches)
        recorder.add_batches(losses, Schedule(self._schedule.lrs[its], self._schedule.moms[its]))
        values = [recorder.smooth_loss, *learn._figures_of(learn.dls.valid)]
        recorder.add_epoch(values)
        table.add(row_of(epoch, values, time.perf_counter() - begin))
        self._call("after_epoch")

    def _call(self, event: str) -> None:
        for each in self._callbacks:
            getattr(each, event)()
