"""The measures against their formulas."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from astonish import Prediction, _core, accuracy

from ..models import reference

MEASURES = {name: getattr(accuracy, name) for name in ("rmse", "mse", "mae", "fcp")}

# Errors -1, 2, 0, -3
FOUR = [
    Prediction("u", "i", 3.0, 4.0, {}),
    Prediction("u", "j", 5.0, 3.0, {}),
    Prediction("v", "i", 2.0, 2.0, {}),
    Prediction("w", "k", 1.0, 4.0, {}),
]

halves = st.integers(2, 10).map(lambda twice: twice / 2)
coarse_predictions = st.lists(
    st.builds(Prediction, st.sampled_from("uvw"), st.just("i"), halves, halves, st.just({})),
    min_size=1,
    max_size=60,
)
fine_predictions = st.lists(
    st.builds(
        Prediction, st.just("u"), st.just("i"), st.floats(-10, 10), st.floats(-10, 10), st.just({})
    ),
    min_size=1,
)


def naive_fcp(predictions):
    """The definition of Koren and Sill: means over the users that have such pairs."""
    users = {prediction.uid for prediction in predictions}
    counts = []
    for user in users:
        mine = [each for each in predictions if each.uid == user]
        counts.append(reference.pair_counts([p.r_ui for p in mine], [p.est for p in mine]))
    means = []
    for column in zip(*counts, strict=True):
        positive = [count for count in column if count]
        means.append(sum(positive) / len(positive) if positive else 0)
    return means[0] / sum(means) if sum(means) else None


def test_rmse_by_hand():
    assert accuracy.rmse(FOUR, verbose=False) == math.sqrt(14 / 4)


def test_mse_by_hand():
    assert accuracy.mse(FOUR, verbose=False) == 14 / 4


def test_mae_by_hand():
    assert accuracy.mae(FOUR, verbose=False) == 6 / 4


def test_fcp_by_hand():
    rows = [("u", 1, 1), ("u", 2, 2), ("u", 3, 1), ("v", 1, 5), ("v", 2, 1)]
    predictions = [Prediction(user, "i", truth, est, {}) for user, truth, est in rows]
    # u: (1, 2) concordant, (1, 3) tied and (2, 3) inverted discordant; v: one discordant pair.
    # Means over users that have any: concordant 1 / 1, discordant (2 + 1) / 2.
    assert accuracy.fcp(predictions, verbose=False) == 1 / (1 + 1.5)


@given(fine_predictions)
def test_errors_against_their_formulas(predictions):
    errors = np.array([each.r_ui - each.est for each in predictions])
    close = {"rel": 1e-12, "abs": 1e-300}
    assert accuracy.mse(predictions, False) == pytest.approx(np.mean(errors**2), **close)
    assert accuracy.rmse(predictions, False) == pytest.approx(np.mean(errors**2) ** 0.5, **close)
    assert accuracy.mae(predictions, False) == pytest.approx(np.mean(np.abs(errors)), **close)


@given(coarse_predictions)
def test_fcp_against_the_definition(predictions):
    expected = naive_fcp(predictions)
    assume(expected is not None)
    assert accuracy.fcp(predictions, verbose=False) == pytest.approx(expected, rel=1e-15, abs=0)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(-3, 3))))
def test_pairs_are_counted_as_one_by_one(pairs):
    ratings, estimates = (np.array([pair[k] for pair in pairs], dtype=float) for k in (0, 1))
    offsets = np.array([0, len(pairs)])
    counts = _core.metrics.count_pairs_by_user(offsets, ratings, estimates, 1)
    assert tuple(int(each[0]) for each in counts) == reference.pair_counts(ratings, estimates)


def test_pairs_with_nan_and_infinity_are_counted_as_one_by_one():
    rng = np.random.RandomState(0)
    ratings = rng.randint(1, 4, 60).astype(float)
    estimates = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0], 60)
    counts = _core.metrics.count_pairs_by_user(np.array([0, 60]), ratings, estimates, 1)
    assert tuple(int(each[0]) for each in counts) == reference.pair_counts(ratings, estimates)


def test_each_user_is_counted_alone():
    ratings, estimates = np.array([1.0, 2, 3, 1, 2]), np.array([1.0, 2, 3, 2, 1])
    offsets = np.array([0, 3, 3, 5])
    concordant, discordant = _core.metrics.count_pairs_by_user(offsets, ratings, estimates, 2)
    assert concordant.tolist() == [3, 0, 0]
    assert discordant.tolist() == [0, 0, 1]


@pytest.mark.parametrize("offsets", [[], [0, 3], [1, 0], [-1, 2]])
def test_offsets_that_do_not_fit_are_refused(offsets):
    with pytest.raises(ValueError, match="offsets"):
        _core.metrics.count_pairs_by_user(np.array(offsets, np.int64), np.ones(2), np.ones(2), 1)


def test_the_order_of_predictions_does_not_change_fcp():
    rng = np.random.RandomState(0)
    predictions = [
        Prediction(rng.randint(5), "i", rng.randint(1, 6), rng.rand(), {}) for _ in range(80)
    ]
    expected = accuracy.fcp(predictions, verbose=False)
    for _ in range(5):
        rng.shuffle(predictions)
        assert accuracy.fcp(predictions, verbose=False) == expected


@pytest.mark.parametrize(
    ("measure", "line"),
    [
        (accuracy.rmse, "RMSE: 1.8708\n"),
        (accuracy.mse, "MSE: 3.5000\n"),
        (accuracy.mae, "MAE:  1.5000\n"),
        (accuracy.fcp, "FCP:  0.0000\n"),
    ],
)
def test_values_are_printed_by_default(measure, line, capsys):
    value = measure(FOUR)
    assert capsys.readouterr().out == line
    assert measure(FOUR, verbose=False) == value
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("empty", [[], (), iter(())], ids=["list", "tuple", "iterator"])
def test_no_predictions_are_an_error(name, empty):
    with pytest.raises(ValueError, match="Prediction list is empty"):
        MEASURES[name](empty)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("nothing", [None, float("nan")])
@pytest.mark.parametrize(("place", "what"), [(2, "true rating"), (3, "estimate")])
def test_a_missing_number_is_named(name, nothing, place, what):
    fields = ["u", "k", 3.0, 3.0, {}]
    fields[place] = nothing
    with pytest.raises(ValueError, match=f"prediction number 4 has no {what}: .*'k'"):
        MEASURES[name]([*FOUR, Prediction(*fields)])


@pytest.mark.parametrize("name", MEASURES)
def test_any_iterable_of_5_tuples_will_do(name):
    expected = MEASURES[name](FOUR, verbose=False)
    assert MEASURES[name](map(tuple, FOUR), verbose=False) == expected
    assert MEASURES[name](tuple(map(list, FOUR)), verbose=False) == expected


@pytest.mark.parametrize(
    "rows", [[("u", 3, 3)], [("u", 3, 1), ("u", 3, 2)], [("u", 3, 1), ("v", 2, 2)]]
)
def test_fcp_needs_a_user_with_two_different_ratings(rows):
    predictions = [Prediction(user, "i", truth, est, {}) for user, truth, est in rows]
    with pytest.raises(ValueError, match="at least two predictions"):
        accuracy.fcp(predictions)


def test_users_may_be_of_any_hashable_type():
    rows = [(None, 1, 1), (None, 2, 2), (("a", 1), 1, 2), (("a", 1), 2, 1)]
    predictions = [Prediction(user, "i", truth, est, {}) for user, truth, est in rows]
    assert accuracy.fcp(predictions, verbose=False) == 0.5


@pytest.mark.parametrize("function", [accuracy.rmse, accuracy.mae, accuracy.mse, accuracy.fcp])
def test_what_are_no_predictions_is_named(function):
    for wrong in ([("u", "i", 4.0)], [1], [None], ["abcd"]):
        with pytest.raises(TypeError, match=r"predictions\[0\] must be a Prediction, .*got"):
            function(wrong)
    for wrong in (None, "x", 5):
        with pytest.raises(TypeError, match="predictions must be a list of Prediction, got"):
            function(wrong)
