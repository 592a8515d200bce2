"""SVDpp against the recurrences of its paper, and what its parameters mean."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astonish import SVDpp, Trainset, _core, accuracy, make_ratings
from astonish.model_selection import train_test_split

from .. import reference
from ..helpers import assert_same_state, small_ratings, state_of, trainset_of

KINDS = ("bu", "bi", "pu", "qi", "yj")
RATES = [f"{rate}_{kind}" for rate in ("lr", "reg") for kind in KINDS]
ARRAYS = ("pu", "qi", "yj", "bu", "bi")

svdpp_parameters = st.fixed_dictionaries(
    {
        "n_factors": st.integers(0, 35),
        "n_epochs": st.integers(0, 3),
        "init_mean": st.sampled_from([0, 0.1, -0.3]),
        "init_std_dev": st.sampled_from([0, 0.1, 0.5]),
        "random_state": st.integers(0, 2**32 - 1),
        **{rate: st.floats(0, 0.05) for rate in RATES},
    }
)


def fit_reference(trainset, parameters):
    """The arrays as the reference trains them from Surprise's initial factors."""
    rng = np.random.RandomState(parameters["random_state"])
    initial = [
        rng.normal(
            parameters["init_mean"], parameters["init_std_dev"], (n, parameters["n_factors"])
        )
        for n in (trainset.n_users, trainset.n_items, trainset.n_items)
    ]
    return reference.svdpp(
        trainset,
        *initial,
        n_epochs=parameters["n_epochs"],
        lr={kind: parameters[f"lr_{kind}"] for kind in KINDS},
        reg={kind: parameters[f"reg_{kind}"] for kind in KINDS},
    )


def assert_close_to_reference(model, trainset, parameters):
    for name, expected in zip(ARRAYS, fit_reference(trainset, parameters), strict=True):
        array = getattr(model, name)
        expected = np.reshape(expected, array.shape)
        np.testing.assert_allclose(array, expected, rtol=0, atol=1e-12, err_msg=name)


@settings(max_examples=50)
@given(small_ratings, svdpp_parameters)
def test_bitwise_equals_the_reference_to_the_last_bit(trainset, parameters):
    model = SVDpp(**parameters, solver="bitwise").fit(trainset)
    ours = [getattr(model, name).tolist() for name in ARRAYS]
    assert ours == list(fit_reference(trainset, parameters))


@settings(max_examples=50)
@given(small_ratings, svdpp_parameters)
def test_sequential_equals_the_reference(trainset, parameters):
    model = SVDpp(**parameters, solver="sequential").fit(trainset)
    assert_close_to_reference(model, trainset, parameters)


@pytest.mark.parametrize("reg_yj", [5.0, 10.0, 12.5, 20.0])
def test_strong_regularisation_of_yj(reg_yj):
    """1 - lr * reg is 0.5, 0, -0.25 and -1."""
    rng = np.random.RandomState(0)
    ratings = [(user, int(rng.randint(12)), 3.0 + user % 2) for user in range(5) for _ in range(15)]
    trainset = trainset_of(*ratings)
    parameters = {
        "n_factors": 5,
        "n_epochs": 3,
        "init_mean": 0,
        "init_std_dev": 0.1,
        "random_state": 1,
        **dict.fromkeys(RATES, 0.02),
        "lr_yj": 0.1,
        "reg_yj": reg_yj,
    }
    model = SVDpp(**parameters, solver="sequential").fit(trainset)
    assert_close_to_reference(model, trainset, parameters)


@settings(max_examples=50)
@given(small_ratings, svdpp_parameters)
def test_the_estimate_is_the_sum_of_its_terms(trainset, parameters):
    model = SVDpp(**parameters).fit(trainset)
    expected = reference.svdpp_estimates(model)
    for u, user in enumerate(trainset.user_ids):
        for i, item in enumerate(trainset.item_ids):
            est = model.predict(user, item, clip=False).est
            assert est == pytest.approx(expected[u, i], rel=0, abs=1e-12)


# Parameters


