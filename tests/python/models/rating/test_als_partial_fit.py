"""ALS: ratings that come later, and interrupts."""

import os
import signal
import sys
import threading

import numpy as np
import pytest

from astonish import ALS, _core, accuracy, make_ratings

from .. import reference_als
from ..helpers import assert_same_state, state_of, trainset_of
from .als_helpers import KINDS, PARAMETERS, options_of, random_csr

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
