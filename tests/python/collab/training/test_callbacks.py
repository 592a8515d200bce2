"""What watches a training: when it is called, and when it stops or saves."""

import numpy as np
import pytest

from astonish.collab import (
    Callback,
    CancelFitException,
    EarlyStoppingCallback,
    SaveModelCallback,
    TrackerCallback,
    rmse,
)
from astonish.collab.training.callback import EVENTS

from ..helpers import assert_same_parameters, parameters_of


class Log(Callback):
    """Writes down each event with the epoch."""

    def __init__(self, log, name="", order=0, cancel_at=None):
        self.log, self.name, self.order, self.cancel_at = log, name, order, cancel_at

    def after_epoch(self):
        self.note("after_epoch")
        if self.learn.epoch == self.cancel_at:
            raise CancelFitException


def note(self, event):
    self.log.append((self.name + event, self.learn.epoch))


Log.note = note
for event in EVENTS:
    if event not in vars(Log):
        setattr(Log, event, lambda self, event=event: self.note(event))


def test_events_in_their_order(learn):
    log = []
    learn.fit(2, cbs=Log(log))
    epochs = [(event, epoch) for epoch in (0, 1) for event in ("before_epoch", "after_epoch")]
    assert log == [("before_fit", 0), *epochs, ("after_fit", 1)]
    assert (learn.epoch, learn.n_epoch) == (1, 2)


def test_a_callback_may_cancel(learn):
    log = []
    learn.fit(5, cbs=Log(log, cancel_at=1))
    assert log[-2:] == [("after_cancel_fit", 1), ("after_fit", 1)]
    assert len(learn.recorder.values) == 2
    assert learn.model.stopped_by_ == "callback"
    learn.fit(1)
    assert learn.model.stopped_by_ == "n_epochs"


def test_a_cancelled_training_keeps_what_was_trained(make_learner):
    learn, shorter = make_learner(), make_learner()
    learn.fit(5, 1e-2, cbs=Log([], cancel_at=1))
    shorter.fit(2, 1e-2)
    for _ in range(2):
        assert_same_parameters(parameters_of(learn), parameters_of(shorter))
        learn.fit(1, 1e-2)  # with the same state of Adam
        shorter.fit(1, 1e-2)


def test_the_lower_order_comes_first(make_learner):
    log = []
    learn = make_learner(cbs=Log(log, "own ", order=2))
    learn.fit(1, cbs=[Log(log, "second ", order=1), Log(log, "first ", order=0)])
    assert [name for name, _ in log[:3]] == [
        "first before_fit",
        "second before_fit",
        "own before_fit",
    ]
    log.clear()
    learn.fit(1)
    assert {name.split()[0] for name, _ in log} == {"own"}


def test_a_callback_sees_the_model_of_its_epoch(learn):
    losses = []

    class Look(Callback):
        def after_epoch(self):
            losses.append(self.learn.validate()[0])

    learn.fit(3, 1e-2, cbs=Look)
    assert losses == learn.recorder.column("valid_loss")


class Values(Callback):
    """Puts planned values in place of the valid losses."""

    order = -1

    def __init__(self, values):
        self.values = values

    def after_epoch(self):
        self.learn.recorder.values[-1][1] = self.values[self.learn.epoch]


LOSSES = [0.9, 0.5, 0.49, 0.6, 0.3, 0.2]


@pytest.mark.parametrize(
    ("options", "n_epochs"),
    [
        ({}, 4),
        ({"patience": 2}, 6),
        ({"min_delta": 0.05}, 3),
        ({"min_delta": 0.05, "patience": 2}, 4),
        ({"comp": np.greater}, 2),
        ({"comp": np.greater, "patience": 3}, 4),
    ],
)
def test_early_stopping(learn, options, n_epochs):
    learn.fit(6, cbs=[Values(LOSSES), EarlyStoppingCallback(**options)])
    assert len(learn.recorder.values) == n_epochs


def test_early_stopping_says_so(make_learner, capsys):
    make_learner(verbose=True).fit(6, cbs=[Values(LOSSES), EarlyStoppingCallback()])
    assert "No improvement since epoch 2: early stopping" in capsys.readouterr().out


@pytest.mark.parametrize(("reset", "best"), [(True, 0.7), (False, 0.5)])
def test_the_best_is_forgotten_unless_told(learn, reset, best):
    tracker = TrackerCallback(reset_on_fit=reset)
    learn.fit(1, cbs=[Values([0.5]), tracker])
    learn.fit(1, cbs=[Values([0.7]), tracker])
    assert tracker.best == best


@pytest.mark.parametrize(
    ("monitor", "comp"),
    [
        ("valid_loss", np.less),
        ("my_error", np.less),
        ("rmse", np.less),
        ("mae", np.less),
        ("accuracy", np.greater),
    ],
)
def test_losses_and_errors_are_to_fall(monitor, comp):
    assert TrackerCallback(monitor).comp is comp