def test_a_rate_of_its_own_wins_over_the_rate_of_all():
    model = SVDpp(lr_all=0.1, reg_all=0.2, lr_bi=0.0, lr_yj=0.3, reg_pu=0.4, reg_yj=0.0)
    assert [getattr(model, f"lr_{kind}") for kind in KINDS] == [0.1, 0.0, 0.1, 0.1, 0.3]
    assert [getattr(model, f"reg_{kind}") for kind in KINDS] == [0.2, 0.2, 0.4, 0.2, 0.0]


def test_defaults():
    model = SVDpp()
    assert (model.n_factors, model.n_epochs, model.cache_ratings) == (20, 20, False)
    assert (model.init_mean, model.init_std_dev) == (0, 0.1)
    assert {getattr(model, f"lr_{kind}") for kind in KINDS} == {0.007}
    assert {getattr(model, f"reg_{kind}") for kind in KINDS} == {0.02}


def test_fitted_arrays(trainset):
    model = SVDpp(n_factors=7, n_epochs=1).fit(trainset)
    arrays = [getattr(model, name) for name in ARRAYS]
    assert [each.shape for each in arrays] == [(200, 7), (150, 7), (150, 7), (200,), (150,)]
    assert {each.dtype for each in arrays} == {np.dtype(float)}


def test_no_epochs_give_the_initial_model(trainset):
    model = SVDpp(n_factors=4, n_epochs=0, random_state=5).fit(trainset)
    rng = np.random.RandomState(5)
    for array, n in ((model.pu, 200), (model.qi, 150), (model.yj, 150)):
        np.testing.assert_array_equal(array, rng.normal(0, 0.1, (n, 4)))
    assert not model.bu.any()
    assert not model.bi.any()


def test_no_factors_leave_the_biases(trainset):
    model = SVDpp(n_factors=0, n_epochs=5).fit(trainset)
    assert model.yj.shape == (150, 0)
    u, i = trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    expected = trainset.global_mean + model.bu[u] + model.bi[i]
    assert model.predict("1", "2", clip=False).est == expected


def test_a_rate_of_zero_trains_nothing(trainset):
    model = SVDpp(n_factors=3, n_epochs=2, lr_yj=0, lr_bu=0, random_state=0).fit(trainset)
    initial = SVDpp(n_factors=3, n_epochs=0, random_state=0).fit(trainset)
    np.testing.assert_array_equal(model.yj, initial.yj)
    np.testing.assert_array_equal(model.bu, initial.bu)
    assert (model.pu != initial.pu).all()


def test_training_lowers_the_error(trainset):
    def squared_error(n_epochs):
        model = SVDpp(n_epochs=n_epochs, random_state=0).fit(trainset)
        return np.mean([(est - r) ** 2 for _, _, r, est, _ in model.test(trainset.build_testset())])

    errors = [squared_error(n_epochs) for n_epochs in (0, 5, 20, 80)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 4


def test_which_items_were_rated_says_something():
    """Lovers and haters of item "z" rated different films, all of them with 3."""
    ratings = []
    for user in range(40):
        films = range(10) if user % 2 else range(10, 20)
        ratings += [(user, film, 3.0) for film in films]
        if user < 38:
            ratings.append((user, "z", 5.0 if user % 2 else 1.0))
    model = SVDpp(n_epochs=200, lr_all=0.02, random_state=0).fit(trainset_of(*ratings))
    assert model.predict(39, "z").est > 4
    assert model.predict(38, "z").est < 2


def test_cached_ratings_change_nothing(trainset):
    plain, cached = (
        SVDpp(n_epochs=2, random_state=0, cache_ratings=cache).fit(trainset)
        for cache in (False, True)
    )
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(cached, name), getattr(plain, name))


def test_verbose_prints_each_epoch(trainset, capsys):
    SVDpp(n_factors=2, n_epochs=2, verbose=True).fit(trainset)
    assert capsys.readouterr().out == " processing epoch 0\n processing epoch 1\n"


