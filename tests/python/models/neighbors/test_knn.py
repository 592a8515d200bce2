"""The nearest-neighbour models: what they say, when they compute it, and what users change."""

import copy
import pickle
import signal
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import (
    AlgoBase,
    KNNBaseline,
    KNNBasic,
    KNNWithMeans,
    KNNWithZScore,
    PredictionImpossible,
    Trainset,
    load,
    make_ratings,
)
from astonish.model_selection import KFold, cross_validate
from astonish.models.neighbors import neighbor_model
from astonish.models.neighbors.symmetric_algo import SymmetricAlgo

from .. import reference
from ..helpers import all_pairs, assert_same_state, small_ratings, state_of, trainset_of

MODELS = [KNNBasic, KNNWithMeans, KNNWithZScore, KNNBaseline]
MEASURES = ["cosine", "msd", "pearson", "pearson_baseline"]

# User a agrees with b (similarity 1) and is 1 star above c (similarity 1 / 2).
FRIENDS = trainset_of(
    ("a", "i", 4.0),
    ("a", "j", 2.0),
    ("b", "i", 4.0),
    ("b", "j", 2.0),
    ("b", "k", 5.0),
    ("c", "i", 3.0),
    ("c", "j", 1.0),
    ("c", "k", 2.0),
)
NO_BASELINES = {"n_epochs": 0}


@pytest.fixture(params=MODELS)
def cls(request):
    return request.param


@pytest.fixture
def quiet(cls):
    """A function that makes a model of the class that prints nothing."""

    def make(**parameters):
        return cls(**{"verbose": False, **parameters})

    return make


@pytest.fixture(scope="module")
def crowd():
    """200,000 ratings by 20,000 users, whose matrix of similarities would take 3.2 GB."""
    return make_ratings(20_000, 500, 200_000, seed=4).build_full_trainset()


def options_of(name="msd", user_based=True, **others):
    return {"name": name, "user_based": user_based, **others}


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


# Attributes


@pytest.mark.parametrize("user_based", [True, False])
def test_what_belongs_to_x_and_y(quiet, cls, trainset, user_based):
    model = quiet(sim_options=options_of(user_based=user_based)).fit(trainset)
    sizes, ratings = (200, 150), (trainset.ur, trainset.ir)
    if not user_based:
        sizes, ratings = sizes[::-1], ratings[::-1]
    assert (model.n_x, model.n_y) == sizes
    assert (model.xr, model.yr) == ratings
    assert model.switch("u", "i") == (("u", "i") if user_based else ("i", "u"))
    if cls is KNNBaseline:
        assert (model.bx, model.by) == model.switch(model.bu, model.bi)
    if cls in (KNNWithMeans, KNNWithZScore):
        assert model.means.shape == (sizes[0],)


def test_defaults(cls):
    model = cls()
    assert (model.k, model.min_k, model.verbose, model.n_threads) == (40, 1, True, None)
    assert model.sim_options == {"user_based": True}
    assert model.bsl_options == {}


def test_positional_arguments_stand_in_scikit_surprises_order():
    model = KNNBasic(3, 2, {"name": "cosine"}, False, bsl_options={"method": "sgd"})
    assert (model.k, model.min_k, model.verbose) == (3, 2, False)
    model = KNNBaseline(3, 2, {"name": "cosine"}, {"method": "sgd"}, False)
    assert (model.bsl_options, model.verbose) == ({"method": "sgd"}, False)


# The matrix of similarities


def test_the_matrix_is_made_when_it_is_looked_at(quiet, trainset):
    model = quiet(sim_options=options_of("pearson_baseline")).fit(trainset)
    pairs = all_pairs(trainset)
    expected = model.test(pairs)
    model.predict("1", "2")
    assert "sim" not in vars(model)
    np.testing.assert_array_equal(model.sim, model.compute_similarities())
    assert model.sim is vars(model)["sim"]
    assert model.test(pairs) == expected


@pytest.mark.parametrize(
    "convert",
    [
        lambda matrix: matrix.astype(np.float32),
        lambda matrix: matrix.astype(int),
        np.asfortranarray,
        lambda matrix: np.repeat(matrix, 2, axis=1)[:, ::2],
        lambda matrix: matrix.astype(">f8"),
        lambda matrix: matrix.tolist(),
    ],
    ids=["float32", "int", "Fortran", "strided", "big-endian", "list"],
)
def test_a_matrix_that_the_user_assigns_is_used(quiet, trainset, convert):
    matrix = np.random.RandomState(0).randint(-2, 9, (200, 200)).astype(float)
    model = quiet(k=5).fit(trainset)
    without = model.test(all_pairs(trainset))
    model.sim = matrix
    expected = model.test(all_pairs(trainset))
    assert expected != without
    model.sim = convert(matrix)
    assert model.test(all_pairs(trainset)) == expected
    assert model.predict(*expected[0][:3]) == expected[0]
    assert model.get_neighbors(3, 10) == neighbors_by_sorting(matrix, 3, 10)


