"""One training: epochs, and between them the table, the recorder and the callbacks."""

from __future__ import annotations

import copy
import time

from astonish.collab.training.callback import Callback, CancelFitException
from astonish.collab.training.epoch_table import EpochTable, open_table, row_of
from astonish.collab.training.session import Course, Session
from astonish.models.training.epochs import ALL_EPOCHS, BY_CALLBACK, Losses, run_epochs
from astonish.models.training.mini_batches import Arrays


def train(
    session: Session, course: Course, callbacks: list[Callback], start_epoch: int, n_epoch: int
) -> None:
    """Train the epochs from `start_epoch` to before `n_epoch`, or until a callback cancels.

    Parameters
    ----------
    session : Session
        Nothing else may change it meanwhile; see `Session.alone`.
    course : Course
        The training that `session` began.
    callbacks : list of Callback
        Called in ascending order of their ``order``.
    """
    names = session.recorder.metric_names
    with open_table(names, session.is_shown, session.is_live) as table:
        loop = FitLoop(session, course, callbacks, start_epoch, table)
        try:
            loop.call("before_fit")
            loop.run(n_epoch - start_epoch)
            stopped_by = ALL_EPOCHS
        except CancelFitException:
            loop.call("after_cancel_fit")
            stopped_by = BY_CALLBACK
        session.end_training(stopped_by)
        loop.call("after_fit")


class FitLoop:
    """Trains the model of a session in the loop of all models, `run_epochs`.

    To that loop it is the trainer, and the callback after each epoch: so the model of the session
    gets the parameters of every epoch, the recorder its losses, and all callbacks are called.
    """

    def __init__(
        self,
        session: Session,
        course: Course,
        callbacks: list[Callback],
        start_epoch: int,
        table: EpochTable,
    ) -> None:
        self._session, self._course = session, course
        self._callbacks = sorted(callbacks, key=lambda callback: callback.order)
        self._start_epoch, self._table = start_epoch, table
        self._trained: Arrays = {}

    def run(self, n_epochs: int) -> None:
        """Train epochs."""
        # A copy: the model of the session changes by whole epochs, in one step each.
        trained = copy.copy(self._session.model)
        trained.callback, trained.verbose = self._after_epoch, False
        run_epochs(trained, self, None, n_epochs)

    def run_epoch(self, epoch: int) -> Losses:
        """Train an epoch, counted from the first that is trained, and return its losses."""
        session, recorder, course = self._session, self._session.recorder, self._course
        epoch += self._start_epoch
        session.epoch = epoch
        self._table.begin(f"epoch {epoch} of {session.n_epoch}")
        self.call("before_epoch")
        begin = time.perf_counter()
        losses = course.trainer.run_batches(epoch)
        self._trained = course.trainer.parameters()
        session.publish(self._trained)
        recorder.add_batches(losses, course.schedule.of_epoch(epoch, course.n_batches))
        values = [recorder.smooth_loss, *session.losses_of(session.dls.valid)]
        recorder.add_epoch(values)
        self._table.add(row_of(epoch, values, time.perf_counter() - begin))
        return dict(zip(recorder.metric_names[1:], values, strict=False))

    def parameters(self) -> Arrays:
        """Return the parameters of the epoch that was trained last; empty before the first."""
        return self._trained

    def call(self, event: str) -> None:
        """Call a method of all callbacks."""
        for callback in self._callbacks:
            getattr(callback, event)()

    def _after_epoch(self, epoch: int, losses: Losses) -> None:  # noqa: ARG002
        self.call("after_epoch")
