"""SVD against the recurrences of its paper, and what its parameters mean."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import SVD, Trainset

from .. import reference
from ..helpers import assert_same_state, small_ratings, state_of, trainset_of

KINDS = ("bu", "bi", "pu", "qi")
RATES = [f"{rate}_{kind}" for rate in ("lr", "reg") for kind in KINDS]

svd_parameters = st.fixed_dictionaries(
    {
        "n_factors": st.integers(0, 40),
        "n_epochs": st.integers(0, 4),
        "biased": st.booleans(),
        "init_mean": st.sampled_from([0, 0.1, -0.3]),
        "init_std_dev": st.sampled_from([0, 0.1, 0.5]),
        "random_state": st.integers(0, 2**32 - 1),
        **{rate: st.floats(0, 0.05) for rate in RATES},
    }
)


def fit_reference(trainset, parameters):
    """pu, qi, bu, bi as the reference trains them from Surprise's initial factors."""
    rng = np.random.RandomState(parameters["random_state"])
    pu, qi = (
        rng.normal(
            parameters["init_mean"], parameters["init_std_dev"], (n, parameters["n_factors"])
        )
        for n in (trainset.n_users, trainset.n_items)
    )
    return reference.sgd(
        trainset,
        pu,
        qi,
        biased=parameters["biased"],
        n_epochs=parameters["n_epochs"],
        lr={kind: parameters[f"lr_{kind}"] for kind in KINDS},
        reg={kind: parameters[f"reg_{kind}"] for kind in KINDS},
    )


@given(small_ratings, svd_parameters)
def test_bitwise_equals_the_reference_to_the_last_bit(trainset, parameters):
    model = SVD(**parameters, solver="bitwise").fit(trainset)
    assert [each.tolist() for each in (model.pu, model.qi, model.bu, model.bi)] == list(
        fit_reference(trainset, parameters)
    )


@given(small_ratings, svd_parameters)
def test_sequential_equals_the_reference(trainset, parameters):
    model = SVD(**parameters, solver="sequential").fit(trainset)
    ours = (model.pu, model.qi, model.bu, model.bi)
    for array, expected in zip(ours, fit_reference(trainset, parameters), strict=True):
        expected = np.reshape(expected, array.shape)
        np.testing.assert_allclose(array, expected, rtol=0, atol=1e-12)


@given(small_ratings, svd_parameters)
def test_the_estimate_is_the_sum_of_its_terms(trainset, parameters):
    model = SVD(**parameters).fit(trainset)
    expected = reference.estimates(model)
    for u, user in enumerate(trainset.user_ids):
        for i, item in enumerate(trainset.item_ids):
            est = model.predict(user, item, clip=False).est
            assert est == pytest.approx(expected[u, i], rel=0, abs=1e-12)


def test_one_step_by_hand():
    trainset = trainset_of(("u", "i", 4.0), ("u", "j", 2.0))
    model = SVD(n_factors=0, n_epochs=1, lr_all=0.5, reg_all=0.5).fit(trainset)
    # mean 3; first rating: err 1, both biases become 0.5; second: err 2 - (3 + 0.5) = -1.5
    assert model.bu.tolist() == [0.5 + 0.5 * (-1.5 - 0.5 * 0.5)]
    assert model.bi.tolist() == [0.5, -0.75]


# Parameters


def test_a_rate_of_its_own_wins_over_the_rate_of_all():
    model = SVD(lr_all=0.1, reg_all=0.2, lr_bi=0.0, reg_pu=0.4)
    assert [model.lr_bu, model.lr_bi, model.lr_pu, model.lr_qi] == [0.1, 0.0, 0.1, 0.1]
    assert [model.reg_bu, model.reg_bi, model.reg_pu, model.reg_qi] == [0.2, 0.2, 0.4, 0.2]


def test_defaults():
    model = SVD()
    assert (model.n_factors, model.n_epochs, model.biased) == (100, 20, True)
    assert (model.init_mean, model.init_std_dev) == (0, 0.1)
    assert {getattr(model, f"lr_{kind}") for kind in KINDS} == {0.005}
    assert {getattr(model, f"reg_{kind}") for kind in KINDS} == {0.02}