def test_rows_of_the_matrix_are_those_of_x():
    """It need not be symmetric: row x says how much x trusts others."""
    model = KNNBasic(verbose=False).fit(FRIENDS)
    model.sim = np.array([[0, 1, 3], [0, 0, 0], [1, 1, 0]])
    assert model.predict("a", "k").est == (1 * 5 + 3 * 2) / 4
    assert model.predict("c", "k").est == 5
    assert model.predict("b", "k").details["was_impossible"]


@pytest.mark.parametrize(
    "sim", [np.eye(4), np.eye(2), np.ones((3, 2)), np.ones(3), np.float64(1), []], ids=np.shape
)
def test_a_matrix_of_the_wrong_shape_is_refused(quiet, sim):
    model = quiet().fit(FRIENDS)
    model.sim = sim
    for ask in (lambda: model.predict("a", "k"), lambda: model.test([("a", "k", None)])):
        with pytest.raises(ValueError, match=r"sim must be of shape \(3, 3\), got \("):
            ask()


def test_a_similarity_that_is_no_number_never_counts(quiet):
    model = quiet().fit(FRIENDS)
    model.sim = np.array([[1, 1, np.nan], [1, 1, 1], [np.nan, np.nan, np.nan]])
    assert model.predict("a", "k").details["actual_k"] == 1
    assert model.predict("c", "k").details.get("actual_k", 0) == 0


def test_another_fit_forgets_the_matrix(quiet, trainset):
    model = quiet().fit(trainset)
    model.sim = np.zeros((200, 200))
    model.fit(FRIENDS)
    assert "sim" not in vars(model)
    assert model.sim.tolist()[0] == [1, 1, 0.5]


def test_there_is_no_matrix_before_fit(quiet):
    assert not hasattr(quiet(), "sim")


def neighbors_by_sorting(matrix, x, k):
    others = [other for other in range(len(matrix)) if other != x]
    return sorted(others, key=lambda other: -matrix[x][other])[:k]


@pytest.mark.parametrize("user_based", [True, False])
def test_get_neighbors(trainset, user_based):
    options = options_of("pearson", user_based)
    model = KNNBasic(sim_options=options, verbose=False).fit(trainset)
    for x in range(0, model.n_x, 11):
        for k in (0, 1, 10, model.n_x - 1, 10**6):
            assert model.get_neighbors(x, k) == neighbors_by_sorting(model.sim, x, k)
    assert model.get_neighbors(0, -3) == []
    with pytest.raises(IndexError):
        model.get_neighbors(model.n_x, 1)


def test_neighbours_that_are_alike_come_by_number():
    model = KNNBasic(verbose=False).fit(FRIENDS)
    model.sim = np.ones((3, 3), dtype=bool)
    assert [model.get_neighbors(x, 2) for x in range(3)] == [[1, 2], [0, 2], [0, 1]]


@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize("how", ["pickle", "deepcopy", "save"])
def test_copies_before_and_after_the_matrix_was_looked_at(quiet, trainset, looked, how, tmp_path):
    model = quiet(sim_options=options_of("pearson_baseline")).fit(trainset)
    if looked:
        model.sim[:] = 0.25  # other answers than from the ratings
    expected = model.test(all_pairs(trainset))
    if how == "pickle":
        twin = pickle.loads(pickle.dumps(model))
    elif how == "deepcopy":
        twin = copy.deepcopy(model)
    else:
        model.save(tmp_path / "model.npz")
        twin = load(tmp_path / "model.npz")
    assert ("sim" in vars(twin)) == looked
    assert twin.test(all_pairs(trainset)) == expected
    np.testing.assert_array_equal(twin.sim, model.sim)
    assert twin.xr == model.xr


# Memory, interruption, processes


def test_no_matrix_is_needed_for_many_users(quiet, crowd):
    testset = crowd.build_testset()[::40]
    tracemalloc.start()
    try:
        model = quiet(sim_options=options_of("pearson_baseline")).fit(crowd)
        predictions = model.test(testset)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "sim" not in vars(model)
    assert len(predictions) == 5000
    assert peak < 50e6


