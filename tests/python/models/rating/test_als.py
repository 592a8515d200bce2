"""ALS and its kernel beside NumPy, and what holds for any ratings."""

import os
import signal
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astonish import ALS, _core, accuracy, make_ratings
from astonish.data.csr import Csr

from .. import reference_als
from ..helpers import assert_same_state, small_ratings, state_of, trainset_of

PARAMETERS = ("pu", "qi", "bu", "bi")
KINDS = [(True, "count"), (True, "none"), (False, "count"), (False, "none")]


def options_of(*, reg=0.1, reg_bias=None, by_count=True, mean=0.0, biased=True):
    options = _core.als.AlsOptions()
    options.reg, options.reg_bias = reg, reg if reg_bias is None else reg_bias
    options.reg_by_count, options.global_mean, options.biased = by_count, mean, biased
    return options


def solved(csr, factors, biases, options, n_threads=1, weights=None):
    out = np.full((csr.n_rows, factors.shape[1]), np.nan, factors.dtype)
    out_biases = np.full(csr.n_rows, np.nan, factors.dtype)
    arrays = factors, biases, out, out_biases
    _core.als.solve_side(csr.view, weights, *arrays, options, n_threads)
    return out, out_biases


def random_csr(rng, n_rows, n_cols, density):
    rows, columns = np.nonzero(rng.random_sample((n_rows, n_cols)) < density)
    values = rng.choice(np.arange(1.0, 6.0), len(rows))
    codes = rows.astype(np.int32), columns.astype(np.int32)
    return Csr.from_triplets(*codes, values, (n_rows, n_cols))


# The half-step


@pytest.mark.parametrize("n_factors", [0, 1, 5, 8, 16, 33, 130])
@pytest.mark.parametrize("by_count", [True, False])
@pytest.mark.parametrize("biased", [True, False])
def test_a_half_step_is_the_ridge_regression_of_each_row(n_factors, by_count, biased):
    rng = np.random.RandomState(n_factors)
    csr = random_csr(rng, 40, 60, 0.4)
    factors, biases = rng.normal(size=(60, n_factors)), rng.normal(size=60)
    how = {"reg": 0.2, "reg_bias": 0.7, "by_count": by_count, "mean": 3.2, "biased": biased}
    expected = reference_als.solve_side(csr, factors, biases, **how)
    result = solved(csr, factors, biases, options_of(**how))
    np.testing.assert_allclose(result[0], expected[0], rtol=0, atol=1e-9)
    if biased:
        np.testing.assert_allclose(result[1], expected[1], rtol=0, atol=1e-9)
    else:
        assert np.isnan(result[1]).all()  # neither read nor written
    narrow = solved(csr, factors.astype(np.float32), biases.astype(np.float32), options_of(**how))
    np.testing.assert_allclose(narrow[0], expected[0], rtol=0, atol=5e-4)