def test_metrics_are_monitored(make_learner):
    tracker = TrackerCallback("rmse")
    learn = make_learner(metrics=rmse)
    learn.fit(3, 1e-2, cbs=tracker)
    assert tracker.best == min(learn.recorder.column("rmse"))


def test_the_best_epoch_is_saved_and_loaded(learn, tmp_path):
    parameters = []

    class Keep(Callback):
        def after_epoch(self):
            parameters.append(parameters_of(self.learn))

    saver = SaveModelCallback(fname="best")
    learn.fit(5, 1e-2, cbs=[Keep(), Values([*LOSSES[:4], 0.8]), saver])
    assert_same_parameters(parameters_of(learn), parameters[2])
    assert saver.last_saved_path == tmp_path / "models" / "best.npz"
    assert not np.array_equal(parameters[2]["pu"], parameters[4]["pu"])


def test_the_best_adam_is_loaded_if_saved(make_learner):
    learn, stopped = make_learner(), make_learner()
    learn.fit(4, 1e-2, cbs=[Values([2, 1, 3, 4]), SaveModelCallback(with_opt=True)])
    stopped.fit(2, 1e-2)
    learn._session.order.set_state(stopped._session.order.get_state())
    for trained in (learn, stopped):
        trained.fit(1, 1e-2)
    assert_same_parameters(parameters_of(learn), parameters_of(stopped))


def test_every_epoch_may_be_saved(learn, tmp_path):
    learn.fit(4, cbs=SaveModelCallback(every_epoch=2, fname="m"))
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["m_0.npz", "m_2.npz"]
    after = parameters_of(learn)
    learn.load("m_2", with_opt=False)
    assert not np.array_equal(after["pu"], learn.model.pu)


def test_the_end_may_be_saved(learn):
    learn.fit(3, cbs=[Values(LOSSES), SaveModelCallback(at_end=True)])
    after = parameters_of(learn)
    learn.fit(1)
    learn.load("model", with_opt=False)
    assert_same_parameters(after, parameters_of(learn))


def test_a_fit_without_epochs_loads_nothing(learn):
    before = parameters_of(learn)
    learn.fit(0, cbs=SaveModelCallback())
    assert_same_parameters(before, parameters_of(learn))


@pytest.mark.parametrize("make", [EarlyStoppingCallback, SaveModelCallback])
def test_an_unknown_column_is_refused(learn, make):
    with pytest.raises(ValueError, match=r"'rmse' must be one of .* train_loss, valid_loss$"):
        learn.fit(1, cbs=make("rmse"))


def test_nothing_to_validate_with_is_said(make_learner, without_validation):
    learn = make_learner(without_validation)
    message = "monitor='valid_loss' must be one of .*: dls has no ratings to validate with"
    with pytest.raises(ValueError, match=message):
        learn.fit(1, cbs=EarlyStoppingCallback())
    learn.fit(2, cbs=EarlyStoppingCallback("train_loss"))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: EarlyStoppingCallback(patience=0), ValueError, "patience must be at least 1"),
        (lambda: TrackerCallback(min_delta=-1), ValueError, "min_delta must be a finite number"),
        (lambda: TrackerCallback(3), TypeError, "monitor must be a name of a column, got 3"),
        (lambda: TrackerCallback(comp="less"), TypeError, "comp must be a function, got 'less'"),
        (lambda: SaveModelCallback(every_epoch=2.7), TypeError, "every_epoch must be an integer"),
        (lambda: SaveModelCallback(every_epoch="a"), TypeError, "every_epoch must be an integer"),
        (
            lambda: SaveModelCallback(every_epoch=True, at_end=True),
            ValueError,
            "every_epoch and at_end cannot both be set",
        ),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_events_inside_an_epoch_are_refused(make_learner, learn):
    class Batch(Callback):
        def after_batch(self):
            """Never be called."""

    with pytest.raises(TypeError, match=r"cbs: Batch\.after_batch would not be called: an epoch"):
        learn.fit(1, cbs=Batch())
    with pytest.raises(TypeError, match=r"Batch.after_batch would not be called"):
        make_learner(cbs=[Batch])
    with pytest.raises(TypeError, match="cbs must be a Callback or a list of them, got 'x'"):
        learn.fit(1, cbs=["x"])


@pytest.mark.parametrize("method", ["fit", "lr_find", "load"])
def test_a_callback_may_not_train_or_load(learn, method):
    class Meddle(Callback):
        def after_epoch(self):
            learn.save("now")
            getattr(learn, method)(*{"fit": [1], "load": ["now"]}.get(method, []))

    before = parameters_of(learn)
    with pytest.raises(ValueError, match=f"{method} was called by a callback .* is in training"):
        learn.fit(2, cbs=Meddle())
    assert_same_parameters(before, parameters_of(learn))