def send_sigint():
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_between_two_blocks_of_users(quiet, trainset, monkeypatch):
    monkeypatch.setattr(neighbor_model, "_ROWS_PER_CALL", 16)
    model, pairs = quiet().fit(trainset), all_pairs(trainset)
    expected, before = model.test(pairs), state_of(model)
    with monkeypatch.context() as patched:
        patched.setattr(neighbor_model, "check_cancelled", send_sigint)
        for ask in (lambda: model.test(pairs), lambda: model.predict("1", "2")):
            with pytest.raises(KeyboardInterrupt):
                ask()
    assert_same_state(model, before)
    assert model.test(pairs) == expected


@pytest.mark.parametrize(
    "ask",
    [lambda model, pairs: model.test(pairs), lambda model, _: model.sim],
    ids=["test", "sim"],
)
def test_ctrl_c_stops_what_takes_seconds(ask):
    trainset = make_ratings(6000, 300, 300_000, seed=4).build_full_trainset()
    model = KNNBasic(sim_options=options_of("pearson"), verbose=False, n_threads=1).fit(trainset)
    pairs, before = list(trainset.build_testset()), state_of(model)
    timer = threading.Timer(0.1, send_sigint)

    def ask_until_the_signal():
        timer.start()
        ask(model, pairs)

    with pytest.raises(KeyboardInterrupt):
        ask_until_the_signal()
    timer.join()
    assert_same_state(model, before)
    assert model.test(pairs[:5])[0].details["actual_k"] > 0


def test_blocks_of_users_join_to_the_same_answers(quiet, trainset, monkeypatch):
    expected = quiet().fit(trainset).test(all_pairs(trainset))
    for n_rows in (1, 7, 200):
        monkeypatch.setattr(neighbor_model, "_ROWS_PER_CALL", n_rows)
        assert quiet().fit(trainset).test(all_pairs(trainset)) == expected


def test_cross_validation_in_processes(quiet):
    data = make_ratings(60, 50, 900, seed=1)
    folds = KFold(3, random_state=0)
    alone, together = (
        cross_validate(quiet(), data, measures=["rmse"], cv=folds, n_jobs=n_jobs)["test_rmse"]
        for n_jobs in (1, 2)
    )
    assert alone.tolist() == together.tolist()


# What is printed


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("method", ["als", "sgd"])
def test_fit_says_what_it_computes(cls, name, method, capsys):
    cls(sim_options={"name": name.upper()}, bsl_options={"method": method}).fit(FRIENDS)
    expected = [
        f"Computing the {name} similarity matrix...",
        "Done computing similarity matrix.",
    ]
    if cls is KNNBaseline or name == "pearson_baseline":
        expected.insert(0, f"Estimating biases using {method}...")
    assert capsys.readouterr().out.splitlines() == expected


def test_nothing_is_printed_afterwards_or_on_request(quiet, cls, capsys):
    quiet(sim_options=options_of("pearson_baseline")).fit(FRIENDS)
    assert capsys.readouterr().out == ""
    model = cls(sim_options=options_of("pearson_baseline")).fit(FRIENDS)
    capsys.readouterr()
    model.test(all_pairs(FRIENDS))
    assert model.sim.shape == (3, 3)
    model.get_neighbors(0, 1)
    assert capsys.readouterr().out == ""


# Options that are wrong


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"name": "jaccard"},
            NameError,
            "Wrong sim name jaccard. Allowed values are cosine, msd, ",
        ),
        ({"name": 3}, NameError, "Wrong sim name 3"),
        ({"min_support": -1}, ValueError, "min_support must be at least 0, got -1"),
        ({"min_support": 2**31}, ValueError, "min_support must be at most 2147483647"),
        ({"min_support": 1.5}, TypeError, "min_support must be an integer, got 1.5"),
        ({"shrinkage": -1}, ValueError, "shrinkage must be a finite number of at least 0, got -1"),
        ({"shrinkage": float("nan")}, ValueError, "shrinkage must be .* got nan"),
        ({"shrinkage": None}, TypeError, "shrinkage must be a number, got None"),
    ],
)
def test_wrong_options_of_similarities(quiet, trainset, options, error, message):
    model = quiet(sim_options=options)
    before = state_of(model)
    with pytest.raises(error, match=message):
        model.fit(trainset)
    assert_same_state(model, before)

    model = quiet().fit(FRIENDS)
    model.sim_options = {"user_based": True, **options}
    before = state_of(model)
    with pytest.raises(error, match=message):
        model.fit(trainset)
    assert_same_state(model, before)


