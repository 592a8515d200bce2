"""ImplicitALS: parameters, estimates, history."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix, csr_matrix

from astonish import ImplicitALS, make_ratings

from ..helpers import assert_same_state, state_of
from .helpers import SOLVERS, double, random_plays


def checkerboard(n=20):
    """Even users interact with even items, odd ones with odd items, all but the diagonal."""
    board = np.add.outer(np.arange(n), np.arange(n)) % 2 == 0
    return csr_matrix((board & ~np.eye(n, dtype=bool)).astype(float))


# Any data


weights = st.sampled_from([0.0, 0.5, 1.0, 3.0, 1e-300, 1e6])
matrices = st.integers(1, 7).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.integers(1, 6),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, 5), weights), min_size=1),
    )
)


@settings(max_examples=150)
@given(
    matrices,
    st.fixed_dictionaries(
        {
            "solver": st.sampled_from(SOLVERS),
            "n_factors": st.integers(0, 9),
            "n_epochs": st.integers(0, 3),
            "reg": st.sampled_from([0, 1e-3, 1.0, 1e12]),
            "alpha": st.sampled_from([0, 1e-300, 1, 10.0]),
            "alpha0": st.sampled_from([0, 0.1, 1]),
            "nu": st.sampled_from([0, 0.5, 1]),
            "dtype": st.sampled_from(["float32", "float64"]),
        }
    ),
)
def test_nothing_is_nan(matrix, parameters):
    n_users, n_items, entries = matrix
    users, items, values = zip(*entries, strict=True)
    items = np.minimum(items, n_items - 1)
    plays = coo_matrix((values, (users, items)), shape=(n_users, n_items))
    model = ImplicitALS(**parameters, random_state=0).fit(plays)
    assert np.isfinite(model.pu).all()
    assert np.isfinite(model.qi).all()
    assert not np.isnan(model.history_.get("loss", [])).any()
    item_ids, scores = model.recommend(range(n_users), n=n_items, exclude_seen=False)
    assert (np.isfinite(scores) == (item_ids != None)).all()  # noqa: E711


@pytest.mark.parametrize(("weight", "alpha"), [(1e300, 1), (2e10, 0), (1e3, 1e8)])
def test_a_confidence_beyond_all_others_is_refused(weight, alpha):
    plays = csr_matrix([[weight, 1.0], [0.0, 1.0]])
    with pytest.raises(
        ValueError, match=f"a weight of {weight:g} with alpha={alpha:g}".replace("+", ".")
    ):
        ImplicitALS(alpha=alpha).fit(plays)
    model = ImplicitALS(n_factors=2, alpha=alpha, random_state=0).fit(csr_matrix([[1.0, 2.0]]))
    for learn in (model.fold_in, model.partial_fit):
        with pytest.raises(ValueError, match=r"beyond 1e\+10"):
            learn([("u", 0, weight)])


@pytest.mark.parametrize("solver", SOLVERS)
def test_pairs_that_repeat_are_added_up_and_weights_of_zero_are_none(solver):
    apart = coo_matrix(([1, 2, 0, 4, 1.0], ([0, 0, 0, 1, 1], [0, 0, 1, 1, 0])), shape=(2, 2))
    merged = csr_matrix([[3, 0], [1, 4.0]])
    options = {"n_factors": 2, "n_epochs": 3, "solver": solver}
    model, expected = (double(**options).fit(each) for each in (apart, merged))
    np.testing.assert_array_equal(model.pu, expected.pu)
    np.testing.assert_array_equal(model.qi, expected.qi)


def test_a_checkerboard_is_completed():
    for solver in SOLVERS:
        model = ImplicitALS(n_factors=2, reg=0.02, solver=solver, random_state=0).fit(
            checkerboard()
        )
        item_ids, scores = model.recommend(range(20), n=1)
        assert item_ids[:, 0].tolist() == list(range(20)), solver
        assert (scores[:, 0] > 0.5).all()


# Parameters and estimates


BAD_PARAMETERS = [
    ("n_factors", -1, ValueError),
    ("n_epochs", -1, ValueError),
    ("reg", -0.5, ValueError),
    ("alpha", float("nan"), ValueError),
    ("alpha0", -1, ValueError),
    ("nu", "1", TypeError),
    ("solver", "lu", ValueError),
    ("cg_steps", 0, ValueError),
    ("block_size", 1.5, TypeError),
    ("init_std_dev", -1, ValueError),
    ("dtype", "float16", ValueError),
    ("callback", 3, TypeError),
    ("n_threads", 0, ValueError),
]


@pytest.mark.parametrize(("name", "value", "error"), BAD_PARAMETERS)
def test_a_bad_parameter_is_named_with_its_value(name, value, error):
    model = double(n_factors=2, n_epochs=1)
    setattr(model, name, value)
    before = state_of(model)
    with pytest.raises(error, match=rf"{name} must be .*got {value!r}"):
        model.fit(random_plays())
    assert_same_state(model, before)


def test_estimates_are_preferences_that_nobody_clips():
    model = double(n_factors=6, alpha=40.0).fit(random_plays())
    products = model.pu @ model.qi.T
    assert products.max() > 1
    u, i = np.unravel_index(products.argmax(), products.shape)
    assert model.predict(int(u), int(i)).est == pytest.approx(products.max(), rel=1e-12)
    assert model.predict_many([int(u)], [int(i)])[0] == model.predict(int(u), int(i)).est
    for pair in ((0, 1), ("?", 1), (1, 7), (1, "?")):
        assert model.predict(*pair).est == 0
        assert model.predict(*pair).details["was_impossible"]


def test_factors_may_be_assigned_in_any_form():
    model = ImplicitALS(n_factors=2, random_state=0).fit(csr_matrix(np.eye(4) + np.eye(4)[::-1]))
    before = model.predict_many([0, 1], [0, 2])
    model.pu = model.pu.tolist()
    np.testing.assert_allclose(model.predict_many([0, 1], [0, 2]), before, rtol=1e-6, atol=1e-6)
    assert model.recommend([0, 1], n=2, exclude_seen=False)[0].shape == (2, 2)


def test_a_callback_sees_each_loss_and_stops():
    seen = []

    def callback(epoch, losses):
        seen.append((epoch, losses["loss"]))
        return epoch == 2

    model = double(n_factors=2, callback=callback).fit(random_plays())
    assert seen == list(enumerate(model.history_["loss"]))
    assert len(seen) == 3


def test_a_folded_in_user_without_weight_gets_what_was_popular_in_training(trainset):
    model = ImplicitALS(n_factors=4, n_epochs=2, random_state=0).fit(trainset)
    newcomers = model.fold_in([("z", "50", 0.0), ("y", "14", 1.0)])
    item_ids, scores = newcomers.recommend(["z"], n=3, exclude_seen=False)
    users = {item: len(trainset.ir[trainset.to_inner_iid(item)]) for item in trainset.item_ids}
    counts = sorted(users.values(), reverse=True)[:3]
    assert [users[item] for item in item_ids[0]] == counts
    np.testing.assert_allclose(scores[0], np.array(counts) / trainset.n_users)


def test_history_of_fit_is_gone_after_partial_fit():
    trainset = make_ratings(30, 20, 300, seed=1).build_full_trainset()
    model = ImplicitALS(n_factors=4, n_epochs=3, tol=0.9, random_state=0).fit(trainset)
    assert (len(model.history_["loss"]), model.stopped_by_) == (2, "tol")
    model.partial_fit([("1", "2", 5.0)])
    assert (model.history_, model.stopped_by_) == ({}, "n_epochs")