def test_the_environment_chooses_the_solver(trainset, monkeypatch):
    bitwise = SVDpp(n_epochs=2, random_state=0, solver="bitwise").fit(trainset)
    monkeypatch.setenv("ASTONISH_SOLVER", "bitwise")
    np.testing.assert_array_equal(SVDpp(n_epochs=2, random_state=0).fit(trainset).pu, bitwise.pu)
    sequential = SVDpp(n_epochs=2, random_state=0, solver="sequential").fit(trainset)
    assert (sequential.pu != bitwise.pu).any()


BAD_PARAMETERS = [
    ("n_factors", -1, ValueError),
    ("n_factors", 2.0, TypeError),
    ("n_epochs", -1, ValueError),
    ("n_epochs", True, TypeError),
    *((rate, float("nan"), ValueError) for rate in RATES),
    *((rate, "0.1", TypeError) for rate in RATES),
    ("init_mean", float("inf"), ValueError),
    ("init_std_dev", -0.1, ValueError),
    ("solver", "parallel", ValueError),
    ("n_threads", 0, ValueError),
    ("n_threads", 1.0, TypeError),
]


@pytest.mark.parametrize(("name", "value", "error"), BAD_PARAMETERS)
def test_a_bad_parameter_is_named_with_its_value(trainset, name, value, error):
    model = SVDpp(n_factors=2, n_epochs=1)
    setattr(model, name, value)
    before = state_of(model)
    with pytest.raises(error, match=rf"{name} must be .*got {value!r}"):
        model.fit(trainset)
    assert_same_state(model, before)


def test_a_random_state_advances(trainset):
    rng = np.random.RandomState(0)
    model = SVDpp(n_factors=2, n_epochs=0, random_state=rng)
    fitted = [vars(model.fit(trainset)).copy() for _ in range(2)]
    expected = np.random.RandomState(0)
    for array in (arrays[name] for arrays in fitted for name in ("pu", "qi", "yj")):
        np.testing.assert_array_equal(array, expected.normal(0, 0.1, array.shape))


@pytest.mark.parametrize("solver", ["sequential", "bitwise"])
def test_diverging_leaves_the_model_as_it_was(trainset, other_trainset, solver):
    model = SVDpp(n_factors=3, solver=solver, random_state=0).fit(trainset)
    model.lr_yj = 1e6
    before = state_of(model)
    with pytest.raises(ValueError, match=r"diverged in epoch \d+.*learning rates.*lr_yj=1e\+06"):
        model.fit(other_trainset)
    assert_same_state(model, before)


# Estimates


def test_unknown_ids_leave_their_terms_out(trainset):
    model = SVDpp(n_factors=3, random_state=0).fit(trainset)
    mean, u, i = trainset.global_mean, trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    assert model.predict("1", "?", clip=False).est == mean + model.bu[u]
    assert model.predict("?", "2", clip=False).est == mean + model.bi[i]
    assert model.predict("?", "?").est == mean
    assert not model.predict("?", "?").details["was_impossible"]


def test_an_id_without_ratings_is_unknown():
    ur, ir = {0: [(0, 3.0)], 1: [(0, 5.0)]}, {0: [(0, 3.0), (1, 5.0)]}
    users, items = {"u": 0, "v": 1, "idle": 2}, {"i": 0, "idle": 1}
    trainset = Trainset(ur, ir, 3, 2, 2, (1, 5), users, items)
    model = SVDpp(n_factors=3, init_mean=1, random_state=0).fit(trainset)
    for pair in (("idle", "i"), ("u", "idle"), ("idle", "idle")):
        prediction = model.predict(*pair)
        other = tuple("?" if each == "idle" else each for each in pair)
        assert prediction.est == model.predict(*other).est
        assert model.test([(*pair, None)]) == [prediction]