def test_options_without_a_side_compare_users(quiet, trainset):
    model = quiet()
    del model.sim_options["user_based"]
    assert model.fit(trainset).n_x == trainset.n_users


def test_options_are_stored_and_shown_as_they_are_given(quiet, trainset):
    given = {"name": "cosine"}
    model = quiet(sim_options=given)
    assert model.get_params()["sim_options"] is given
    shown = f"{type(model).__name__}(sim_options={{'name': 'cosine'}}, verbose=False)"
    assert repr(model) == repr(model.fit(trainset)) == shown
    assert model.sim_options == {"user_based": True, "name": "cosine"}  # as scikit-surprise's
    assert given == {"name": "cosine"}
    assert model.get_params()["sim_options"] is model.sim_options  # which a program may change
    assert repr(type(model)()) == f"{type(model).__name__}()"


def test_options_that_are_changed_in_place_count(quiet, trainset):
    model = quiet()
    model.sim_options["user_based"] = False
    assert model.fit(trainset).n_x == trainset.n_items


@pytest.mark.parametrize("changes", [{"k": 1}, {"sim_options": {"user_based": False}}], ids=str)
def test_what_a_fitted_model_shows_is_of_its_fit(quiet, trainset, changes):
    expected, model = quiet().fit(trainset), quiet().fit(trainset)
    model.set_params(**changes)
    assert (model.n_x, model.n_y) == (expected.n_x, expected.n_y)
    assert model.get_neighbors(3, 4) == expected.get_neighbors(3, 4)
    np.testing.assert_array_equal(model.compute_similarities(), expected.sim)
    np.testing.assert_array_equal(model.sim, expected.sim)
    assert model.fit(trainset).get_params() == {**expected.get_params(), **changes}


def test_wrong_options_of_baselines(quiet, trainset):
    model = quiet(sim_options=options_of("pearson_baseline"), bsl_options={"method": "lsq"})
    before = state_of(model)
    with pytest.raises(ValueError, match="Invalid method lsq"):
        model.fit(trainset)
    assert_same_state(model, before)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        *(("k", value, TypeError) for value in (2.0, "3", None, True)),
        *(("min_k", value, TypeError) for value in (2.0, "3", None, True)),
        *((name, -1, ValueError) for name in ("k", "min_k", "n_threads")),
        ("n_threads", 0, ValueError),
        ("n_threads", 1.0, TypeError),
    ],
)
def test_a_bad_parameter_is_named_with_its_value(quiet, trainset, name, value, error):
    model = quiet(**{name: value})
    before = state_of(model)
    with pytest.raises(error, match=rf"^{name} must be .*got {value!r}"):
        model.fit(trainset)
    assert_same_state(model, before)


# Subclasses


@pytest.mark.parametrize("on_instance", [False, True])
def test_similarities_of_the_user(cls, trainset, on_instance):
    calls = []

    def compute_similarities(*_):
        calls.append(1)
        return np.full((200, 200), 0.5, dtype=np.float32)

    Mine = type("Mine", (cls,), {"compute_similarities": compute_similarities})  # noqa: N806
    model = (cls if on_instance else Mine)(verbose=False)
    if on_instance:
        model.compute_similarities = compute_similarities
    model.fit(trainset)
    assert len(calls) == 1
    model.test(all_pairs(trainset))
    assert len(calls) == 1
    expected = cls(verbose=False).fit(trainset)
    expected.sim = np.full((200, 200), 0.5)
    assert model.test(all_pairs(trainset)) == expected.test(all_pairs(trainset))


def test_similarities_of_the_user_may_begin_with_ours(cls, trainset, capsys):
    class Squared(cls):
        def compute_similarities(self):
            return super().compute_similarities() ** 2

    model = Squared().fit(trainset)
    assert capsys.readouterr().out.count("similarity matrix") == 2
    plain = cls(verbose=False).fit(trainset)
    np.testing.assert_array_equal(model.sim, plain.sim**2)


def test_similarities_of_the_user_are_not_kept_where_they_fail(cls, trainset):
    class Failing(cls):
        def compute_similarities(self):
            raise RuntimeError("no idea")

    model = Failing(verbose=False)
    before = state_of(model)
    with pytest.raises(RuntimeError, match="no idea"):
        model.fit(trainset)
    assert_same_state(model, before)


