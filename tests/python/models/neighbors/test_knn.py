"""Estimates of the nearest-neighbour models."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore, Trainset

from .. import reference
from ..helpers import all_pairs, small_ratings, trainset_of
from .helpers import FRIENDS, MEASURES, MODELS, options_of

NO_BASELINES = {"n_epochs": 0}


# Estimates


def guess_and_unit(model):
    """What the model measures the ratings of an x from, and in which unit, as its paper says."""
    if isinstance(model, KNNBaseline):
        mean = model.trainset.global_mean
        return lambda x, y: mean + model.bx[x] + model.by[y], lambda _: 1.0
    by_x = [[rating for _, rating in model.xr[x]] for x in range(model.n_x)]
    if isinstance(model, KNNWithZScore):
        everything = np.std([rating for ratings in by_x for rating in ratings])
        return lambda x, _: np.mean(by_x[x]), lambda x: np.std(by_x[x]) or everything
    if isinstance(model, KNNWithMeans):
        return lambda x, _: np.mean(by_x[x]), lambda _: 1.0
    return lambda *_: 0.0, lambda _: 1.0


@pytest.mark.parametrize("cls", MODELS)
@given(
    trainset=small_ratings,
    k=st.integers(0, 8),
    min_k=st.integers(0, 3),
    name=st.sampled_from(MEASURES),
    user_based=st.booleans(),
)
def test_estimates_equal_the_reference(cls, trainset, k, min_k, name, user_based):
    model = cls(k, min_k, options_of(name, user_based), verbose=False).fit(trainset)
    testset = [(u, i, None) for u in trainset.user_ids for i in trainset.item_ids]
    predictions = model.test(testset)
    guess, unit = guess_and_unit(model)
    for uid, iid, _, est, details in predictions:
        pair = trainset.to_inner_uid(uid), trainset.to_inner_iid(iid)
        with np.errstate(invalid="ignore"):  # no rating varies: 0 / 0
            expected, actual_k = reference.knn(model, guess, unit, *pair)
        if cls is KNNBasic and actual_k < max(min_k, 1):
            assert details == {"was_impossible": True, "reason": "Not enough neighbors."}
        elif np.isnan(expected):
            assert details == {"was_impossible": True, "reason": "The estimate is not a number."}
        else:
            assert details == {"actual_k": actual_k, "was_impossible": False}
            assert est == pytest.approx(np.clip(expected, 1, 5), rel=0, abs=1e-12)


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (KNNBasic, (1 * 5 + 0.5 * 2) / 1.5),
        (KNNWithMeans, 3 + (1 * (5 - 11 / 3) + 0.5 * (2 - 2)) / 1.5),
        (KNNWithZScore, 3 + 1 * (1 * (5 - 11 / 3) / np.std([4, 2, 5]) + 0.5 * 0) / 1.5),
        (KNNBaseline, 23 / 8 + (1 * (5 - 23 / 8) + 0.5 * (2 - 23 / 8)) / 1.5),
    ],
)
def test_an_estimate_done_by_hand(cls, expected):
    model = cls(verbose=False, bsl_options=NO_BASELINES).fit(FRIENDS)
    prediction = model.predict("a", "k")
    assert prediction.est == pytest.approx(expected, rel=0, abs=1e-12)
    assert prediction.details == {"actual_k": 2, "was_impossible": False}


def test_the_nearest_neighbour_alone():
    model = KNNBasic(k=1, verbose=False).fit(FRIENDS)
    assert model.predict("a", "k").est == 5
    assert model.predict("a", "k").details["actual_k"] == 1


def test_items_are_compared_if_asked_for():
    model = KNNBasic(sim_options=options_of(user_based=False), verbose=False).fit(FRIENDS)
    # k is like i by b and c (both 1 star apart) and like j by them (3 stars and 1).
    near, far = 1 / (1 + 1), 1 / (5 + 1)
    assert model.predict("a", "k").est == pytest.approx((near * 4 + far * 2) / (near + far))


def test_raters_who_disagree_do_not_count():
    trainset = trainset_of(
        ("a", "i", 5.0), ("a", "j", 1.0), ("b", "i", 1.0), ("b", "j", 5.0), ("b", "k", 3.0)
    )
    model = KNNBasic(sim_options=options_of("pearson"), verbose=False).fit(trainset)
    assert model.predict("a", "k").details["reason"] == "Not enough neighbors."


@pytest.mark.parametrize("k", [8, 9, 10**9, 10**30, np.int32(9)])
def test_more_neighbours_than_there_are_raters(quiet, k):
    expected = quiet(k=3).fit(FRIENDS).test(all_pairs(FRIENDS))
    assert quiet(k=k).fit(FRIENDS).test(all_pairs(FRIENDS)) == expected


@pytest.mark.parametrize("min_k", [3, 10**30])
def test_fewer_neighbours_than_needed(quiet, cls, min_k):
    model = quiet(min_k=min_k, bsl_options=NO_BASELINES).fit(FRIENDS)
    prediction = model.predict("a", "k")
    alone = {KNNWithMeans: 3.0, KNNWithZScore: 3.0, KNNBaseline: 23 / 8}
    if cls is KNNBasic:
        assert prediction.est == FRIENDS.global_mean
        assert prediction.details == {"was_impossible": True, "reason": "Not enough neighbors."}
    else:
        assert prediction.est == alone[cls]
        assert prediction.details == {"actual_k": 2, "was_impossible": False}
    assert quiet(min_k=2).fit(FRIENDS).predict("a", "k").details["actual_k"] == 2


@pytest.mark.parametrize("k", [0, 5])
def test_no_neighbours_needed_and_none_there(quiet, cls, k):
    """The unlike raters of an item are no neighbours."""
    trainset = trainset_of(("a", "i", 2.0), ("b", "j", 4.0))
    model = quiet(k=k, min_k=0, bsl_options=NO_BASELINES).fit(trainset)
    prediction = model.predict("a", "j")
    if cls is KNNBasic:
        assert prediction.details["reason"] == "Not enough neighbors."
    else:
        assert prediction.est == (3.0 if cls is KNNBaseline else 2.0)
        assert prediction.details == {"actual_k": 0, "was_impossible": False}


@pytest.mark.parametrize("pair", [("a", "?"), ("?", "i"), ("?", "?")])
def test_unknown_ids(quiet, cls, pair):
    model = quiet().fit(FRIENDS)
    prediction = model.predict(*pair)
    if cls is KNNBaseline:
        bias = {"a": model.bu[0], "i": model.bi[0], "?": 0.0}
        assert prediction.est == FRIENDS.global_mean + bias[pair[0]] + bias[pair[1]]
        assert prediction.details == {"was_impossible": False}
    else:
        assert prediction.est == FRIENDS.global_mean
        reason = "User and/or item is unknown."
        assert prediction.details == {"was_impossible": True, "reason": reason}
    assert model.test([(*pair, None)]) == [prediction]


def test_all_ratings_alike_leave_no_unit():
    model = KNNWithZScore(verbose=False).fit(trainset_of(("a", "i", 3.0), ("b", "i", 3.0)))
    assert model.sigmas.tolist() == [0, 0]
    prediction = model.predict("a", "i")
    assert prediction.details["reason"] == "The estimate is not a number."
    assert model.test([("a", "i", None)]) == [prediction]


def test_strict_mode_clips_nan_to_the_best_rating(monkeypatch):
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")
    model = KNNWithZScore(verbose=False).fit(trainset_of(("a", "i", 3.0), ("b", "i", 3.0)))
    prediction = model.predict("a", "i")
    assert prediction[3:] == (5, {"actual_k": 2, "was_impossible": False})
    assert model.test([("a", "i", None)]) == [prediction]
    assert model.predict_many(["a", "?"], ["i", "i"]).tolist() == [5, 3]


def test_a_user_who_never_varies_is_measured_in_the_unit_of_all():
    trainset = trainset_of(("a", "i", 3.0), ("a", "j", 3.0), ("b", "i", 1.0), ("b", "j", 5.0))
    model = KNNWithZScore(verbose=False).fit(trainset)
    assert model.overall_sigma == np.sqrt(2)
    assert model.sigmas.tolist() == [model.overall_sigma, 2]
    assert model.means.tolist() == [3, 3]


def test_parameters_may_change_after_fit(quiet):
    model = quiet().fit(FRIENDS)
    model.k, model.min_k = 1, 1
    assert model.predict("a", "k").details["actual_k"] == 1
    model.k = -1
    with pytest.raises(ValueError, match="k must be at least 0, got -1"):
        model.predict("a", "k")


# Ids without ratings, which only the constructor of Trainset can make


def trainset_with_idle_ids():
    ur, ir = {0: [(0, 3.0)], 2: [(0, 5.0)]}, {0: [(0, 3.0), (2, 5.0)]}
    users, items = {"u": 0, "idle": 1, "v": 2}, {"i": 0, "idle": 1}
    return Trainset(ur, ir, 3, 2, 2, (1, 5), users, items)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("user_based", [True, False])
def test_an_id_without_ratings_is_unknown(quiet, name, user_based):
    model = quiet(sim_options=options_of(name, user_based)).fit(trainset_with_idle_ids())
    for pair in (("idle", "i"), ("u", "idle"), ("idle", "idle")):
        prediction = model.predict(*pair)
        other = tuple("?" if each == "idle" else each for each in pair)
        assert prediction[3:] == model.predict(*other)[3:]
        assert model.test([(*pair, None)]) == [prediction]
    assert model.sim.shape == ((3, 3) if user_based else (2, 2))
    assert model.sim[1].tolist() == [float(x == 1) for x in range(model.n_x)]
    assert model.predict("u", "i").details["actual_k"] >= 1


def test_the_mean_of_no_ratings_is_zero():
    model = KNNWithMeans(verbose=False).fit(trainset_with_idle_ids())
    assert model.means.tolist() == [3, 0, 5]


def test_nobody_and_nothing():
    nothing = Trainset({}, {}, 0, 0, 0, (1, 5), {}, {})
    model = KNNBasic(verbose=False).fit(nothing)
    assert model.sim.shape == (0, 0)
    assert model.test([]) == []
