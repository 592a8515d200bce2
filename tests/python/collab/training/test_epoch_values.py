"""The values of an epoch: losses, metrics, and where they are shown."""

from functools import partial

import numpy as np
import pytest

from astonish.collab import mae, rmse

from ..helpers import assert_same_parameters, parameters_of


def test_the_values_of_an_epoch(make_learner):
    learn = make_learner(metrics=[rmse, mae])
    learn.fit_one_cycle(2, 5e-2)
    names = ["epoch", "train_loss", "valid_loss", "rmse", "mae", "time"]
    assert learn.recorder.metric_names == names
    assert learn.recorder.iters == [25, 50]
    preds, targs = learn.get_preds()
    loss = np.mean((preds - targs) ** 2)
    expected = [learn.recorder.losses[-1], loss, np.sqrt(loss), np.mean(np.abs(preds - targs))]
    assert learn.recorder.values[-1] == pytest.approx(expected)
    assert learn.validate() == learn.recorder.values[-1][1:]


def test_any_function_is_a_metric(make_learner):
    learn = make_learner(metrics=lambda preds, targs: np.max(np.abs(preds - targs)))
    learn.fit(1)
    assert learn.recorder.metric_names[3] == "<lambda>"
    preds, targs = learn.get_preds()
    assert learn.validate()[1] == np.max(np.abs(preds - targs))


def test_a_metric_may_compute_in_place(make_learner):
    def spoil(preds, targs):
        preds *= 0
        targs *= 0
        return 0

    learn = make_learner(metrics=[spoil, rmse])
    loss, _, error = learn.validate()
    assert error == pytest.approx(np.sqrt(loss))
    assert learn.validate() == [loss, 0, error]


@pytest.mark.parametrize("answer", [None, "good", np.ones(3), 1j, 10**400])
def test_a_metric_that_returns_no_number_is_named(make_learner, answer):
    def odd(preds, targs):  # noqa: ARG001
        return answer

    learn = make_learner(metrics=[rmse, odd])
    before = parameters_of(learn)
    with pytest.raises(TypeError, match="metrics must return a number each, odd returned "):
        learn.fit(1)
    assert_same_parameters(before, parameters_of(learn))


def test_metrics_are_called_by_their_names(make_learner):
    class Worst:
        def __call__(self, preds, targs):
            return np.max(np.abs(preds - targs))

    def share_above(preds, targs, bound):
        return np.mean(np.abs(preds - targs) > bound)

    learn = make_learner(metrics=[Worst(), partial(share_above, bound=1.0)])
    learn.fit(1)
    assert learn.recorder.metric_names[3:5] == ["Worst", "share_above"]


def test_the_table_is_shown_unless_told(make_learner, capsys):
    learn = make_learner(verbose=True)
    learn.fit(1)
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == learn.recorder.metric_names
    assert row.split()[1] == f"{learn.recorder.values[0][0]:.6f}"
    with learn.no_logging() as same:
        same.fit(1)
    assert same is learn
    assert capsys.readouterr().out == ""
    with learn.no_bar():
        learn.fit(0)
    assert capsys.readouterr().out.splitlines() == [head]
    make_learner(verbose=False).fit(1)
    assert capsys.readouterr().out == ""


def test_the_model_keeps_the_figures_of_the_epochs(make_learner):
    learn = make_learner(metrics=rmse)
    learn.fit(3, 1e-2)
    train, valid, errors = zip(*learn.recorder.values, strict=True)
    expected = {"train_loss": [*train], "valid_loss": [*valid], "rmse": [*errors]}
    assert learn.model.history_ == expected