@pytest.mark.parametrize("keeps", [False, True])
def test_baselines_of_the_user_are_computed_once(cls, trainset, keeps):
    calls = []

    class Mine(cls):
        def compute_baselines(self):
            calls.append(1)
            biases = np.linspace(-1, 1, 200), np.linspace(1, -1, 150)
            if keeps:
                self.bu, self.bi = biases
            return biases

    model = Mine(sim_options=options_of("pearson_baseline"), verbose=False).fit(trainset)
    model.test(all_pairs(trainset))
    model.predict("1", "2")
    assert len(calls) == 1
    other = cls(sim_options=options_of("pearson_baseline"), verbose=False).fit(trainset)
    assert (model.sim != other.sim).any()


def test_a_switch_of_the_user():
    """Whose switch goes the other way compares items, whatever the options say."""

    class Turned(KNNWithMeans):
        def switch(self, u_stuff, i_stuff):
            return i_stuff, u_stuff

    model = Turned(verbose=False).fit(FRIENDS)
    expected = KNNWithMeans(sim_options=options_of(user_based=False), verbose=False).fit(FRIENDS)
    assert (model.n_x, model.xr) == (expected.n_x, expected.xr)
    np.testing.assert_array_equal(model.means, expected.means)
    assert model.test(all_pairs(FRIENDS)) == expected.test(all_pairs(FRIENDS))


def test_an_estimate_of_the_user_may_begin_with_ours(cls, trainset):
    class Halved(cls):
        def estimate(self, u, i):
            answer = super().estimate(u, i)
            est, details = answer if isinstance(answer, tuple) else (answer, {})
            return est / 2, {**details, "halved": True}

    pairs = all_pairs(trainset)[::97] + all_pairs(trainset)[-2:]
    plain = cls(verbose=False).fit(trainset)
    for ours, theirs in zip(
        Halved(verbose=False).fit(trainset).test(pairs), plain.test(pairs), strict=True
    ):
        if theirs.details["was_impossible"]:
            assert ours == theirs
        else:
            assert ours.details == {**theirs.details, "halved": True}
            unclipped = plain.predict(*ours[:3], clip=False).est
            assert ours.est == np.clip(unclipped / 2, 1, 5)


def test_an_estimate_returns_python_numbers(quiet):
    model = quiet().fit(FRIENDS)
    estimate, details = model.estimate(0, 2)
    assert type(estimate) is float
    assert {name: type(value) for name, value in details.items()} == {"actual_k": int}


def test_a_predict_of_the_user_is_asked(cls, trainset):
    class Rounded(cls):
        def predict(self, *arguments, **options):
            prediction = super().predict(*arguments, **options)
            return prediction._replace(est=round(prediction.est))

    model = Rounded(verbose=False).fit(trainset)
    plain = cls(verbose=False).fit(trainset)
    pairs = all_pairs(trainset)[::301]
    assert [each.est for each in model.test(pairs)] == [
        round(each.est) for each in plain.test(pairs)
    ]


class FirstRater(SymmetricAlgo):
    """The rating of the most similar rater, as scikit-surprise's users write it."""

    def __init__(self, sim_options={}, verbose=True):  # noqa: B006
        SymmetricAlgo.__init__(self, sim_options=sim_options, verbose=verbose)

    def fit(self, trainset):
        SymmetricAlgo.fit(self, trainset)
        self.sim = self.compute_similarities()
        return self

    def estimate(self, u, i):
        if not (self.trainset.knows_user(u) and self.trainset.knows_item(i)):
            raise PredictionImpossible("unknown")
        x, y = self.switch(u, i)
        others = [(self.sim[x, other], rating) for other, rating in self.yr[y] if other != x]
        return max(others)[1], {"n_y": self.n_y, "n_rated": len(self.xr[x])}


@pytest.mark.parametrize("user_based", [True, False])
def test_a_model_of_the_user_on_top_of_the_base(user_based, capsys):
    model = FirstRater(sim_options=options_of(user_based=user_based)).fit(FRIENDS)
    assert capsys.readouterr().out.count("\n") == 2
    prediction = model.predict("a", "k")
    assert prediction.est == (5 if user_based else 4)
    assert prediction.details == {"n_y": 3, "n_rated": 2, "was_impossible": False}
    assert model.test([("a", "k", None)]) == [prediction]
    assert model.predict("?", "k").details["reason"] == "unknown"


