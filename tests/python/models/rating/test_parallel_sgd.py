"""SVD with solver="parallel": its order of ratings, and that threads change nothing."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import SVD, BaselineOnly, SVDpp, accuracy, make_ratings
from astonish.data.loaders import load_any_file
from astonish.model_selection import KFold, train_test_split

from ..helpers import assert_same_state, small_ratings, state_of, trainset_of
from ..reference_parallel_sgd import parallel_sgd
from .test_svd import KINDS, svd_parameters

ARRAYS = ("pu", "qi", "bu", "bi")


@pytest.fixture(scope="module")
def blocky():
    """20,000 ratings: 4 x 4 blocks."""
    return make_ratings(400, 300, 20_000, seed=3).build_full_trainset()


def fit_reference(trainset, parameters, weights=None):
    rng = np.random.RandomState(parameters["random_state"])
    pu, qi = (
        rng.normal(
            parameters["init_mean"], parameters["init_std_dev"], (n, parameters["n_factors"])
        )
        for n in (trainset.n_users, trainset.n_items)
    )
    return parallel_sgd(
        trainset,
        pu,
        qi,
        rng.randint(2**31),
        biased=parameters["biased"],
        n_epochs=parameters["n_epochs"],
        lr={kind: parameters[f"lr_{kind}"] for kind in KINDS},
        reg={kind: parameters[f"reg_{kind}"] for kind in KINDS},
        weights=weights,
    )


def assert_follows_the_reference(model, expected, atol):
    *arrays, rmse = expected
    for name, array in zip(ARRAYS, arrays, strict=True):
        np.testing.assert_allclose(getattr(model, name), array, rtol=0, atol=atol, err_msg=name)
    np.testing.assert_allclose(model.history_.get("rmse", []), rmse, rtol=0, atol=atol)


@given(small_ratings, svd_parameters)
def test_float64_equals_the_reference(trainset, parameters):
    model = SVD(**parameters, solver="parallel", dtype="float64").fit(trainset)
    assert_follows_the_reference(model, fit_reference(trainset, parameters), 1e-12)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_several_blocks_equal_the_reference(blocky, biased, weighted):
    parameters = {
        "n_factors": 9,
        "n_epochs": 2,
        "biased": biased,
        "random_state": 4,
        "init_mean": 0.1,
        "init_std_dev": 0.1,
        **{f"lr_{kind}": 0.004 + 0.001 * place for place, kind in enumerate(KINDS)},
        **{f"reg_{kind}": 0.01 + 0.01 * place for place, kind in enumerate(KINDS)},
    }
    weights = np.random.default_rng(0).uniform(0, 2, blocky.n_ratings) if weighted else None
    expected = fit_reference(blocky, parameters, weights)
    exact = SVD(**parameters, solver="parallel", dtype="float64", n_threads=2)
    assert_follows_the_reference(exact.fit(blocky, sample_weight=weights), expected, 1e-11)
    fast = SVD(**parameters, solver="parallel", n_threads=2)
    assert_follows_the_reference(fast.fit(blocky, sample_weight=weights), expected, 1e-3)


@given(
    small_ratings,
    st.sampled_from(["float32", "float64"]),
    st.sampled_from([0, 1, 6, 14, 15, 100, 230]),
    st.booleans(),
)
def test_small_data_of_any_shape_are_fitted(trainset, dtype, n_factors, biased):
    model = SVD(n_factors, 3, biased, random_state=0, solver="parallel", dtype=dtype)
    model.fit(trainset)
    assert [getattr(model, name).dtype for name in ARRAYS] == [np.dtype(dtype)] * 4
    assert [getattr(model, name).shape for name in ARRAYS[:2]] == [
        (trainset.n_users, n_factors),
        (trainset.n_items, n_factors),
    ]
    assert all(np.isfinite(getattr(model, name)).all() for name in ARRAYS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_bits_for_any_number_of_threads(blocky, dtype):
    def fit(n_threads):
        model = SVD(n_factors=20, n_epochs=5, random_state=0, solver="parallel", dtype=dtype)
        model.n_threads = n_threads
        return model.fit(blocky)

    expected = fit(1)
    for n_threads in (2, 3, 7):
        model = fit(n_threads)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(model, name), getattr(expected, name))
        assert model.history_ == expected.history_


def test_float32_is_the_default_of_parallel(trainset):
    assert SVD(n_epochs=1, solver="parallel").fit(trainset).pu.dtype == np.float32
    assert SVD(n_epochs=1).fit(trainset).pu.dtype == np.float64


def test_the_initial_factors_are_those_of_the_other_solvers(trainset):
    initial = SVD(n_factors=5, n_epochs=0, random_state=3).fit(trainset)
    model = SVD(n_factors=5, n_epochs=0, random_state=3, solver="parallel").fit(trainset)
    np.testing.assert_array_equal(model.pu, initial.pu.astype(np.float32))
    np.testing.assert_array_equal(model.qi, initial.qi.astype(np.float32))


def errors_of_both(trainset, testset):
    return [
        accuracy.rmse(SVD(random_state=0, solver=solver).fit(trainset).test(testset), False)
        for solver in ("sequential", "parallel")
    ]


def test_errors_are_about_those_of_the_order_of_the_training_set():
    data = make_ratings(400, 300, 20_000, seed=3)
    for trainset, testset in KFold(3, random_state=0).split(data):
        sequential, parallel = errors_of_both(trainset, testset)
        assert parallel == pytest.approx(sequential, rel=0, abs=2e-3)


def test_shuffled_ratings_give_about_the_same_error():
    trainset, testset = train_test_split(make_ratings(400, 300, 20_000, seed=3), random_state=0)
    ratings = trainset.build_testset()
    order = np.random.default_rng(0).permutation(len(ratings))
    shuffled = trainset_of(*(ratings[place] for place in order))
    model = SVD(random_state=0, solver="parallel")
    errors = [accuracy.rmse(model.fit(each).test(testset), False) for each in (trainset, shuffled)]
    assert errors[1] == pytest.approx(errors[0], rel=0, abs=2e-3)


# Choosing it


def test_the_environment_chooses_it(trainset, monkeypatch):
    expected = SVD(n_epochs=2, random_state=0, solver="parallel").fit(trainset)
    monkeypatch.setenv("ASTONISH_SOLVER", "parallel")
    np.testing.assert_array_equal(SVD(n_epochs=2, random_state=0).fit(trainset).pu, expected.pu)


def test_models_without_it_ignore_the_environment(trainset, monkeypatch):
    def estimates():
        models = SVDpp(n_epochs=2, random_state=0), BaselineOnly({"method": "sgd"}, verbose=False)
        return [model.fit(trainset).predict("1", "2").est for model in models]

    expected = estimates()
    monkeypatch.setenv("ASTONISH_SOLVER", "parallel")
    assert estimates() == expected


def test_models_without_it_refuse_it(trainset):
    message = "solver must be one of 'sequential', 'bitwise', got 'parallel'"
    with pytest.raises(ValueError, match=message):
        SVDpp(solver="parallel").fit(trainset)


@pytest.mark.parametrize("solver", ["sequential", "bitwise"])
def test_float32_needs_it(trainset, solver):
    with pytest.raises(
        ValueError, match=f"float32' needs solver='parallel', got solver='{solver}'"
    ):
        SVD(solver=solver, dtype="float32").fit(trainset)


@pytest.mark.parametrize("dtype", ["float16", "double", np.float32, 32])
def test_other_types_are_refused(trainset, dtype):
    with pytest.raises(ValueError, match="dtype must be one of 'float32', 'float64', got"):
        SVD(solver="parallel", dtype=dtype).fit(trainset)


@pytest.mark.parametrize("biased", [True, False])
def test_diverging_leaves_the_model_as_it_was(trainset, other_trainset, biased):
    model = SVD(n_factors=3, solver="parallel", biased=biased, random_state=0).fit(trainset)
    model.lr_pu = 1e6
    before = state_of(model)
    with pytest.raises(ValueError, match=r"diverged in epoch \d+.*learning rates.*lr_pu=1e\+06"):
        model.fit(other_trainset)
    assert_same_state(model, before)


def test_verbose_shows_a_bar(trainset, capsys):
    SVD(n_factors=2, n_epochs=3, verbose=True, solver="parallel").fit(trainset)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3/3" in captured.err


def test_a_copy_trains_on(trainset):
    model = SVD(n_factors=2, n_epochs=2, random_state=0, solver="parallel").fit(trainset)
    expected = model.pu.copy()
    copy.deepcopy(model).partial_fit([("1", "2", 5.0)])
    np.testing.assert_array_equal(model.pu, expected)


# Real data


def test_the_rmse_on_ml_1m_is_that_of_sequential(real_data):
    data = load_any_file(real_data / "ml-1m" / "ratings.csv.gz", rating_scale=(1, 5))
    sequential, parallel = errors_of_both(*train_test_split(data, test_size=0.1, random_state=0))
    assert parallel == pytest.approx(sequential, rel=0, abs=1e-3)


def test_the_rmse_of_five_folds_of_ml_100k_is_that_of_sequential(real_data):
    data = load_any_file(real_data / "ml-100k" / "u.data", rating_scale=(1, 5))
    for trainset, testset in KFold(5, random_state=0).split(data):
        sequential, parallel = errors_of_both(trainset, testset)
        assert parallel == pytest.approx(sequential, rel=0, abs=1e-3)
