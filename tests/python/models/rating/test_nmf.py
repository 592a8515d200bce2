"""NMF against its formulas, and what its parameters mean."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astonish import NMF, Trainset, accuracy, make_ratings

from .. import reference
from ..helpers import assert_same_state, state_of, trainset_of

RATES = ["reg_pu", "reg_qi", "reg_bu", "reg_bi", "lr_bu", "lr_bi"]
ARRAYS = ("pu", "qi", "bu", "bi")

small_ratings = st.lists(
    st.tuples(
        st.integers(0, 5), st.integers(0, 6), st.integers(0, 10).map(lambda twice: twice / 2)
    ),
    min_size=1,
    max_size=30,
).map(lambda ratings: trainset_of(*ratings, scale=(0, 5)))

nmf_parameters = st.fixed_dictionaries(
    {
        "n_factors": st.integers(0, 40),
        "n_epochs": st.integers(0, 4),
        "biased": st.booleans(),
        "init_low": st.sampled_from([0, 0.1]),
        "init_high": st.sampled_from([0.5, 1, 2]),
        "random_state": st.integers(0, 2**32 - 1),
        **{rate: st.floats(0.01, 0.1) for rate in RATES},
    }
)


def fit_reference(trainset, parameters):
    """The arrays as the reference trains them from Surprise's initial factors."""
    rng = np.random.RandomState(parameters["random_state"])
    pu, qi = (
        rng.uniform(parameters["init_low"], parameters["init_high"], (n, parameters["n_factors"]))
        for n in (trainset.n_users, trainset.n_items)
    )
    return reference.nmf(
        trainset,
        pu,
        qi,
        biased=parameters["biased"],
        n_epochs=parameters["n_epochs"],
        lr={"bu": parameters["lr_bu"], "bi": parameters["lr_bi"]},
        reg={kind: parameters[f"reg_{kind}"] for kind in ("bu", "bi", "pu", "qi")},
    )


@settings(max_examples=60)
@given(small_ratings, nmf_parameters, st.integers(1, 4))
def test_nmf_equals_the_reference_to_the_last_bit(trainset, parameters, n_threads):
    model = NMF(**parameters, n_threads=n_threads).fit(trainset)
    for name, expected in zip(ARRAYS, fit_reference(trainset, parameters), strict=True):
        np.testing.assert_array_equal(getattr(model, name), expected, err_msg=name)


@pytest.mark.parametrize("biased", [True, False])
def test_fitting_gives_the_same_bits_with_any_number_of_threads(biased):
    trainset = make_ratings(500, 300, 8000, seed=7).build_full_trainset()  # many chunks of rows
    options = {"n_epochs": 5, "biased": biased, "random_state": 0}
    expected = NMF(**options, n_threads=1).fit(trainset)
    for n_threads in (2, 3, 8):
        model = NMF(**options, n_threads=n_threads).fit(trainset)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(model, name), getattr(expected, name))


def test_one_epoch_by_hand():
    trainset = trainset_of(("u", "i", 4.0), ("u", "j", 2.0))
    model = NMF(n_factors=1, n_epochs=1, reg_pu=0.5, reg_qi=0.25, random_state=0).fit(trainset)
    initial = NMF(n_factors=1, n_epochs=0, random_state=0).fit(trainset)
    (p,), (q_i, q_j) = initial.pu[0], initial.qi[:, 0]
    below = q_i * (q_i * p) + q_j * (q_j * p) + 2 * 0.5 * p
    assert model.pu[0, 0] == pytest.approx(p * (q_i * 4 + q_j * 2) / below)
    assert model.qi[0, 0] == pytest.approx(q_i * (p * 4) / (p * (q_i * p) + 0.25 * q_i))


def test_factors_are_not_negative(trainset):
    for biased in (True, False):
        model = NMF(biased=biased, random_state=0).fit(trainset)
        assert (model.pu >= 0).all()
        assert (model.qi >= 0).all()