def test_fitted_arrays(trainset):
    model = SVD(n_factors=7, n_epochs=1).fit(trainset)
    shapes = [each.shape for each in (model.pu, model.qi, model.bu, model.bi)]
    assert shapes == [(200, 7), (150, 7), (200,), (150,)]
    assert {each.dtype for each in (model.pu, model.qi, model.bu, model.bi)} == {np.dtype(float)}


@pytest.mark.parametrize("biased", [True, False])
def test_no_epochs_give_the_initial_model(trainset, biased):
    model = SVD(n_factors=4, n_epochs=0, biased=biased, random_state=5).fit(trainset)
    rng = np.random.RandomState(5)
    np.testing.assert_array_equal(model.pu, rng.normal(0, 0.1, (200, 4)))
    np.testing.assert_array_equal(model.qi, rng.normal(0, 0.1, (150, 4)))
    assert not model.bu.any()
    assert not model.bi.any()


def test_no_factors_leave_the_biases(trainset):
    model = SVD(n_factors=0, n_epochs=5).fit(trainset)
    assert model.pu.shape == (200, 0)
    u, i = trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    expected = trainset.global_mean + model.bu[u] + model.bi[i]
    assert model.predict("1", "2", clip=False).est == expected
    assert (
        model.recommend(["1"], n=150, exclude_seen=False)[0][0, 0]
        == trainset.item_ids[np.argmax(model.bi)]
    )


def test_unbiased_without_factors_estimates_zero(trainset):
    model = SVD(n_factors=0, biased=False, n_epochs=2).fit(trainset)
    assert model.predict("1", "2", clip=False).est == 0


def test_unbiased_has_no_biases(trainset):
    model = SVD(n_factors=3, n_epochs=2, biased=False).fit(trainset)
    assert not model.bu.any()
    assert not model.bi.any()


def test_a_rate_of_zero_trains_nothing(trainset):
    model = SVD(n_factors=3, n_epochs=2, lr_qi=0, lr_bu=0, random_state=0).fit(trainset)
    initial = SVD(n_factors=3, n_epochs=0, random_state=0).fit(trainset)
    np.testing.assert_array_equal(model.qi, initial.qi)
    np.testing.assert_array_equal(model.bu, initial.bu)
    assert (model.pu != initial.pu).all()


