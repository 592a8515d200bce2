"""Errors as metrics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import metrics
from astonish.collab import TrackerCallback, mae, mse, rmse

pairs = st.lists(
    st.tuples(st.floats(-10, 10, width=32), st.floats(-10, 10, width=32)), min_size=1, max_size=20
)


@given(pairs)
def test_errors_are_those_of_their_formulas(rows):
    preds, targs = np.array(rows).T
    assert mse(preds, targs) == pytest.approx(np.mean((preds - targs) ** 2))
    assert rmse(preds, targs) == pytest.approx(np.sqrt(np.mean((preds - targs) ** 2)))
    assert mae(preds, targs) == pytest.approx(np.mean(np.abs(preds - targs)))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match=r"one shape, got \(2,\) and \(2, 1\)"):
        mse([1.0, 2.0], [[1.0], [2.0]])


def within_one(true, estimated):
    return float(np.mean(np.abs(true - estimated) <= 1))


def test_metrics_are_known_by_their_names(make_learner):
    learn = make_learner(metrics=["RMSE", mae, "mse"])
    learn.fit(2, 1e-2)
    assert learn.recorder.metric_names == [
        *("epoch", "train_loss", "valid_loss", "rmse", "mae", "mse", "time")
    ]
    preds, targs = learn.get_preds()
    loss = learn.recorder.values[-1][1]
    assert learn.recorder.values[-1][2:] == [rmse(preds, targs), mae(preds, targs), loss]


def test_a_registered_metric_has_a_direction(make_learner):
    metrics.register("within_one", within_one)
    try:
        tracker = TrackerCallback("within_one")
        learn = make_learner(metrics="within_one")
        learn.fit(3, 0.1, cbs=tracker)
        preds, targs = learn.get_preds()
        assert learn.validate()[1] == np.mean(np.abs(preds - targs) <= 1)
        assert tracker.best == max(learn.recorder.column("within_one"))
    finally:
        metrics.unregister("within_one")


def test_the_true_ratings_come_first_in_a_registered_metric(make_learner):
    metrics.register("mean_true", lambda true, estimated: true.mean() + 0 * estimated.sum())
    try:
        learn = make_learner(metrics="mean_true")
        assert learn.validate()[1] == pytest.approx(learn.dls.valid.ratings.mean())
    finally:
        metrics.unregister("mean_true")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("accuracy", ValueError, "metrics must be a list of 'rmse', .*, got 'accuracy'"),
        ([rmse, "accuracy"], ValueError, "got 'accuracy'"),
        ("fcp", ValueError, "metrics has 'fcp', which compares the ratings of a user"),
        (3, TypeError, r"metrics must be functions of \(preds, targs\) or names, got 3"),
    ],
)
def test_other_metrics_are_refused(make_learner, given, error, message):
    with pytest.raises(error, match=message):
        make_learner(metrics=given)