def test_a_factor_whose_denominator_is_zero_keeps_its_value():
    """An id without ratings, which only the constructor of Trainset can make, has empty sums."""
    ur, ir = {0: [(0, 3.0)], 1: [(0, 5.0)]}, {0: [(0, 3.0), (1, 5.0)]}
    users, items = {"u": 0, "v": 1, "idle": 2}, {"i": 0, "idle": 1}
    trainset = Trainset(ur, ir, 3, 2, 2, (1, 5), users, items)
    model = NMF(n_factors=3, random_state=0).fit(trainset)
    initial = NMF(n_factors=3, n_epochs=0, random_state=0).fit(trainset)
    np.testing.assert_array_equal(model.pu[2], initial.pu[2])
    np.testing.assert_array_equal(model.qi[1], initial.qi[1])
    assert (model.pu[:2] != initial.pu[:2]).all()
    assert model.predict("idle", "i").details["was_impossible"]


def test_ratings_of_zero_end_in_factors_of_zero():
    trainset = trainset_of(("u", "i", 0.0), ("v", "i", 0.0), ("v", "j", 4.0), scale=(0, 5))
    model = NMF(n_factors=2, reg_pu=0, reg_qi=0, random_state=0).fit(trainset)
    assert model.pu[0].tolist() == model.qi[0].tolist() == [0, 0]
    assert np.isfinite(model.pu).all()
    assert np.isfinite(model.qi).all()
    assert model.predict("u", "i").est == 0


# Parameters


def test_defaults():
    model = NMF()
    assert (model.n_factors, model.n_epochs, model.biased) == (15, 50, False)
    assert (model.init_low, model.init_high) == (0, 1)
    assert [getattr(model, rate) for rate in RATES] == [0.06, 0.06, 0.02, 0.02, 0.005, 0.005]


def test_fitted_arrays(trainset):
    model = NMF(n_factors=7, n_epochs=1).fit(trainset)
    arrays = [getattr(model, name) for name in ARRAYS]
    assert [each.shape for each in arrays] == [(200, 7), (150, 7), (200,), (150,)]
    assert {each.dtype for each in arrays} == {np.dtype(float)}
    assert not model.bu.any()
    assert not model.bi.any()


def test_no_epochs_give_the_initial_model(trainset):
    model = NMF(n_factors=4, n_epochs=0, init_low=0.5, init_high=3, random_state=5).fit(trainset)
    rng = np.random.RandomState(5)
    np.testing.assert_array_equal(model.pu, rng.uniform(0.5, 3, (200, 4)))
    np.testing.assert_array_equal(model.qi, rng.uniform(0.5, 3, (150, 4)))


def test_no_factors(trainset):
    model = NMF(n_factors=0, n_epochs=2, biased=True).fit(trainset)
    u, i = trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    expected = trainset.global_mean + model.bu[u] + model.bi[i]
    assert model.predict("1", "2", clip=False).est == expected
    assert NMF(n_factors=0, n_epochs=2).fit(trainset).predict("1", "2", clip=False).est == 0


