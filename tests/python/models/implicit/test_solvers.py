"""The solvers of ImplicitALS beside the reference and each other."""

import numpy as np
import pytest

from astonish import ImplicitALS

from .. import reference_implicit as reference
from .helpers import OBJECTIVE, SOLVERS, double, random_plays


def fit_reference(model, plays, n_epochs, solve, **options):
    """The factors (pu, qi) as the reference trains them from the initial ones of `model`."""
    initial = ImplicitALS(**{**vars_of(model), "n_epochs": 0}).fit(plays)
    pu, qi = initial.pu, initial.qi
    dense = reference.weights(initial.trainset)
    for _ in range(n_epochs):
        qi = solve(dense.T, pu, qi, **options, **OBJECTIVE)
        pu = solve(dense, qi, pu, **options, **OBJECTIVE)
    return pu, qi


def vars_of(model):
    names = ("n_factors", "n_epochs", "solver", "dtype", "random_state", "cg_steps", "block_size")
    return {name: getattr(model, name) for name in (*names, *OBJECTIVE)}


@pytest.mark.parametrize("n_factors", [1, 5, 16, 21])
@pytest.mark.parametrize(
    ("solver", "solve", "parameters", "options"),
    [
        ("cholesky", reference.cholesky, {}, {}),
        ("cg", reference.cg, {"cg_steps": 2}, {"n_steps": 2}),
        ("ials++", reference.ialspp, {"block_size": 4}, {"block_size": 4}),
    ],
    ids=SOLVERS,
)
def test_the_factors_equal_the_reference(n_factors, solver, solve, parameters, options):
    plays = random_plays()
    model = double(n_factors=n_factors, n_epochs=3, solver=solver, **parameters).fit(plays)
    pu, qi = fit_reference(model, plays, 3, solve, **options)
    np.testing.assert_allclose(model.pu, pu, rtol=0, atol=1e-9)
    np.testing.assert_allclose(model.qi, qi, rtol=0, atol=1e-9)


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_loss_is_that_of_all_pairs(solver):
    model = double(n_factors=6, n_epochs=4, solver=solver).fit(random_plays())
    dense = reference.weights(model.trainset)
    expected = reference.loss(dense, model.pu, model.qi, **OBJECTIVE)
    assert model.history_["loss"][-1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_loss_never_rises(solver):
    losses = double(n_factors=9, n_epochs=12, solver=solver, block_size=2).fit(random_plays())
    losses = losses.history_["loss"]
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == 12


@pytest.mark.parametrize(
    ("solver", "options"), [("cg", {"cg_steps": 8}), ("ials++", {"block_size": 8})]
)
def test_with_all_steps_or_one_block_every_solver_is_exact(solver, options):
    exact = double(n_factors=8, n_epochs=3).fit(random_plays())
    other = double(n_factors=8, n_epochs=3, solver=solver, **options).fit(random_plays())
    np.testing.assert_allclose(other.pu, exact.pu, rtol=0, atol=1e-9)
    np.testing.assert_allclose(other.qi, exact.qi, rtol=0, atol=1e-9)


@pytest.mark.parametrize("solver", SOLVERS)
def test_float32_is_close_to_float64(solver):
    wide = double(n_factors=8, n_epochs=3, solver=solver).fit(random_plays())
    narrow = double(n_factors=8, n_epochs=3, solver=solver, dtype="float32").fit(random_plays())
    assert (narrow.pu.dtype, narrow.qi.dtype) == (np.float32, np.float32)
    np.testing.assert_allclose(narrow.pu @ narrow.qi.T, wide.pu @ wide.qi.T, rtol=0, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_fitting_gives_the_same_bits_with_any_number_of_threads(solver, dtype):
    plays = random_plays(700, 300, density=0.05)  # several chunks of rows a thread
    options = {"n_factors": 24, "n_epochs": 2, "solver": solver, "dtype": dtype, "block_size": 8}
    expected = double(**options, n_threads=1).fit(plays)
    for n_threads in (2, 3, 7):
        model = double(**options, n_threads=n_threads).fit(plays)
        np.testing.assert_array_equal(model.pu, expected.pu)
        np.testing.assert_array_equal(model.qi, expected.qi)
        assert model.history_ == expected.history_


@pytest.mark.parametrize("solver", SOLVERS)
def test_permuted_users_have_permuted_factors(solver):
    """Only sums over users are rounded differently."""
    plays = random_plays()
    order = np.random.RandomState(1).permutation(plays.shape[0])
    options = {"n_factors": 5, "n_epochs": 1, "solver": solver, "init_std_dev": 0.1}
    model = double(**options).fit(plays)

    class Permuted(ImplicitALS):
        def _initial_factors(self, rng):
            factors = super()._initial_factors(rng)
            return {**factors, "pu": factors["pu"][order]}

    permuted = Permuted(**model.get_params()).fit(plays[order])
    np.testing.assert_allclose(permuted.pu, model.pu[order], rtol=0, atol=1e-12)
    np.testing.assert_allclose(permuted.qi, model.qi, rtol=0, atol=1e-12)


def test_with_weights_of_one_it_is_the_model_of_rendle_and_others():
    """Their objective counts (1 - estimate)^2 once an interaction, and alpha0 * estimate^2 always.

    Users of a fitted model must solve their normal equations, too, all of it scaled.
    """
    plays = (random_plays() > 0).astype(float)
    alpha0, reg, nu = 0.3, 0.02, 0.8
    how = {"alpha": 1, "alpha0": alpha0, "nu": nu, "reg": (1 + alpha0) * reg}
    model = ImplicitALS(4, dtype="float64", random_state=0, **how).fit(plays)
    pu, qi = (factors / (1 + alpha0) ** 0.5 for factors in (model.pu, model.qi))
    for user in range(1, 10):
        h = qi[plays[user].indices]
        penalty = reg * (len(h) + alpha0 * len(qi)) ** nu
        matrix = alpha0 * qi.T @ qi + h.T @ h + penalty * np.eye(4)
        np.testing.assert_allclose(pu[user], np.linalg.solve(matrix, h.sum(0)), atol=1e-9)
