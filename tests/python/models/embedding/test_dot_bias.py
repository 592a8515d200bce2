"""DotBias against a reference in NumPy, and what its scaled sigmoid means for lists and fold-in."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import ALS, DotBias, EmbeddingNN, accuracy, make_ratings
from astonish.data.loaders import load_any_file
from astonish.model_selection import train_test_split
from astonish.models.training.sampling import EpochSampler
from astonish.models.training.schedules import one_cycle
from astonish.support.random_state import get_rng

from ..helpers import (
    arrays_of,
    assert_same_state,
    small_ratings,
    split_terms,
    state_of,
    trainset_of,
)
from ..reference_embedding_dot import estimates, train

CASE = {"n_factors": 6, "n_epochs": 3, "batch_size": 16, "lr_max": 0.05, "random_state": 0}


@pytest.fixture(scope="module")
def trainset():
    return make_ratings(60, 40, 1200, seed=1).build_full_trainset()


def fit_reference(trainset, *, n_factors, n_epochs, batch_size, lr_max, wd, biased, y_range, seed):
    """Draw, order and train as `fit` says it does, in NumPy."""
    rng = get_rng(seed)
    n_users, n_items = trainset.n_users, trainset.n_items
    shapes = {"pu": (n_users, n_factors), "qi": (n_items, n_factors)}
    if biased:
        shapes |= {"bu": (n_users,), "bi": (n_items,)}
    parameters = {
        name: np.fmod(rng.standard_normal(shape), 2) * 0.01 for name, shape in shapes.items()
    }
    means = [{name: np.zeros_like(each) for name, each in parameters.items()} for _ in range(2)]
    order = np.random.RandomState(rng.randint(2**31))
    by_user = trainset.by_user
    columns = by_user.row_of_each(), by_user.indices, by_user.values
    sampler = EpochSampler(trainset.n_ratings, batch_size, "permutation", order)
    schedule = one_cycle(n_epochs, sampler.n_batches, lr_max)
    samples = [sampler.next().reshape(sampler.n_batches, -1) for _ in range(n_epochs)]
    batches = [[column[batch] for column in columns] for epoch in samples for batch in epoch]
    losses = train(parameters, *means, batches, *schedule, wd=wd, y_range=y_range)
    return parameters, losses.reshape(n_epochs, -1).mean(axis=1)


@given(
    small_ratings,
    st.integers(0, 20),
    st.integers(1, 40),
    st.booleans(),
    st.sampled_from([None, (0, 5.5)]),
    st.sampled_from([0, 0.1]),
)
def test_float64_equals_the_reference(trainset, n_factors, batch_size, biased, y_range, wd):
    options = {
        "n_factors": n_factors,
        "n_epochs": 3,
        "batch_size": batch_size,
        "lr_max": 0.05,
        "wd": wd,
        "biased": biased,
        "y_range": y_range,
    }
    model = DotBias(**options, dtype="float64", random_state=5).fit(trainset)
    expected, losses = fit_reference(trainset, **options, seed=5)
    for name, array in expected.items():
        np.testing.assert_allclose(getattr(model, name), array, rtol=0, atol=1e-10, err_msg=name)
    np.testing.assert_allclose(model.history_["loss"], losses, rtol=1e-10)


def test_float32_is_near_float64(trainset):
    single, double = (
        DotBias(**CASE, dtype=dtype).fit(trainset) for dtype in ("float32", "float64")
    )
    assert single.pu.dtype == np.float32
    for name in ("pu", "qi", "bu", "bi"):
        np.testing.assert_allclose(getattr(single, name), getattr(double, name), atol=1e-4)


def test_estimates_are_those_of_the_formula(trainset):
    model = DotBias(**CASE, y_range=(0.5, 6), dtype="float64").fit(trainset)
    parameters = {name: getattr(model, name) for name in ("pu", "qi", "bu", "bi")}
    users, items = trainset.by_user.row_of_each(), trainset.by_user.indices
    expected = estimates(parameters, users, items, (0.5, 6))
    found = [
        model.predict(user, item, clip=False).est for user, item, _ in trainset.build_testset()
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_an_unknown_id_contributes_nothing(trainset):
    model = DotBias(**CASE, y_range=(0, 6)).fit(trainset)

    def bounded(x):
        return 6 / (1 + np.exp(-float(x)))

    user, item = trainset.user_ids[3], trainset.item_ids[4]
    assert model.predict("?", item).est == pytest.approx(bounded(model.bi[4]))
    assert model.predict(user, "?").est == pytest.approx(bounded(model.bu[3]))
    assert model.predict("?", "?").est == 3.0
    assert model.predict("?", "?").details == {"was_impossible": False}


@pytest.mark.parametrize(
    ("scale", "expected"), [((1, 5), (0.5, 5.5)), ((0.5, 4.5), (0, 5)), ((3, 3), (2.5, 3.5))]
)
def test_the_automatic_range_is_a_little_wider_than_the_scale(scale, expected):
    model = DotBias(**CASE).fit(trainset_of(("u", "i", 3.0), ("v", "i", 3.0), scale=scale))
    assert model.y_range_ == expected


@pytest.mark.parametrize("tight", [(1, 5), (0, 5), (1, 6), (2, 3)])
def test_a_range_that_ratings_reach_is_warned_of(trainset, tight):
    message = r"tighter than the ratings.*predictions can never reach"
    with pytest.warns(UserWarning, match=message) as caught:
        DotBias(**CASE, y_range=tight).fit(trainset)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("y_range", "error"),
    [
        ((5, 1), ValueError),
        ((1, 1), ValueError),
        ((0, float("nan")), ValueError),
        ((0, float("inf")), ValueError),
        ((0, 10**400), ValueError),
        ((-1e308, 1e308), ValueError),
        (5, TypeError),
        ((1, 2, 3), TypeError),
        ("wide", TypeError),
        (("0", "5"), TypeError),
    ],
)
def test_an_invalid_range_is_refused(trainset, y_range, error):
    with pytest.raises(error, match="y_range must be"):
        DotBias(**CASE, y_range=y_range).fit(trainset)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("n_factors", -1, "n_factors"),
        ("batch_size", 0, "batch_size"),
        ("lr_max", -0.1, "lr_max"),
        ("lr_max", float("nan"), "lr_max"),
        ("wd", -1, "wd"),
        ("sampling", "stratified", "sampling"),
        ("dtype", "float16", "dtype"),
        ("n_epochs", -1, "n_epochs"),
        ("patience", 2, "validation"),
    ],
)
def test_parameters_out_of_range_are_refused_by_name(trainset, name, value, message):
    model = DotBias(**{**CASE, name: value})
    before = state_of(model)
    with pytest.raises(ValueError, match=message):
        model.fit(trainset)
    assert_same_state(model, before)


def test_a_learning_rate_that_is_too_high_stops_with_epoch_and_batch(trainset):
    model = DotBias(**{**CASE, "lr_max": 1e30}, y_range=None)
    with pytest.raises(ValueError, match=r"epoch \d+, batch \d+ diverged: .* learning rate"):
        model.fit(trainset)


def test_the_error_of_a_batch_names_all_that_may_be_too_large():
    ratings = trainset_of(("u", "i", 1e300), ("v", "j", 0.0))
    reasons = r"learning rate \(.* there\), the weight decay \(wd\), the ratings$"
    with pytest.raises(ValueError, match=reasons):
        DotBias(y_range=None, dtype="float64", random_state=0).fit(ratings)


@pytest.mark.parametrize("model", [DotBias, EmbeddingNN])
@pytest.mark.parametrize("rates", [{"lr_max": 1e300}, {"lr_max": 1e10, "wd": 1e300}])
def test_a_last_batch_that_diverges_is_not_kept(trainset, model, rates):
    model = model(n_epochs=1, batch_size=1000, random_state=0, **rates)  # its loss came before
    before = state_of(model)
    with pytest.raises(ValueError, match=r"epoch 0 diverged: pu is not finite; one of .* \(wd\)"):
        model.fit(trainset)
    assert_same_state(model, before)


def test_early_stopping_keeps_the_best_epoch(trainset):
    overfit = {**CASE, "n_epochs": 40, "wd": 0, "n_factors": 30}
    model = DotBias(**overfit, validation=0.2, patience=3).fit(trainset)
    errors = model.history_["validation_rmse"]
    best = int(np.argmin(errors))
    assert len(errors) == best + 4 < 40
    again = DotBias(**overfit, validation=0.2, callback=lambda epoch, _: epoch == best)
    np.testing.assert_array_equal(again.fit(trainset).pu, model.pu)


def test_sampling_with_replacement_is_another_training(trainset):
    once, twice = (
        DotBias(**CASE, sampling=sampling).fit(trainset).pu
        for sampling in ("permutation", "replacement")
    )
    assert not np.array_equal(once, twice)


def test_lists_are_the_items_of_the_highest_estimates(trainset):
    model = DotBias(**CASE).fit(trainset)
    users = trainset.user_ids[:10]
    item_ids, scores = model.recommend(users, n=5, exclude_seen=False)
    for user, items, its_scores in zip(users, item_ids, scores, strict=True):
        everything = model.predict_many([user] * trainset.n_items, trainset.item_ids)
        order = np.argsort(-everything, kind="stable")[:5]
        assert items.tolist() == [trainset.item_ids[place] for place in order]
        np.testing.assert_allclose(its_scores, everything[order], rtol=1e-12)


@pytest.mark.parametrize("exclude_seen", [True, False])
def test_boosts_are_added_to_estimates_behind_the_sigmoid(trainset, exclude_seen):
    model = DotBias(**CASE).fit(trainset)
    user, boosts = trainset.user_ids[0], dict.fromkeys(trainset.item_ids[::3], 0.3)
    item_ids, scores = model.recommend([user], n=6, exclude_seen=exclude_seen, boosts=boosts)
    seen = set(trainset.by_user.row(0)[0].tolist()) if exclude_seen else set()
    expected = {
        item: model.predict(user, item, clip=False).est + boosts.get(item, 0)
        for place, item in enumerate(trainset.item_ids)
        if place not in seen
    }
    best = sorted(expected, key=expected.get, reverse=True)[:6]
    assert item_ids[0].tolist() == best
    np.testing.assert_allclose(scores[0], [expected[item] for item in best], rtol=1e-12)


@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
@pytest.mark.parametrize("side", ["user", "item"])
def test_who_is_folded_in_is_at_the_optimum(trainset, y_range, side):
    """Moves of the solution in any direction raise the regularised squared error."""
    model = DotBias(**CASE, y_range=y_range, dtype="float64").fit(trainset)
    known = trainset.item_ids if side == "user" else trainset.user_ids
    pairs = [(place, 1.0 + place % 5) for place in range(0, 30, 2)]
    ratings = [("new", known[k], r) if side == "user" else (known[k], "new", r) for k, r in pairs]
    folded = model.fold_in(ratings, side=side)
    fixed, biases = (model.qi, model.bi) if side == "user" else (model.pu, model.bu)
    factors, bias = (folded.pu, folded.bu) if side == "user" else (folded.qi, folded.bi)
    rows, targets = np.array([k for k, _ in pairs]), np.array([r for _, r in pairs])
    reg = 0.5 if y_range is None else 0.2 * 5.5**2

    def objective(solution):
        of_one = {"pu": solution[np.newaxis, :-1], "bu": solution[-1:], "qi": fixed, "bi": biases}
        errors = estimates(of_one, np.zeros(len(rows), int), rows, y_range) - targets
        return errors @ errors + reg * solution @ solution

    solution = np.append(factors[0], bias[0])
    least = objective(solution)
    for direction in np.eye(len(solution)):
        for step in (0.01, -0.01):
            assert objective(solution + step * direction) > least


def test_someone_folded_in_alone_or_among_others_is_the_same(trainset):
    model = DotBias(**CASE).fit(trainset)
    ratings = trainset.build_testset()[:200]
    user = ratings[0][0]
    alone = model.fold_in([each for each in ratings if each[0] == user])
    among = model.fold_in(ratings)
    row = among.trainset.to_inner_uid(user)
    np.testing.assert_array_equal(alone.pu[0], among.pu[row])


def test_explain_needs_a_sum(trainset):
    user, item = trainset.user_ids[0], trainset.item_ids[0]
    with pytest.raises(TypeError, match="explain needs y_range=None"):
        DotBias(**CASE).fit(trainset).explain(user, item)
    model = DotBias(**CASE, y_range=None, dtype="float64").fit(trainset)
    _, contributions, others = split_terms(model.explain(user, item, n=None))
    known = [each for each in trainset.build_testset() if each[0] == user]
    folded = model.fold_in(known).predict(user, item, clip=False).est
    assert contributions.sum() + others["(item bias)"] == pytest.approx(folded, abs=1e-4)


def test_programs_in_cpp_are_given_sums_alone(trainset, tmp_path):
    """They know no sigmoid, so they find no factors in the file of a model that has one."""
    for y_range, has_factors in ((None, True), ((0, 5.5), False)):
        DotBias(**CASE, y_range=y_range).fit(trainset).save(tmp_path / "model.npz")
        header = json.loads(arrays_of(tmp_path / "model.npz")["header"].tobytes())
        assert (header["kind"] == "factors") is has_factors
        assert ("factors" in header) is has_factors


def test_it_learns_as_much_as_its_peers(real_data):
    data = load_any_file(real_data / "ml-100k" / "u.data", rating_scale=(1, 5))
    train, test = train_test_split(data, random_state=0)
    error = accuracy.rmse(DotBias(random_state=0).fit(train).test(test), verbose=False)
    assert error < 0.92
    assert error < accuracy.rmse(ALS(random_state=0).fit(train).test(test), verbose=False) + 0.01
