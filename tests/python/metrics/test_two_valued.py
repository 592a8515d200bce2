"""AUC, log loss and Brier score against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import metrics

outcomes = st.lists(
    st.tuples(st.booleans(), st.integers(-2, 12).map(lambda tenths: tenths / 10)),
    min_size=2,
    max_size=40,
).filter(lambda rows: len({outcome for outcome, _ in rows}) == 2)


def columns(rows, low=0.0, high=1.0):
    true = np.array([high if outcome else low for outcome, _ in rows])
    return true, low + (high - low) * np.array([estimate for _, estimate in rows])


@given(outcomes)
def test_auc_is_the_share_of_pairs_in_order(rows):
    pairs = [
        (positive > negative) + (positive == negative) / 2
        for is_positive, positive in rows
        if is_positive
        for is_negative, negative in ((not outcome, estimate) for outcome, estimate in rows)
        if is_negative
    ]
    assert metrics.auc(*columns(rows)) == pytest.approx(sum(pairs) / len(pairs), rel=1e-12)


@given(outcomes)
def test_brier_and_log_loss_against_their_formulas(rows):
    squares, logs = [], []
    for outcome, estimate in rows:
        p = min(max(estimate, 0.0), 1.0)
        squares.append((p - outcome) ** 2)
        inside = min(max(p, 2**-52), 1 - 2**-52)
        logs.append(-math.log(inside if outcome else 1 - inside))
    assert metrics.brier(*columns(rows)) == pytest.approx(np.mean(squares), rel=1e-12)
    assert metrics.log_loss(*columns(rows)) == pytest.approx(np.mean(logs), rel=1e-9)


@pytest.mark.parametrize("name", ["auc", "log_loss", "brier"])
def test_the_scale_of_the_ratings_does_not_matter(name):
    rows = [(True, 0.9), (False, 0.5), (True, 0.25), (False, 0.25), (False, 0.0)]
    function = metrics.get(name).function
    expected = function(*columns(rows))
    assert function(*columns(rows, -2.0, 6.0)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "values"), [("auc", 1.0), ("brier", 0.0), ("log_loss", 2**-52)])
def test_perfect_estimates(name, values):
    true = np.array([1.0, 5.0, 5.0])
    assert metrics.get(name).function(true, true) == pytest.approx(values, rel=1e-9)


def test_one_estimate_at_the_wrong_end_costs_a_finite_amount():
    assert metrics.log_loss([0, 1], [1, 1]) == pytest.approx(52 * math.log(2) / 2, rel=1e-9)


@pytest.mark.parametrize("name", ["auc", "log_loss", "brier"])
@pytest.mark.parametrize(
    ("ratings", "found"), [([1, 1, 1], "got 1: 1"), ([1, 2, 3.5], "got 3: 1, 2, 3.5")]
)
def test_ratings_must_take_two_values(name, ratings, found):
    with pytest.raises(ValueError, match=f"ratings of exactly two values, {found}"):
        metrics.get(name).function(np.array(ratings), np.zeros(3))


@pytest.mark.parametrize("name", ["rmse", "mse", "mae", "auc", "log_loss", "brier"])
@pytest.mark.parametrize(
    ("true", "estimated", "message"),
    [
        ([1, 2], [1], r"must be arrays of the same shape \(n,\), got \(2,\) and \(1,\)"),
        ([[1, 2]], [[1, 2]], "must be arrays of the same shape"),
        ([], [], "must hold at least one rating"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name, true, estimated, message):
    with pytest.raises(ValueError, match=message):
        metrics.get(name).function(true, estimated)