@pytest.mark.parametrize("biased", [True, False])
def test_training_lowers_the_error(trainset, biased):
    def squared_error(n_epochs):
        model = NMF(n_epochs=n_epochs, biased=biased, random_state=0).fit(trainset)
        return np.mean([(est - r) ** 2 for _, _, r, est, _ in model.test(trainset.build_testset())])

    errors = [squared_error(n_epochs) for n_epochs in (1, 10, 50, 200)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 3


def test_verbose_prints_each_epoch(trainset, capsys):
    NMF(n_factors=2, n_epochs=2, verbose=True).fit(trainset)
    assert capsys.readouterr().out == "Processing epoch 0\nProcessing epoch 1\n"


@pytest.mark.parametrize("init_low", [-1, -1e-9, np.float64(-0.5), float("-inf")])
def test_a_negative_lower_bound_is_refused_by_the_constructor(init_low):
    with pytest.raises(ValueError, match=r"^init_low should be greater than zero, got .*-"):
        NMF(init_low=init_low)


BAD_PARAMETERS = [
    ("n_factors", -1, ValueError),
    ("n_factors", 2.0, TypeError),
    ("n_epochs", -1, ValueError),
    ("n_epochs", True, TypeError),
    *((rate, float("nan"), ValueError) for rate in RATES),
    *((rate, "0.1", TypeError) for rate in RATES),
    ("init_low", -1, ValueError),
    ("init_low", "0", TypeError),
    ("init_high", -0.5, ValueError),
    ("init_high", float("inf"), ValueError),
    ("patience", 0, ValueError),
    ("tol", -1, ValueError),
    ("callback", 3, TypeError),
    ("n_threads", 0, ValueError),
    ("n_threads", 1.0, TypeError),
]


@pytest.mark.parametrize(("name", "value", "error"), BAD_PARAMETERS)
def test_a_bad_parameter_is_named_with_its_value(trainset, name, value, error):
    model = NMF(n_factors=2, n_epochs=1)
    setattr(model, name, value)
    before = state_of(model)
    with pytest.raises(error, match=rf"{name} must be .*got {value!r}"):
        model.fit(trainset)
    assert_same_state(model, before)


def test_a_random_state_advances(trainset):
    rng = np.random.RandomState(0)
    model = NMF(n_factors=2, n_epochs=0, random_state=rng)
    fitted = [vars(model.fit(trainset)).copy() for _ in range(2)]
    expected = np.random.RandomState(0)
    for array in (arrays[name] for arrays in fitted for name in ("pu", "qi")):
        np.testing.assert_array_equal(array, expected.uniform(0, 1, array.shape))


def test_diverging_leaves_the_model_as_it_was(trainset, other_trainset):
    model = NMF(n_factors=3, biased=True, random_state=0).fit(trainset)
    model.lr_bi = 1e6
    before = state_of(model)
    with pytest.raises(ValueError, match=r"diverged in epoch \d+.*lr_bu=0.005, lr_bi=1e\+06"):
        model.fit(other_trainset)
    assert_same_state(model, before)


def test_without_learning_rates_the_error_names_what_else_may_be_too_large():
    model = NMF(n_factors=2, init_low=1e-10, init_high=1e10, random_state=0)
    reasons = r"may be too large: the regularisation \(reg_\*\), the initial factors \(init_\*\)"
    with pytest.raises(ValueError, match=reasons):
        model.fit(trainset_of(("u", "i", 1e300)))


# History, early stopping, callbacks


def make(**parameters):
    return NMF(**{"n_factors": 5, "n_epochs": 4, "random_state": 0, **parameters})


def assert_same_arrays(ours, theirs):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


def test_history_has_the_rmse_of_the_factors_before_each_epoch(trainset):
    errors = make().fit(trainset).history_["rmse"]
    users, items, ratings = map(np.array, zip(*trainset.all_ratings(), strict=True))
    for n_epochs, error in enumerate(errors):
        before = make(n_epochs=n_epochs).fit(trainset)
        products = np.einsum("kf,kf->k", before.pu[users], before.qi[items])
        assert error == pytest.approx(np.sqrt(np.mean((ratings - products) ** 2)), rel=1e-12)


def test_the_errors_of_a_biased_model_are_measured_while_biases_move(trainset):
    errors = make(biased=True, n_factors=0, n_epochs=3).fit(trainset).history_["rmse"]
    for n_epochs, error in enumerate(errors):
        before = make(biased=True, n_factors=0, n_epochs=n_epochs).fit(trainset)
        estimates = reference.estimates(before)
        squares = [(rating - estimates[u, i]) ** 2 for u, i, rating in trainset.all_ratings()]
        # The biases improve within the epoch.
        assert 0.9 * np.sqrt(np.mean(squares)) < error < np.sqrt(np.mean(squares))


@pytest.mark.parametrize("biased", [True, False])
def test_a_share_is_held_out_and_measured(trainset, biased):
    how = {"biased": biased, "n_factors": 15, "n_epochs": 10}
    model = make(**how, validation=0.1).fit(trainset)
    errors = model.history_["validation_rmse"]
    assert len(errors) == len(model.history_["rmse"]) == 10
    assert errors[-1] < errors[0]
    assert model.trainset is trainset
    assert (model.pu != make(**how).fit(trainset).pu).any()


def test_a_test_set_only_measures(trainset):
    testset = trainset.build_testset()[:100]
    model = make(validation=testset).fit(trainset)
    assert_same_arrays(model, make().fit(trainset))
    error = accuracy.rmse(model.test(testset), verbose=False)
    assert model.history_["validation_rmse"][-1] == pytest.approx(error, rel=0, abs=1e-12)


@pytest.mark.parametrize("biased", [True, False])
def test_patience_keeps_the_best_epoch(trainset, biased):
    wrong = [(user, item, 6 - rating) for user, item, rating in trainset.build_testset()[::7]]
    how = {"biased": biased, "n_epochs": 200}
    model = make(**how, validation=wrong, patience=2).fit(trainset)
    errors = model.history_["validation_rmse"]
    best = int(np.argmin(errors))
    assert len(errors) == best + 3 < 200
    assert model.stopped_by_ == "patience"
    assert_same_arrays(model, make(**{**how, "n_epochs": best + 1}).fit(trainset))


@pytest.mark.parametrize("biased", [True, False])
def test_a_callback_may_stop(trainset, biased):
    model = make(biased=biased, callback=lambda epoch, _: epoch == 1).fit(trainset)
    assert_same_arrays(model, make(biased=biased, n_epochs=2).fit(trainset))


def test_an_error_of_a_callback_leaves_the_model_as_it_was(trainset, other_trainset):
    def fail(epoch, _):
        if epoch == 1:
            raise RuntimeError("mine")

    model = make().fit(trainset)
    model.callback = fail
    before = state_of(model)
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(other_trainset)
    assert_same_state(model, before)


def test_files_leave_out_what_watches_the_training(trainset, tmp_path):
    watchers = {"callback": lambda *_: None, "validation": [("1", "2", 3.0)], "patience": 9}
    model = make(**watchers, tol=1e-9).fit(trainset)
    model.save(tmp_path / "model.npz")
    loaded = NMF.load(tmp_path / "model.npz")
    assert (loaded.callback, loaded.validation, loaded.patience) == (None, None, None)
    assert (loaded.tol, loaded.history_, loaded.stopped_by_) == (1e-9, model.history_, "n_epochs")
    assert_same_arrays(loaded, model)


# Estimates


def test_unknown_ids(trainset):
    biased = NMF(biased=True, n_factors=3, random_state=0).fit(trainset)
    mean, u, i = trainset.global_mean, trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    assert biased.predict("1", "?", clip=False).est == mean + biased.bu[u]
    assert biased.predict("?", "2", clip=False).est == mean + biased.bi[i]
    unbiased = NMF(n_factors=3).fit(trainset)
    for pair in (("1", "?"), ("?", "2"), ("?", "?")):
        prediction = unbiased.predict(*pair)
        assert prediction.est == mean
        reason = "User and item are unknown."
        assert prediction.details == {"was_impossible": True, "reason": reason}
        assert unbiased.test([(*pair, None)]) == [prediction]


@pytest.mark.parametrize("biased", [True, False])
def test_the_estimate_is_the_sum_of_its_terms(trainset, biased):
    model = NMF(n_epochs=5, biased=biased, random_state=0).fit(trainset)
    expected = reference.estimates(model)
    for u in range(0, 200, 20):
        for i in range(0, 150, 30):
            pair = trainset.user_ids[u], trainset.item_ids[i]
            assert model.predict(*pair, clip=False).est == pytest.approx(expected[u, i], abs=1e-12)


def test_ends_that_do_not_ascend_are_refused_by_fit():
    with pytest.raises(ValueError, match=r"^init_low must be at most init_high=1.0, got 5.0$"):
        NMF(init_low=5, init_high=1).fit(trainset_of(("u", "i", 4.0)))
