"""The half-step of alternating least squares is a ridge regression of each row."""

import numpy as np
import pytest

from astonish import _core
from astonish.data.csr import Csr

from .. import reference_als
from .als_helpers import options_of, random_csr, solved


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