@pytest.mark.parametrize("reg_bias", [0.2, 0.7])  # short rows are solved in the dual, and not
@pytest.mark.parametrize("n_factors", [3, 40])
def test_ratings_may_have_weights(n_factors, reg_bias):
    rng = np.random.RandomState(n_factors)
    csr = random_csr(rng, 40, 60, 0.3)
    weights = rng.choice([0.0, 0.5, 3.0], len(csr.values))
    factors, biases = rng.normal(size=(60, n_factors)), rng.normal(size=60)
    how = {"reg": 0.2, "reg_bias": reg_bias, "by_count": True, "mean": 3.2, "biased": True}
    expected = reference_als.solve_side(csr, factors, biases, **how, weights=weights)
    result = solved(csr, factors, biases, options_of(**how), weights=weights)
    np.testing.assert_allclose(result[0], expected[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(result[1], expected[1], rtol=0, atol=1e-9)
    arrays = *result, factors, biases
    expected_loss = reference_als.loss(csr, *arrays, **how, weights=weights)
    loss = _core.als.als_loss(csr.view, weights, *arrays, options_of(**how), 2)
    np.testing.assert_allclose(loss, expected_loss, rtol=1e-12)
    with pytest.raises(ValueError, match="weights has 3 entries, expected"):
        solved(csr, factors, biases, options_of(**how), weights=np.ones(3))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("density", [0.1, 0.6])
def test_without_regularisation_the_shortest_solution_is_taken(dtype, biased, density):
    rng = np.random.RandomState(3)
    csr = random_csr(rng, 30, 50, density)
    factors = rng.normal(size=(50, 20)).astype(dtype)
    factors[:, 7] = factors[:, 3]  # nothing tells these two apart
    factors[:, 11] = 0  # and nothing speaks of this one
    biases = rng.normal(size=50).astype(dtype)
    how = {"reg": 0, "reg_bias": 0, "by_count": True, "mean": 3.0, "biased": biased}
    expected, expected_biases = reference_als.solve_side(
        csr, factors.astype(float), biases.astype(float), **how
    )
    result, result_biases = solved(csr, factors, biases, options_of(**how))
    tolerance = 1e-9 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(result, expected, rtol=0, atol=tolerance)
    if biased:
        np.testing.assert_allclose(result_biases, expected_biases, rtol=0, atol=tolerance)
    np.testing.assert_allclose(result[:, 11], 0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_do_not_change_a_bit(dtype):
    rng = np.random.RandomState(4)
    csr = random_csr(rng, 150, 80, 0.3)
    factors, biases = rng.normal(size=(80, 35)).astype(dtype), rng.normal(size=80).astype(dtype)
    expected = solved(csr, factors, biases, options_of(mean=3.0))
    for n_threads in (2, 3, 7):
        result = solved(csr, factors, biases, options_of(mean=3.0), n_threads)
        for ours, theirs in zip(result, expected, strict=True):
            assert ours.tobytes() == theirs.tobytes()


def test_a_row_without_ratings_gets_zeros():
    csr = Csr.from_triplets(
        np.array([2], np.int32), np.array([1], np.int32), np.array([4.0]), (3, 4)
    )
    factors, biases = solved(csr, np.ones((4, 2)), np.ones(4), options_of())
    assert not factors[:2].any()
    assert not biases[:2].any()
    assert factors[2].all()


def test_tiny_regularisation_is_solved_in_double():
    rng = np.random.RandomState(5)
    csr = random_csr(rng, 20, 30, 0.2)
    factors, biases = rng.normal(size=(30, 40)).astype(np.float32), np.zeros(30, np.float32)
    how = {"reg": 1e-9, "reg_bias": 1e-9, "by_count": False, "mean": 0.0, "biased": True}
    expected, _ = reference_als.solve_side(csr, factors.astype(float), biases.astype(float), **how)
    np.testing.assert_allclose(
        solved(csr, factors, biases, options_of(**how))[0], expected, rtol=0, atol=1e-4
    )


def test_numbers_beyond_float32_are_solved_in_double_or_refused():
    csr = Csr.from_triplets(np.zeros(1, np.int32), np.zeros(1, np.int32), np.array([1.0]), (1, 1))
    large = np.full((1, 1), 1e30, np.float32)
    factors, _ = solved(csr, large, np.zeros(1, np.float32), options_of(biased=False, reg=0))
    np.testing.assert_allclose(factors, 1e-30, rtol=1e-6)
    tiny = np.full((1, 1), 1e-42, np.float32)
    with pytest.raises(ValueError, match=r"row 0 is not finite; .* \(reg_\*\)"):
        solved(csr, tiny, np.zeros(1, np.float32), options_of(biased=False, reg=0))
    with pytest.raises(ValueError, match="normal equations is not finite"):
        solved(csr, np.full((1, 1), np.nan), np.zeros(1), options_of())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reg": -0.5}, "reg is -0.5"),
        ({"reg_bias": float("nan")}, "reg_bias is nan"),
        ({"reg": float("inf"), "reg_bias": 0}, "reg is inf"),
    ],
)
def test_wrong_options_are_refused(change, message, trainset):
    with pytest.raises(ValueError, match=message):
        solved(trainset.by_user, np.ones((150, 2)), np.ones(150), options_of(**change))


def test_shapes_that_do_not_fit_are_refused(trainset):
    csr = trainset.by_user
    with pytest.raises(ValueError, match=r"fixed\.factors is 149 x 2, expected 150 x 2"):
        solved(csr, np.ones((149, 2)), np.ones(149), options_of())
    with pytest.raises(ValueError, match=r"fixed\.biases has 3 entries, expected 150"):
        solved(csr, np.ones((150, 2)), np.ones(3), options_of())
    with pytest.raises(ValueError, match="n_threads is 0"):
        solved(csr, np.ones((150, 2)), np.ones(150), options_of(), n_threads=0)


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


# Ratings that come later

LATER = [("1", "2", 5.0), ("newcomer", "2", 4.0), ("newcomer", "brand new", 1.0), ("3", "7", 1.5)]


@pytest.mark.parametrize(("biased", "scaling"), KINDS)
def test_partial_fit_solves_affected_rows_again(trainset, biased, scaling):
    how = {"biased": biased, "reg_scaling": scaling, "dtype": "float64", "random_state": 0}
    model = ALS(6, 3, 0.2, **how).fit(trainset)
    before = {name: getattr(model, name) for name in PARAMETERS}
    model.partial_fit(LATER)
    union = model.trainset
    assert (union.n_users, union.n_items, union.n_ratings) == (201, 151, 4004)
    assert union.user_ids[:200] == trainset.user_ids
    items = union.inner_items(["2", "brand new", "7"])
    others = np.setdiff1d(np.arange(150), items)
    np.testing.assert_array_equal(model.qi[others], before["qi"][others])
    np.testing.assert_array_equal(model.bi[others], before["bi"][others])
    options = {"mean": float(union.global_mean), "biased": biased, "by_count": scaling == "count"}
    qi, bi = reference_als.solve_side(
        union.by_item, model.pu, model.bu, reg=0.2, reg_bias=0.2, **options
    )
    np.testing.assert_allclose(model.qi[items], qi[items], rtol=0, atol=1e-9)
    np.testing.assert_allclose(model.bi[items], bi[items], rtol=0, atol=1e-9)
    others = np.setdiff1d(np.arange(200), union.inner_users(["1", "3", "newcomer"]))
    np.testing.assert_array_equal(model.pu[others], before["pu"][others])
    shift = trainset.global_mean - union.global_mean if biased else 0.0
    np.testing.assert_allclose(model.bu[others], before["bu"][others] + shift, atol=1e-12)


def test_partial_fit_comes_close_to_a_new_fit():
    from astonish import Dataset

    triples = Dataset.load_builtin("demo").build_full_trainset().build_testset()
    order = np.random.RandomState(0).permutation(len(triples))
    old, later, asked = ([triples[k] for k in part] for part in np.split(order, [70_000, 90_000]))
    before = ALS(random_state=0).fit(trainset_of(*old))
    whole = ALS(random_state=0).fit(trainset_of(*old, *later))
    error, goal = (accuracy.rmse(each.test(asked), verbose=False) for each in (before, whole))
    updated = accuracy.rmse(before.partial_fit(later).test(asked), verbose=False)
    assert updated < error - 0.5 * (error - goal)


def test_partial_fit_does_not_depend_on_threads(trainset):
    results = []
    for n_threads in (1, 2, 3, 7):
        model = ALS(6, 3, random_state=0, n_threads=n_threads).fit(trainset).partial_fit(LATER)
        results.append([getattr(model, name).tobytes() for name in PARAMETERS])
    assert results == [results[0]] * 4


def test_a_partial_fit_that_fails_leaves_the_model_as_it_was(trainset):
    model = ALS(6, 3, random_state=0).fit(trainset)
    before = state_of(model)
    for ratings, error in (([], ValueError), ([("1", "2")], TypeError), (3, TypeError)):
        with pytest.raises(error, match="ratings"):
            model.partial_fit(ratings)
    with pytest.raises(ValueError, match="n_epochs must be at least 0, got -1"):
        model.partial_fit(LATER, n_epochs=-1)
    model.reg = -1
    before["reg"] = -1
    with pytest.raises(ValueError, match="reg must be"):
        model.partial_fit(LATER)
    assert_same_state(model, before)
    with pytest.raises(ValueError, match="this ALS is not fitted"):
        ALS().partial_fit(LATER)


# Being interrupted


@pytest.fixture
def long_ratings():
    """Ratings whose half-step with 400 factors takes one thread a minute."""
    return random_csr(np.random.RandomState(0), 3000, 900, 0.5)


def press_ctrl_c_soon():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()


needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a process is POSIX")


@needs_posix
@pytest.mark.parametrize("n_threads", [1, 2])
def test_ctrl_c_ends_a_half_step(long_ratings, n_threads):
    factors, biases = np.ones((900, 400)), np.ones(900)
    out, out_biases = np.zeros((3000, 400)), np.zeros(3000)
    arrays = factors, biases, out, out_biases

    def solve_until_the_signal():
        press_ctrl_c_soon()
        _core.als.solve_side(long_ratings.view, None, *arrays, options_of(), n_threads)

    with pytest.raises(KeyboardInterrupt):
        solve_until_the_signal()
    assert out[0].any()
    assert not out[-1].any()


@needs_posix
def test_ctrl_c_within_a_half_step_leaves_the_model_as_it_was(trainset):
    model = ALS(n_factors=3, random_state=0, n_threads=1).fit(trainset)
    model.n_factors = 400
    before = state_of(model)
    many = make_ratings(n_users=3000, n_items=900, n_ratings=600_000, seed=0).build_full_trainset()

    def fit_until_the_signal():
        press_ctrl_c_soon()
        model.fit(many)

    with pytest.raises(KeyboardInterrupt):
        fit_until_the_signal()
    assert_same_state(model, before)


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