def test_an_estimate_reads_the_items_of_its_user_only(trainset, monkeypatch):
    model = SVDpp(n_factors=3, n_epochs=1, random_state=0).fit(trainset)
    asked, factors_of = [], _core.sgd.svdpp_user_factors

    def record(ratings, users, *arguments):
        asked.append(users.tolist())
        return factors_of(ratings, users, *arguments)

    monkeypatch.setattr(_core.sgd, "svdpp_user_factors", record)
    inner = trainset.inner_users(["3", "1"]).tolist()
    model.predict("3", "2")
    model.test([("1", "2", 3.0), ("3", "2", 3.0), ("?", "2", None), ("1", "4", 3.0)])
    model.predict_many(["?"], ["1"])
    model.recommend(["1", "3", "1"])
    assert asked == [[inner[0]], sorted(inner), [], sorted(inner)]


def test_factors_that_the_user_assigns_are_used():
    trainset = trainset_of(*((user, item, 3.0) for user in "abc" for item in "wxyz"))
    model = SVDpp(n_factors=2, n_epochs=1).fit(trainset)
    model.pu, model.qi = np.ones((3, 2), dtype=np.float32), np.ones((2, 4)).T
    model.yj = [[0.5, 0.25]] * 4
    model.bu, model.bi = [0.0] * 3, np.zeros(4, dtype=int)
    # 4 items: z = 4 * y / 2, so the product is 1 + 1 + 1 + 0.5
    assert model.predict("a", "w", clip=False).est == 3 + 3.5
    assert model.predict_many(["a"], ["w"]).tolist() == [5]
    assert model.recommend(["a"], n=1, exclude_seen=False)[1].tolist() == [[6.5]]
    factors, _ = model._factors_of(np.arange(3, dtype=np.int32), n_threads=1)
    np.testing.assert_array_equal(factors.pu, [[2, 1.5]] * 3)


def test_factors_of_the_wrong_shape_are_refused(trainset):
    model = SVDpp(n_factors=2, n_epochs=1).fit(trainset)
    model.yj = model.yj[:, :1]
    with pytest.raises(ValueError, match="pu is 200 x 2, expected 200 x 1"):
        model.predict("1", "2")


def test_a_factor_that_is_nan_makes_the_estimate_impossible(trainset):
    model = SVDpp(n_factors=2, n_epochs=1).fit(trainset)
    model.yj[trainset.to_inner_iid("2")] = np.nan
    user = trainset.to_raw_uid(trainset.ir[trainset.to_inner_iid("2")][0][0])
    prediction = model.predict(user, "2")
    assert prediction.est == trainset.global_mean
    assert prediction.details["reason"] == "The estimate is not a number."
    assert model.test([(user, "2", None)]) == [prediction]


@pytest.mark.parametrize("exclude_seen", [True, False])
def test_recommend_is_a_full_sort_of_the_estimates(trainset, exclude_seen):
    model = SVDpp(n_factors=5, random_state=0).fit(trainset)
    users = [7, 3, 7, 199, 0]
    item_ids, scores = model.recommend(
        [trainset.user_ids[user] for user in users], n=12, exclude_seen=exclude_seen
    )
    expected = reference.svdpp_estimates(model)
    for row, user in enumerate(users):
        seen = {item for item, _ in trainset.ur[user]} if exclude_seen else ()
        places = reference.ranking(expected[user], 12, seen)
        assert item_ids[row].tolist() == [trainset.item_ids[place] for place in places]
        np.testing.assert_allclose(scores[row], expected[user, places], rtol=0, atol=1e-12)


def test_the_core_refuses_what_does_not_fit(trainset):
    ratings, users = trainset.by_user.view, np.array([0, 200], dtype=np.int32)
    pu, yj = np.zeros((200, 3)), np.zeros((150, 3))
    with pytest.raises(IndexError, match=r"users\[1\] is 200, outside \[0, 200\)"):
        _core.sgd.svdpp_user_factors(ratings, users, pu, yj, 1)
    with pytest.raises(ValueError, match="pu is 9 x 3, expected 200 x 3"):
        _core.sgd.svdpp_user_factors(ratings, users, pu[:9], yj, 1)
    model = [pu, yj.copy(), np.zeros(200), np.zeros(150), 3.0, True]
    with pytest.raises(ValueError, match="yj is 150 x 2, expected 150 x 3"):
        _core.sgd.fit_svdpp(ratings, *model, np.zeros((150, 2)), _core.sgd.SvdppOptions())


