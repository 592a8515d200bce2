"""The trial of learning rates."""

import sys
from functools import partial

import numpy as np
import pytest

from astonish.collab import minimum, slide, steep, valley
from astonish.models.training import schedules

from ..helpers import assert_same_parameters, parameters_of, reference_losses


def test_batches_are_those_of_the_reference(make_learner):
    learn = make_learner(dtype="float64")
    lrs = 1e-4 * (1.0 / 1e-4) ** (np.arange(50) / 50)
    schedule = schedules.Schedule(lrs, np.full(50, 0.9))
    losses, _ = reference_losses(learn, [(schedule, 0.01)])
    learn.lr_find(1e-4, 1.0, num_it=50, stop_div=False, show_plot=False)
    np.testing.assert_allclose(learn.recorder.lrs, lrs)
    np.testing.assert_allclose(learn.recorder.batch_losses, losses, rtol=1e-9)


def test_everything_stays_as_it_was(make_learner):
    learn, other = make_learner(wd=0.2), make_learner(wd=0.2)
    for trained in (learn, other):
        trained.fit_one_cycle(1, 1e-2)
    before = parameters_of(learn)
    learn.lr_find(show_plot=False)
    assert_same_parameters(before, parameters_of(learn))
    for trained in (learn, other):
        trained.fit(1, 1e-2)
    assert_same_parameters(parameters_of(learn), parameters_of(other))


def test_suggestions_have_names(learn):
    functions = [minimum, steep, valley, partial(slide, lr_diff=10)]
    answer = learn.lr_find(show_plot=False, suggest_funcs=functions)
    assert answer._fields == ("minimum", "steep", "valley", "slide")
    lrs, losses = (
        np.array(values)[10:-5] for values in (learn.recorder.lrs, learn.recorder.losses)
    )
    assert answer.valley == valley(lrs, losses, 100)[0]
    assert answer.minimum == pytest.approx(lrs[losses.argmin()] / 10)
    assert answer.slide == slide(lrs, losses, 100, lr_diff=10)[0]
    assert learn.lr_find(show_plot=False).valley == answer.valley


def test_a_function_of_your_own(learn):
    def last(lrs, losses, num_it):
        assert num_it == 40
        return lrs[-1], (lrs[-1], losses[-1])

    answer = learn.lr_find(num_it=40, show_plot=False, suggest_funcs=last, stop_div=False)
    assert answer.last == learn.recorder.lrs[-6]


def test_it_stops_when_the_loss_explodes(make_learner):
    learn = make_learner(y_range=None)
    learn.lr_find(1e-3, 1e3, show_plot=False)
    losses = learn.recorder.losses
    assert len(losses) < 100
    assert losses[-1] > 4 * min(losses)
    assert all(loss <= 4 * min(losses[: place + 1]) for place, loss in enumerate(losses[:-1]))


def test_a_loss_that_is_not_finite_ends_the_trial(make_learner):
    learn = make_learner(y_range=None)
    learn.lr_find(1e-3, 1e30, show_plot=False, stop_div=False)
    assert 15 < len(learn.recorder.losses) < 100
    assert np.isfinite(learn.recorder.losses).all()


def test_a_first_batch_that_is_refused_says_why(make_learner):
    learn = make_learner()
    learn.model.pu[:] = np.nan
    with pytest.raises(ValueError, match="batch 0 diverged: its loss is not finite"):
        learn.lr_find(show_plot=False, suggest_funcs=None)
    learn = make_learner(use_nn=True)
    learn.dls.train.bs = 1
    with pytest.raises(ValueError, match="the batch size is 1, normalisation needs at least 2"):
        learn.lr_find(show_plot=False)


def test_too_few_batches_suggest_nothing(make_learner):
    learn = make_learner(y_range=None)
    with pytest.raises(ValueError, match=r"exploded after \d+ of num_it=100 .*: lower start_lr"):
        learn.lr_find(1e3, 1e4, show_plot=False)


def test_a_picture_is_drawn_where_there_is_matplotlib(learn, plt):
    answer = learn.lr_find()
    (number,) = plt.get_fignums()
    curve, mark = plt.figure(number).axes[0].get_lines()
    assert len(curve.get_xdata()) == len(learn.recorder.lrs) - 5
    assert mark.get_xdata() == [answer.valley]
    assert learn.lr_find(show_plot=True, suggest_funcs=None) is None
    assert len(plt.get_fignums()) == 2
    learn.lr_find(show_plot=False)
    assert len(plt.get_fignums()) == 2


def test_without_matplotlib_nothing_is_drawn_or_trained(learn, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"lr_find\(show_plot=True\) .* 'astonish\[plot\]'"):
        learn.lr_find(show_plot=True)
    assert learn.recorder.lrs == []
    assert learn.lr_find().valley > 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"start_lr": 0}, ValueError, "start_lr must be above 0 and below end_lr, got 0 and 10"),
        ({"start_lr": 1, "end_lr": 1}, ValueError, "start_lr must be .* got 1 and 1"),
        ({"end_lr": float("inf")}, ValueError, "end_lr must be a finite number"),
        ({"num_it": 5}, ValueError, "num_it must be at least 6, got 5"),
        ({"suggest_funcs": ["valley"]}, TypeError, "suggest_funcs must be functions, got 'valley'"),
        ({"suggest_funcs": "valley"}, TypeError, "suggest_funcs must be functions, got 'valley'"),
        ({"suggest_funcs": 3}, TypeError, "suggest_funcs must be functions, got 3"),
        (
            {"suggest_funcs": lambda *_: None},
            ValueError,
            "suggest_funcs must be functions with names of their own, got '<lambda>'",
        ),
        (
            {"suggest_funcs": [valley, partial(valley)]},
            ValueError,
            "suggest_funcs must be functions with names of their own, got 'valley'",
        ),
    ],
)
def test_wrong_arguments_are_refused(learn, options, error, message):
    with pytest.raises(error, match=message):
        learn.lr_find(**options)
    assert learn.recorder.lrs == []