def test_training_lowers_the_error(trainset):
    def squared_error(n_epochs):
        model = SVD(n_epochs=n_epochs, random_state=0).fit(trainset)
        return np.mean([(est - r) ** 2 for _, _, r, est, _ in model.test(trainset.build_testset())])

    errors = [squared_error(n_epochs) for n_epochs in (0, 5, 20, 80)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 4


def test_verbose_prints_each_epoch(trainset, capsys):
    SVD(n_factors=2, n_epochs=3, verbose=True).fit(trainset)
    assert capsys.readouterr().out == "Processing epoch 0\nProcessing epoch 1\nProcessing epoch 2\n"


def test_nothing_is_printed_by_default(trainset, capsys):
    SVD(n_factors=2, n_epochs=3).fit(trainset)
    assert capsys.readouterr().out == ""


def test_the_environment_chooses_the_solver(trainset, monkeypatch):
    bitwise = SVD(n_epochs=2, random_state=0, solver="bitwise").fit(trainset)
    monkeypatch.setenv("ASTONISH_SOLVER", "bitwise")
    np.testing.assert_array_equal(SVD(n_epochs=2, random_state=0).fit(trainset).pu, bitwise.pu)
    sequential = SVD(n_epochs=2, random_state=0, solver="sequential").fit(trainset)
    assert (sequential.pu != bitwise.pu).any()


def test_a_wrong_solver_in_the_environment_is_named(trainset, monkeypatch):
    monkeypatch.setenv("ASTONISH_SOLVER", "fast")
    with pytest.raises(ValueError, match=r"ASTONISH_SOLVER must be one of .*got 'fast'"):
        SVD().fit(trainset)


BAD_PARAMETERS = [
    *(("n_factors", value, error) for value, error in [(-1, ValueError), (2.0, TypeError)]),
    *(("n_factors", value, TypeError) for value in ("3", True, None)),
    *(("n_epochs", value, error) for value, error in [(-1, ValueError), (1.5, TypeError)]),
    *(("n_epochs", value, TypeError) for value in ("3", False, None)),
    *((rate, float("nan"), ValueError) for rate in RATES),
    *((rate, float("inf"), ValueError) for rate in RATES),
    ("lr_pu", "0.1", TypeError),
    ("reg_bi", True, TypeError),
    ("init_mean", float("nan"), ValueError),
    ("init_mean", None, TypeError),
    ("init_std_dev", -0.1, ValueError),
    ("init_std_dev", float("inf"), ValueError),
    ("solver", "hogwild", ValueError),
    ("solver", "Bitwise", ValueError),
    ("solver", 1, ValueError),
    ("n_threads", 0, ValueError),
    ("n_threads", -1, ValueError),
    ("n_threads", 1.0, TypeError),
    ("n_threads", True, TypeError),
]


@pytest.mark.parametrize(("name", "value", "error"), BAD_PARAMETERS)
def test_a_bad_parameter_is_named_with_its_value(trainset, name, value, error):
    model = SVD(n_factors=2, n_epochs=1)
    setattr(model, name, value)
    before = state_of(model)
    with pytest.raises(error, match=rf"{name} must be .*got {value!r}"):
        model.fit(trainset)
    assert_same_state(model, before)


@pytest.mark.parametrize("value", ["0", 1.0, [1], np.random.default_rng(0)], ids=str)
def test_a_bad_random_state_is_a_value_error(trainset, value):
    with pytest.raises(ValueError, match="random state.* got .*" + type(value).__name__):
        SVD(random_state=value).fit(trainset)


@pytest.mark.parametrize("value", [np.int64(3), np.int32(3)])
def test_numpy_integers_are_integers(trainset, value):
    model = SVD(n_factors=value, n_epochs=value, random_state=value).fit(trainset)
    expected = SVD(n_factors=3, n_epochs=3, random_state=3).fit(trainset)
    np.testing.assert_array_equal(model.pu, expected.pu)


def test_a_random_state_advances(trainset):
    rng = np.random.RandomState(0)
    model = SVD(n_factors=2, n_epochs=0, random_state=rng)
    first = model.fit(trainset).pu
    second = model.fit(trainset).pu
    expected = np.random.RandomState(0)
    np.testing.assert_array_equal(first, expected.normal(0, 0.1, (200, 2)))
    expected.normal(0, 0.1, (150, 2))
    np.testing.assert_array_equal(second, expected.normal(0, 0.1, (200, 2)))


@pytest.mark.parametrize("solver", ["sequential", "bitwise"])
@pytest.mark.parametrize("biased", [True, False])
def test_diverging_leaves_the_model_as_it_was(trainset, other_trainset, solver, biased):
    model = SVD(n_factors=3, solver=solver, biased=biased, random_state=0).fit(trainset)
    model.lr_pu = 1e6
    before = state_of(model)
    with pytest.raises(ValueError, match=r"diverged in epoch \d+.*learning rates.*lr_pu=1e\+06"):
        model.fit(other_trainset)
    assert_same_state(model, before)


def test_diverging_in_the_last_step_is_noticed():
    with pytest.raises(ValueError, match="diverged in epoch 0"):
        SVD(n_factors=1, n_epochs=1, lr_bu=1e308).fit(trainset_of(("u", "i", 5.0), ("v", "i", 0.0)))


@pytest.mark.parametrize("solver", ["sequential", "bitwise", "parallel"])
@pytest.mark.parametrize("options", [{"reg_pu": 1e300}, {"init_mean": 1e30}])
def test_the_error_of_diverging_names_all_that_may_be_too_large(trainset, solver, options):
    reasons = (
        r"one of these may be too large: the learning rates \(.*lr_qi=0.005\), "
        r"the regularisation \(reg_\*\), the initial factors \(init_\*\), "
        r"the ratings \(and their weights, if any\)$"
    )
    with pytest.raises(ValueError, match=reasons):
        SVD(n_factors=2, solver=solver, random_state=0, **options).fit(trainset)


# Estimates


def test_unknown_ids_leave_their_terms_out(trainset):
    model = SVD(n_factors=3, random_state=0).fit(trainset)
    mean, u, i = trainset.global_mean, trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    assert model.predict("1", "?", clip=False).est == mean + model.bu[u]
    assert model.predict("?", "2", clip=False).est == mean + model.bi[i]
    assert model.predict("?", "?").est == mean
    assert not model.predict("?", "?").details["was_impossible"]


@pytest.mark.parametrize("pair", [("1", "?"), ("?", "2"), ("?", "?")])
def test_unbiased_knows_nothing_of_unknown_ids(trainset, pair):
    model = SVD(n_factors=3, biased=False).fit(trainset)
    prediction = model.predict(*pair)
    assert prediction.est == trainset.global_mean
    assert prediction.details == {
        "was_impossible": True,
        "reason": "User and item are unknown.",
    }
    assert model.test([(*pair, None)]) == [prediction]


@pytest.mark.parametrize("biased", [True, False])
def test_an_id_without_ratings_is_unknown(biased):
    trainset = trainset_with_idle_ids()
    model = SVD(n_factors=3, biased=biased, init_mean=1, random_state=0).fit(trainset)
    for pair in (("idle", "i"), ("u", "idle"), ("idle", "idle")):
        prediction = model.predict(*pair)
        other = tuple("?" if each == "idle" else each for each in pair)
        assert prediction.est == model.predict(*other).est
        assert model.test([(*pair, None)]) == [prediction]


def trainset_with_idle_ids():
    """A user and an item that nobody rated, which only the constructor of Trainset can make."""
    ur, ir = {0: [(0, 3.0)], 1: [(0, 5.0)]}, {0: [(0, 3.0), (1, 5.0)]}
    users, items = {"u": 0, "v": 1, "idle": 2}, {"i": 0, "idle": 1}
    return Trainset(ur, ir, 3, 2, 2, (1, 5), users, items)


def test_factors_that_the_user_assigns_are_used(trainset):
    model = SVD(n_factors=2, n_epochs=1).fit(trainset)
    model.pu, model.qi = np.ones((200, 2), dtype=np.float32), np.ones((2, 150)).T
    model.bu, model.bi = [0.0] * 200, np.zeros(150, dtype=int)
    expected = min(trainset.global_mean + 2, 5)
    assert model.predict("1", "2").est == expected
    assert model.predict_many(["1"], ["2"]).tolist() == [expected]


def test_factors_of_the_wrong_shape_are_refused(trainset):
    model = SVD(n_factors=2, n_epochs=1).fit(trainset)
    model.pu = model.pu[:, :1]
    with pytest.raises(ValueError, match="pu has 1 factors, qi has 2"):
        model.predict("1", "2")


@pytest.mark.parametrize("biased", [True, False])
def test_a_factor_that_is_nan_makes_the_estimate_impossible(trainset, biased):
    model = SVD(n_factors=2, n_epochs=1, biased=biased).fit(trainset)
    model.pu[trainset.to_inner_uid("1")] = np.nan
    prediction = model.predict("1", "2")
    assert prediction.est == trainset.global_mean
    assert prediction.details["reason"] == "The estimate is not a number."
    assert model.test([("1", "2", None)]) == [prediction]


@pytest.mark.parametrize("biased", [True, False])
def test_strict_mode_clips_nan_to_the_best_rating(trainset, monkeypatch, biased):
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")
    model = SVD(n_factors=2, n_epochs=1, biased=biased).fit(trainset)
    model.pu[trainset.to_inner_uid("1")] = np.nan
    prediction = model.predict("1", "2")
    assert prediction[3:] == (5, {"was_impossible": False})
    unknown = model.predict("?", "2")
    assert model.test([("1", "2", None), ("?", "2", None)]) == [prediction, unknown]
    assert model.predict_many(["1", "?"], ["2", "2"]).tolist() == [5, unknown.est]


def test_a_default_of_the_instance_answers_unknown_ids(trainset):
    model = SVD(n_factors=2, biased=False).fit(trainset)
    other = copy.copy(model)
    other.default_prediction = lambda: 4.5
    assert [each.predict_many(["?"], ["2"])[0] for each in (model, other)] == [
        trainset.global_mean,
        4.5,
    ]
    assert other.test([("?", "2", None)]) == [other.predict("?", "2")]
