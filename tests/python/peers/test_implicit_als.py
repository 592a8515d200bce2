"""ImplicitALS beside the package implicit: the same objective, the same half-steps."""

import numpy as np
import pytest

from astonish import ImplicitALS, _core, make_ratings
from astonish.models.implicit.implicit_als import solve_side

_als = pytest.importorskip("implicit.cpu._als")
sparse = pytest.importorskip("scipy.sparse")

N_FACTORS = 32
REG = 0.3
ALPHA = 2.5


@pytest.fixture(scope="module")
def trainset():
    return make_ratings(300, 200, 6000, seed=3).build_full_trainset()


@pytest.fixture
def factors(trainset):
    rng = np.random.RandomState(0)
    shape = trainset.n_users + trainset.n_items, N_FACTORS
    both = rng.normal(0, 0.1, shape).astype(np.float32)
    return both[: trainset.n_users].copy(), both[trainset.n_users :].copy()


def confidences(rows):
    """What implicit is given: the whole confidence of each interaction."""
    values = (1 + ALPHA * rows.values).astype(np.float32)
    shape = rows.n_rows, rows.n_cols
    arrays = values, rows.indices.copy(), rows.offsets.astype(np.int32)
    return sparse.csr_matrix(arrays, shape=shape)


def iterate(trainset, factors, solver, **options):
    """One iteration of ours; the factors change in place."""
    model = ImplicitALS(N_FACTORS, reg=REG, alpha=ALPHA, nu=0, solver=solver, **options)
    pu, qi = factors
    solve_side(trainset.by_user, qi, pu, model._options(), 2)
    solve_side(trainset.by_item, pu, qi, model._options(), 2)
    return pu @ qi.T


def iterate_theirs(trainset, factors, solve, **options):
    pu, qi = factors
    solve(confidences(trainset.by_user), pu, qi, REG, num_threads=1, **options)
    solve(confidences(trainset.by_item), qi, pu, REG, num_threads=1, **options)
    return pu @ qi.T


def copies(factors):
    return tuple(map(np.copy, factors))


def test_one_iteration_of_cholesky_is_the_same(trainset, factors):
    theirs = iterate_theirs(trainset, copies(factors), _als.least_squares)
    ours = iterate(trainset, copies(factors), "cholesky")
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_conjugate_gradient_goes_to_the_same_solution(trainset, factors):
    theirs = iterate_theirs(trainset, copies(factors), _als.least_squares_cg, cg_steps=N_FACTORS)
    ours = iterate(trainset, copies(factors), "cg", cg_steps=N_FACTORS)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3)


def test_three_steps_come_at_least_as_far(trainset, factors):
    objective = ImplicitALS(N_FACTORS, reg=REG, alpha=ALPHA, nu=0)._options()

    def loss(sides):
        return _core.als.implicit_loss(trainset.by_user.view, *sides, objective, 1)

    ours, theirs = copies(factors), copies(factors)
    for _ in range(5):
        iterate(trainset, ours, "cg", cg_steps=3)
        iterate_theirs(trainset, theirs, _als.least_squares_cg, cg_steps=3)
        assert loss(ours) <= loss(theirs)