# Epoch by epoch

NEW = [("1", "new item", 4.0), ("new user", "2", 2.0), ("new user", "new item", 5.0)]


def assert_same_arrays(ours, theirs):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


@pytest.mark.parametrize("solver", ["sequential", "bitwise"])
def test_history_and_patience(trainset, solver):
    testset = trainset.build_testset()[::7]
    wrong = [(user, item, 6 - rating) for user, item, rating in testset]  # every epoch is worse
    how = {"n_factors": 5, "random_state": 0, "solver": solver}
    model = SVDpp(**how, n_epochs=50, validation=wrong, patience=2).fit(trainset)
    errors = model.history_["validation_rmse"]
    best = int(np.argmin(errors))
    assert len(errors) == len(model.history_["rmse"]) == best + 3 < 50
    assert model.history_["rmse"] == sorted(model.history_["rmse"], reverse=True)
    assert_same_arrays(model, SVDpp(**how, n_epochs=best + 1).fit(trainset))


def test_a_callback_may_stop(trainset):
    how = {"n_factors": 5, "random_state": 0}
    model = SVDpp(**how, callback=lambda epoch, _losses: epoch == 1).fit(trainset)
    assert_same_arrays(model, SVDpp(**how, n_epochs=2).fit(trainset))


def test_no_share_can_be_held_out(trainset):
    model = SVDpp(validation=0.1)
    with pytest.raises(ValueError, match=r"validation must be a test set, got 0\.1"):
        model.fit(trainset)


def test_known_users_and_items_keep_their_inner_ids(trainset):
    model = SVDpp(n_factors=5, n_epochs=3, random_state=0).fit(trainset).partial_fit(NEW)
    assert model.trainset.user_ids == [*trainset.user_ids, "new user"]
    assert model.trainset.item_ids == [*trainset.item_ids, "new item"]
    assert [len(getattr(model, name)) for name in ARRAYS] == [201, 151, 151, 201, 151]
    assert not model.predict("new user", "new item").details["was_impossible"]


def test_users_with_new_ratings_train_on_all_of_theirs(trainset):
    how = {"n_factors": 5, "n_epochs": 3, "random_state": 0}
    model = SVDpp(**how).fit(trainset)
    before = model.pu.copy(), model.qi.copy()
    model.partial_fit([("1", "2", 1.0)])
    user = trainset.to_inner_uid("1")
    moved = (model.pu != before[0]).any(axis=1), (model.qi != before[1]).any(axis=1)
    assert np.flatnonzero(moved[0]).tolist() == [user]
    rated = {item for item, _ in trainset.ur[user]} | {trainset.to_inner_iid("2")}
    assert set(np.flatnonzero(moved[1]).tolist()) == rated
    assert model.trainset.ur[user] == [*trainset.ur[user], (trainset.to_inner_iid("2"), 1.0)]


def test_wrong_ratings_leave_the_model_as_it_was(trainset):
    model = SVDpp(n_factors=5, n_epochs=3).fit(trainset)
    before = state_of(model)
    with pytest.raises(ValueError, match="ratings is empty"):
        model.partial_fit([])
    assert_same_state(model, before)


def test_new_ratings_bring_the_error_near_that_of_a_full_fit():
    trainset, testset = train_test_split(make_ratings(400, 300, 20_000, seed=3), random_state=0)
    ratings = trainset.build_testset()
    model = SVDpp(random_state=0).fit(trainset_of(*(r for k, r in enumerate(ratings) if k % 5)))
    before = accuracy.rmse(model.test(testset), verbose=False)
    model.partial_fit(ratings[::5])
    after = accuracy.rmse(model.test(testset), verbose=False)
    full = accuracy.rmse(model.fit(model.trainset).test(testset), verbose=False)
    assert after < before
    assert after < full + 0.015