def test_the_base_is_declared():
    plain = {"sim_options": {}, "bsl_options": {}, "verbose": True, "n_threads": None}
    with pytest.warns(UserWarning, match="unexpected keyword argument 'k'"):
        model = SymmetricAlgo(k=3)
    assert dict(model.get_params(), sim_options={}) == plain
    with pytest.raises(ValueError, match="n_threads must be at least 1, got 0"):
        SymmetricAlgo(n_threads=0).fit(FRIENDS)


def test_a_subclass_need_not_call_the_constructor_of_the_base():
    class Mine(SymmetricAlgo):
        def __init__(self):
            self.mine = 3

        def estimate(self, *_):
            return 3.0

    assert Mine().fit(FRIENDS).predict("a", "k").est == 3


def test_the_base_alone_estimates_nothing():
    model = SymmetricAlgo(verbose=False).fit(FRIENDS)
    assert isinstance(model, AlgoBase)
    with pytest.raises(NotImplementedError):
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


def test_a_subclass_may_set_the_sides_itself(trainset):
    class Mine(SymmetricAlgo):
        def fit(self, trainset):
            super().fit(trainset)
            self.n_x, self.xr = trainset.n_items, trainset.ir
            return self

    model = Mine().fit(trainset)
    assert (model.n_x, model.n_y) == (trainset.n_items, trainset.n_items)
    assert model.xr is trainset.ir


# What scikit-surprise ignores


def test_a_keyword_that_is_ignored_is_warned_of(quiet):
    cls = type(quiet()).__name__
    with pytest.warns(UserWarning, match=rf"{cls}.* argument 'n_neighbours'; did you mean 'k'\?"):
        assert quiet(n_neighbours=3).k == 40
    with pytest.warns(UserWarning, match=r"argument 'min_kk'; did you mean 'min_k'\?"):
        quiet(min_kk=3)
    with pytest.warns(UserWarning, match=rf"{cls}.* unexpected keyword argument 'colour' \(it has"):
        quiet(colour="red")


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        ({"sim_options": {"nam": "cosine"}}, "name"),
        ({"sim_options": {"user_base": False}}, "user_based"),
        ({"sim_options": {"minsupport": 3}}, "min_support"),
        ({"bsl_options": {"methods": "sgd"}}, "method"),
        ({"bsl_options": {"learn_rate": 0.1}}, "learning_rate"),
        ({"bsl_options": {"n_epoch": 3}}, "n_epochs"),
    ],
    ids=str,
)
def test_a_mistyped_option_is_warned_of(quiet, options, meant):
    ((option, given),) = options.items()
    (key,) = given
    with pytest.warns(
        UserWarning, match=rf"{option}\['{key}'\] .*did you mean '{meant}'\?"
    ) as seen:
        quiet(**options)
    assert seen[0].filename == __file__


@pytest.mark.filterwarnings("error")
def test_what_scikit_surprise_knows_is_not_warned_of(quiet, trainset):
    sim_options = {"name": "cosine", "user_based": False, "min_support": 2, "shrinkage": 10}
    als = {"method": "als", "n_epochs": 2, "reg_u": 3, "reg_i": 4}
    sgd = {"method": "sgd", "n_epochs": 2, "reg": 0.1, "learning_rate": 0.01}
    for bsl_options in (als, sgd, {}):
        quiet(sim_options=sim_options, bsl_options=bsl_options, k=3, min_k=1).fit(trainset)
    quiet(sim_options={"own": 3, "weight_of_trust": 2})  # which a class of the user may read


# Options are the caller's: a model keeps a copy of them


@pytest.mark.parametrize("change", [{"user_based": False}, {"name": "foo"}])
def test_a_fitted_model_does_not_read_the_dicts_of_its_caller(cls, change, tmp_path):
    full = make_ratings(30, 20, 300, seed=1).build_full_trainset()
    options = {"user_based": True}
    model = cls(verbose=False, sim_options=options).fit(full)
    expected = [model.predict(user, "3").est for user in full.user_ids]
    options.update(change)
    assert model.sim_options is options
    assert [model.predict(user, "3").est for user in full.user_ids] == expected
    assert model.sim.shape == (30, 30)
    model.save(tmp_path / "model.npz")
    loaded = cls.load(tmp_path / "model.npz")
    assert [loaded.predict(user, "3").est for user in full.user_ids] == expected


def test_the_next_fit_heeds_what_the_caller_changed(cls):
    full = make_ratings(30, 20, 300, seed=1).build_full_trainset()
    options = {"user_based": True}
    model = cls(verbose=False, sim_options=options).fit(full)
    options["user_based"] = False
    assert model.n_x == 30
    assert model.fit(full).n_x == 20
