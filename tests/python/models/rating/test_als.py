"""ALS: its objective, the model, weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astonish import ALS, _core, accuracy
from astonish.data.csr import Csr

from .. import reference_als
from ..helpers import small_ratings, trainset_of
from .als_helpers import KINDS, PARAMETERS, options_of, solved

# The objective


@pytest.mark.parametrize(("biased", "scaling"), KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_is_that_of_numpy_for_any_number_of_threads(trainset, biased, scaling, dtype):
    rng = np.random.RandomState(6)
    pu, qi = (rng.normal(size=(n, 9)).astype(dtype) for n in (200, 150))
    bu, bi = (rng.normal(size=n).astype(dtype) for n in (200, 150))
    how = {"reg": 0.3, "reg_bias": 0.4, "by_count": scaling == "count", "mean": 3.1}
    how["biased"] = biased
    wide = (each.astype(float) for each in (pu, bu, qi, bi))
    expected = reference_als.loss(trainset.by_user, *wide, **how)
    arrays = trainset.by_user.view, None, pu, bu, qi, bi, options_of(**how)
    result = _core.als.als_loss(*arrays, 1)
    np.testing.assert_allclose(result, expected, rtol=1e-12 if dtype == np.float64 else 1e-5)
    assert [_core.als.als_loss(*arrays, n) for n in (2, 3, 7)] == [result] * 3


@given(small_ratings, st.sampled_from(KINDS), st.sampled_from([0.0, 0.01, 1.0]), st.integers(0, 9))
@settings(deadline=None, max_examples=60)
def test_no_half_step_increases_the_objective(trainset, kind, reg, n_factors):
    biased, scaling = kind
    options = options_of(
        reg=reg, by_count=scaling == "count", mean=float(trainset.global_mean), biased=biased
    )
    qi, bi = np.random.RandomState(0).normal(size=(trainset.n_items, n_factors)), np.zeros(99)
    bi = bi[: trainset.n_items]
    pu, bu = np.zeros((trainset.n_users, n_factors)), np.zeros(trainset.n_users)
    size = np.sum(trainset.by_user.values**2)  # what rounding is relative to
    losses = []
    for epoch in range(12):
        if epoch % 2 == 0:
            _core.als.solve_side(trainset.by_user.view, None, qi, bi, pu, bu, options, 1)
        else:
            _core.als.solve_side(trainset.by_item.view, None, pu, bu, qi, bi, options, 1)
        losses.append(
            sum(_core.als.als_loss(trainset.by_user.view, None, pu, bu, qi, bi, options, 1))
        )
    assert np.all(np.diff(losses) <= 1e-12 * size), losses


@pytest.mark.parametrize(("dtype", "rounding"), [("float32", 1e-6), ("float64", 1e-12)])
@pytest.mark.parametrize(("biased", "scaling"), KINDS)
def test_the_history_never_rises(trainset, dtype, rounding, biased, scaling):
    model = ALS(20, 12, biased=biased, reg_scaling=scaling, dtype=dtype, random_state=0)
    losses = np.array(model.fit(trainset).history_["loss"])
    assert len(losses) == 12
    assert np.all(np.diff(losses) <= rounding * losses[:-1])
    assert losses[-1] < 0.9 * losses[0]


# The model


@pytest.mark.parametrize(("biased", "scaling"), KINDS)
def test_a_fit_equals_numpy(trainset, biased, scaling):
    model = ALS(6, 3, 0.2, biased, reg_scaling=scaling, dtype="float64", random_state=7)
    model.fit(trainset)
    qi = np.random.RandomState(7).normal(0, 0.1, (trainset.n_items, 6))
    how = {"n_epochs": 3, "biased": biased, "reg": 0.2, "by_count": scaling == "count"}
    expected = reference_als.als(trainset, qi, **how)
    for name, values in zip(PARAMETERS, expected, strict=True):
        np.testing.assert_allclose(getattr(model, name), values, rtol=0, atol=1e-9, err_msg=name)


def test_float32_is_float64_up_to_its_rounding(trainset):
    narrow = ALS(10, 5, random_state=0).fit(trainset)
    wide = ALS(10, 5, random_state=0, dtype="float64").fit(trainset)
    for name in PARAMETERS:
        assert getattr(narrow, name).dtype == np.float32
        np.testing.assert_allclose(getattr(narrow, name), getattr(wide, name), atol=1e-4)


def test_the_history_tells_the_error_of_the_training_set(trainset):
    model = ALS(10, 4, random_state=0, dtype="float64").fit(trainset)
    ids = zip(*[(user, item) for user, item, _ in trainset.build_testset()], strict=True)
    users, items = map(list, ids)
    estimates = model._estimate_many(trainset.inner_users(users), trainset.inner_items(items))
    errors = trainset.by_user.values - estimates
    assert model.history_["rmse"][-1] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-12)


def test_an_order_of_users_is_the_order_of_their_factors(trainset):
    model = ALS(8, 3, random_state=0).fit(trainset)
    order = np.random.RandomState(0).permutation(trainset.n_users).astype(np.int32)
    place = np.argsort(order).astype(np.int32)
    rows = place[trainset.by_user.row_of_each()]
    ratings = trainset.by_user.indices, trainset.by_user.values
    shuffled = Csr.from_triplets(rows, *ratings, (200, 150))
    options = options_of(mean=float(trainset.global_mean))
    factors, biases = solved(shuffled, model.qi, model.bi, options)
    expected = solved(trainset.by_user, model.qi, model.bi, options)
    assert factors.tobytes() == expected[0][order].tobytes()
    assert biases.tobytes() == expected[1][order].tobytes()


def test_more_factors_than_users_items_and_ratings():
    trainset = trainset_of(("a", "x", 5.0), ("a", "y", 1.0), ("b", "x", 3.0))
    for reg in (0.0, 0.1):
        model = ALS(50, 5, reg, random_state=0).fit(trainset)
        assert all(np.isfinite(getattr(model, name)).all() for name in PARAMETERS)
    assert ALS(50, 20, 0.0, random_state=0).fit(trainset).history_["rmse"][-1] < 1e-3


def test_no_epochs_and_no_factors(trainset):
    start = ALS(5, 0, random_state=0).fit(trainset)
    assert not start.pu.any()
    assert start.history_ == {}
    biases = ALS(0, 10, random_state=0).fit(trainset)
    assert biases.pu.shape == (200, 0)
    assert np.ptp(biases.bu) > 0


def test_ratings_that_are_held_out_are_not_trained_on(trainset):
    model = ALS(5, 4, random_state=0, validation=0.1).fit(trainset)
    assert len(model.history_["validation_rmse"]) == 4
    whole = ALS(5, 4, random_state=0).fit(trainset)
    assert not np.array_equal(model.pu, whole.pu)
    testset = trainset.build_testset()[:100]
    watched = ALS(5, 4, random_state=0, validation=testset).fit(trainset)
    assert np.array_equal(watched.pu, whole.pu)
    errors = accuracy.rmse(watched.test(testset), verbose=False)
    assert watched.history_["validation_rmse"][-1] == pytest.approx(errors)


def test_it_stops_at_the_best_epoch(trainset):
    model = ALS(5, 50, random_state=0, validation=0.2, patience=3).fit(trainset)
    errors = model.history_["validation_rmse"]
    best = int(np.argmin(errors))
    assert len(errors) == best + 4 < 50
    again = ALS(5, best + 1, random_state=0, validation=0.2).fit(trainset)
    assert np.array_equal(model.qi, again.qi)


def test_it_learns_better_than_biases(demo_errors):
    assert demo_errors["ALS"] < demo_errors["biases"] - 0.005


@pytest.fixture(scope="module")
def demo_errors():
    from astonish import Dataset
    from astonish.model_selection import train_test_split

    data = Dataset.load_builtin("demo")
    trainset, testset = train_test_split(data, random_state=0)
    models = {"ALS": ALS(random_state=0), "biases": ALS(0, random_state=0)}
    return {
        name: accuracy.rmse(model.fit(trainset).test(testset), verbose=False)
        for name, model in models.items()
    }


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"n_factors": -1}, ValueError, "n_factors must be at least 0, got -1"),
        ({"n_factors": 2.5}, TypeError, "n_factors must be an integer, got 2.5"),
        ({"n_epochs": -1}, ValueError, "n_epochs must be at least 0, got -1"),
        ({"reg": -0.1}, ValueError, "reg must be a finite number of at least 0, got -0.1"),
        ({"reg": "small"}, TypeError, "reg must be a number, got 'small'"),
        (
            {"init_std_dev": -1},
            ValueError,
            "init_std_dev must be a finite number of at least 0, got -1",
        ),
        ({"reg_scaling": "users"}, ValueError, "reg_scaling must be one of 'count', 'none'"),
        ({"dtype": "float16"}, ValueError, "dtype must be one of 'float32', 'float64'"),
        ({"n_threads": 0}, ValueError, "n_threads must be at least 1, got 0"),
        ({"patience": 2}, ValueError, "patience=2 needs validation"),
        ({"validation": 2.0}, ValueError, "validation must be a test set or a share"),
    ],
)
def test_parameters_out_of_range_are_refused(trainset, parameters, error, message):
    with pytest.raises(error, match=message):
        ALS(**parameters).fit(trainset)


# Weights


def test_a_weight_of_two_is_a_rating_that_is_there_twice(trainset):
    weights = np.random.RandomState(0).choice([1.0, 2.0], trainset.n_ratings)
    pairs = zip(trainset.build_testset(), weights, strict=True)
    twice = trainset_of(*[rating for rating, weight in pairs for _ in range(int(weight))])
    how = {"reg": 3.0, "biased": False, "reg_scaling": "none", "dtype": "float64"}
    model = ALS(5, 3, **how, random_state=0).fit(trainset, sample_weight=weights)
    expected = ALS(5, 3, **how, random_state=0)
    # The copy numbers items in another order, so it begins with the same factors in that order.
    order = twice.inner_items(trainset.item_ids)
    start = np.random.RandomState(0).normal(0, 0.1, (trainset.n_items, 5))
    expected._initial_parameters = lambda _rng: {
        "pu": np.zeros((200, 5)),
        "qi": start[np.argsort(order)],
        "bu": np.zeros(200),
        "bi": np.zeros(150),
    }
    expected.fit(twice)
    np.testing.assert_allclose(model.qi, expected.qi[order], rtol=0, atol=1e-9)
    np.testing.assert_allclose(model.history_["loss"], expected.history_["loss"], rtol=1e-9)
    np.testing.assert_allclose(model.history_["rmse"], expected.history_["rmse"], rtol=1e-9)


def test_weights_are_held_out_with_their_ratings(trainset):
    weights = np.random.RandomState(0).uniform(0.5, 2, trainset.n_ratings)
    model = ALS(5, 3, validation=0.2, random_state=0).fit(trainset, sample_weight=weights)
    assert len(model.history_["validation_rmse"]) == 3
    plain = ALS(5, 3, validation=0.2, random_state=0).fit(trainset)
    assert not np.array_equal(model.pu, plain.pu)


@pytest.mark.parametrize("weights", [np.ones(3), -np.ones(4000), np.full(4000, np.nan)])
def test_wrong_weights_are_refused(trainset, weights):
    with pytest.raises(ValueError, match="sample_weight"):
        ALS(3, 1).fit(trainset, sample_weight=weights)


def test_history_is_that_of_the_last_training(trainset):
    later = [("1", "2", 5.0), ("newcomer", "2", 4.0)]
    model = ALS(n_factors=4, n_epochs=3, tol=0.9, random_state=0).fit(trainset)
    assert (len(model.history_["loss"]), model.stopped_by_) == (2, "tol")
    model.partial_fit(later, n_epochs=2)
    errors = np.array([model.predict(*each, clip=False).est - each[2] for each in later])
    assert list(model.history_) == ["rmse"]
    assert len(model.history_["rmse"]) == 2
    assert model.history_["rmse"][-1] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-6)
    assert model.stopped_by_ == "n_epochs"
