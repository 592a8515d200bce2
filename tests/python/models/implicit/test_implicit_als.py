"""ImplicitALS against its papers, what its parameters mean, and what it takes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix, csr_matrix

from astonish import Dataset, ImplicitALS, Reader, Trainset, make_ratings

from .. import reference_implicit as reference
from ..helpers import assert_same_state, split_terms, state_of

SOLVERS = ("cholesky", "cg", "ials++")
OBJECTIVE = {"alpha": 3.0, "alpha0": 0.7, "reg": 0.05, "nu": 0.6}  # four different constants


def random_plays(n_users=60, n_items=45, seed=0, density=0.2):
    rng = np.random.RandomState(seed)
    counts = rng.poisson(3, (n_users, n_items)) * (rng.uniform(size=(n_users, n_items)) < density)
    counts[[0, n_users // 2]] = 0  # users without interactions
    counts[:, 7] = 0
    return csr_matrix(counts.astype(float))


def checkerboard(n=20):
    """Even users interact with even items, odd ones with odd items, all but the diagonal."""
    board = np.add.outer(np.arange(n), np.arange(n)) % 2 == 0
    return csr_matrix((board & ~np.eye(n, dtype=bool)).astype(float))


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


def double(**parameters):
    return ImplicitALS(**{"random_state": 0, "dtype": "float64", **OBJECTIVE, **parameters})


# Against the reference


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


# What fit takes


def test_frames_and_trainsets_and_matrices_say_the_same():
    pd = pytest.importorskip("pandas")
    plays = coo_matrix(random_plays())
    frame = pd.DataFrame({"user": plays.row, "item": plays.col, "plays": plays.data})
    data = Dataset.load_from_df(frame, Reader(rating_scale=(0, 100)))
    options = {"n_factors": 4, "n_epochs": 2}
    from_frame = double(**options).fit(frame)
    from_trainset = double(**options).fit(data.build_full_trainset())
    assert isinstance(from_frame.trainset, Trainset)
    np.testing.assert_array_equal(from_frame.pu, from_trainset.pu)
    np.testing.assert_array_equal(from_frame.qi, from_trainset.qi)


def test_a_frame_without_weights_has_weights_of_one():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"user": ["u", "u", "v"], "item": ["i", "j", "j"]})
    model = double(n_factors=2).fit(frame)
    expected = double(n_factors=2).fit(frame.assign(weight=1.0))
    np.testing.assert_array_equal(model.pu, expected.pu)


def test_rows_and_columns_of_a_matrix_are_ids_even_where_they_are_empty():
    model = double(n_factors=3, n_epochs=2).fit(random_plays())
    assert model.trainset.user_ids == list(range(60))
    assert model.trainset.item_ids == list(range(45))
    assert not model.pu[0].any()
    assert not model.qi[7].any()


@pytest.mark.parametrize("solver", SOLVERS)
def test_whoever_is_empty_gets_what_is_popular(solver):
    plays = csr_matrix([[1, 1, 0, 0], [0, 5, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0], [0, 2, 0, 1.0]])
    model = double(n_factors=2, solver=solver).fit(plays)
    item_ids, scores = model.recommend([3, 0], n=4)
    assert item_ids[0].tolist() == [1, 3, 0, None]
    assert scores[0, :3].tolist() == [0.8, 0.4, 0.2]
    assert item_ids[1].tolist() == [3, None, None, None]
    filtered, _ = model.recommend([3], n=2, filter_items=[1])
    assert filtered[0].tolist() == [3, 0]


@pytest.mark.parametrize("weight", [-1.0, -1e-300])
def test_a_negative_weight_is_refused(weight):
    model = double(n_factors=2).fit(random_plays())
    before = state_of(model)
    message = rf"interaction number 1 \(user 1, item 0\) has the weight {weight}.*not be negative"
    with pytest.raises(ValueError, match=message):
        model.fit(csr_matrix([[0, 2.0], [weight, 1.0]]))
    assert_same_state(model, before)


@pytest.mark.parametrize("what", [[("u", "i", 3.0)], None, np.eye(2), "plays"])
def test_what_is_no_interactions_is_a_type_error(what):
    with pytest.raises(TypeError, match=f"got {type(what).__name__}"):
        double().fit(what)


def test_an_empty_matrix_is_refused():
    with pytest.raises(ValueError, match="empty"):
        double().fit(csr_matrix((3, 2)))


# Who was not in training, and why


def interactions_of(model, user, as_user):
    """What a user of the training set did, as (user, item, weight)."""
    items, values = model.trainset.by_user.row(user)
    return [(as_user, int(item), weight) for item, weight in zip(items, values, strict=True)]


def test_who_did_what_a_user_did_is_folded_in_as_that_user_is():
    model = double(n_factors=7).fit(random_plays())
    repeated = [*interactions_of(model, 3, "he"), *interactions_of(model, 5, "she"), ("he", 1, 0)]
    folded = model.fold_in(repeated)
    assert type(folded) is ImplicitALS
    assert folded.qi is model.qi
    assert folded.trainset.user_ids == ["he", "she"]
    np.testing.assert_allclose(folded.pu, model.pu[[3, 5]], rtol=0, atol=1e-12)
    item_ids, scores = folded.recommend(["he"], n=4)
    expected_ids, expected_scores = model.recommend([3], n=4)
    np.testing.assert_array_equal(item_ids, expected_ids)
    np.testing.assert_allclose(scores, expected_scores, rtol=0, atol=1e-12)


def test_interactions_of_every_form_are_folded_in():
    plays = random_plays()
    model = double(n_factors=7).fit(plays)
    folded = model.fold_in(plays)
    assert folded.trainset.user_ids == [user for user in range(60) if plays[user].nnz]
    np.testing.assert_allclose(folded.pu, model.pu[folded.trainset.user_ids], rtol=0, atol=1e-12)
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"user": ["a", "a", "b"], "item": [1, 2, 2]})
    expected = model.fold_in([("a", 1, 1.0), ("a", 2, 1.0), ("b", 2, 1.0)])
    np.testing.assert_array_equal(model.fold_in(frame).pu, expected.pu)
    for nothing in (csr_matrix((3, 45)), frame[:0], []):
        with pytest.raises(ValueError, match="interactions is empty"):
            model.fold_in(nothing)


@pytest.mark.parametrize("solver", SOLVERS)
def test_new_items_are_solved_exactly(solver):
    model = double(n_factors=6, solver=solver).fit(random_plays())
    plays = [(1, "new", 2.0), (2, "new", 1.0), (4, "other", 1.0)]
    folded = model.fold_in(plays, side="item")
    dense = np.zeros((2, model.trainset.n_users))
    dense[[0, 0, 1], [1, 2, 4]] = [2.0, 1.0, 1.0]
    expected = reference.cholesky(dense, model.pu, np.zeros((2, 6)), **OBJECTIVE)
    np.testing.assert_allclose(folded.qi, expected, rtol=0, atol=1e-9)


def test_folding_in_refuses_negative_weights():
    model = double(n_factors=2).fit(random_plays())
    with pytest.raises(ValueError, match=r"user 'me', item 1\) has the weight -2"):
        model.fold_in([("me", 1, -2.0)])


def test_the_estimate_is_the_sum_of_what_explains_it():
    model = double(n_factors=6).fit(random_plays())
    for user, item in ((1, 2), (9, 30), (40, 11)):
        item_ids, contributions, others = split_terms(model.explain(user, item, n=None))
        assert not others
        estimate = model.predict(user, item).est
        assert contributions.sum() == pytest.approx(estimate, abs=1e-9)
        assert sorted(item_ids) == sorted(model.trainset.by_user.row(user)[0])
        assert contributions.tolist() == sorted(contributions, reverse=True)


def test_a_contribution_is_what_the_estimate_loses_with_its_interaction():
    """Up to the confidence, which stays: only the preference of the pair becomes zero."""
    model = double(n_factors=4).fit(random_plays())
    dense = reference.weights(model.trainset)
    (matrix, right), item = list(reference.systems(dense, model.qi, **OBJECTIVE))[1], 2
    item_ids, contributions = model.explain(1, item, n=1)
    confidence = OBJECTIVE["alpha0"] + OBJECTIVE["alpha"] * dense[1, item_ids[0]]
    without = right - confidence * model.qi[item_ids[0]]
    loss = model.qi[item] @ np.linalg.solve(matrix, right - without)
    assert contributions[0] == pytest.approx(loss, abs=1e-9)


def test_repeated_pairs_share_their_contribution():
    apart = coo_matrix(([1, 2, 0, 4.0], ([0, 0, 0, 1], [0, 0, 1, 1])), shape=(2, 2))
    model = double(n_factors=2, reg=0.5).fit(apart)
    item_ids, contributions = model.explain(0, 0, n=None)
    assert item_ids.tolist() == [0, 0, 1]
    assert contributions[0] == contributions[1] > contributions[2] == 0
    assert contributions.sum() == pytest.approx(model.predict(0, 0).est, abs=1e-9)


def test_partial_fit_solves_affected_rows():
    plays = random_plays()
    model = double(n_factors=5).fit(plays)
    before = state_of(model)
    model.partial_fit([(4, 9, 2.0), ("new", 9, 1.0), ("new", "fresh", 3.0)])
    assert model.trainset.user_ids == [*range(60), "new"]
    assert model.trainset.item_ids == [*range(45), "fresh"]
    others = np.delete(np.arange(60), 4)
    np.testing.assert_array_equal(model.pu[others], before["pu"][others])
    np.testing.assert_array_equal(np.delete(model.qi[:45], 9, 0), np.delete(before["qi"], 9, 0))
    dense = reference.weights(model.trainset)
    assert dense[4, 9] == plays[4, 9] + 2
    exact = reference.cholesky(dense, model.qi, model.pu, **OBJECTIVE)
    np.testing.assert_allclose(model.pu[[4, 60]], exact[[4, 60]], rtol=0, atol=1e-9)
    assert model.qi[45].any()


def test_partial_fit_takes_what_fit_takes():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"user": [4, 5], "item": [9, 9]})
    matrix = coo_matrix(([1.0, 1.0], ([4, 5], [9, 9])), shape=(60, 45))
    by_frame, by_matrix = (
        double(n_factors=3).fit(random_plays()).partial_fit(each) for each in (frame, matrix)
    )
    np.testing.assert_array_equal(by_frame.pu, by_matrix.pu)
    before = state_of(by_frame)
    with pytest.raises(ValueError, match="the weight -1"):
        by_frame.partial_fit([(4, 9, -1.0)])
    assert_same_state(by_frame, before)


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
