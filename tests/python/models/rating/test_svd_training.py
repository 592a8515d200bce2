"""How SVD is trained, whatever the solver: weights, early stopping, and ratings that come later."""

import numpy as np
import pytest

from astonish import SVD, Dataset, Reader, accuracy, make_ratings
from astonish.data.loaders import load_any_file
from astonish.model_selection import train_test_split

from .. import reference
from ..helpers import assert_same_state, state_of, trainset_of

ARRAYS = ("pu", "qi", "bu", "bi")
SOLVERS = ("sequential", "bitwise", "parallel")
pytestmark = pytest.mark.parametrize("solver", SOLVERS)


def make(solver, **parameters):
    return SVD(**{"n_factors": 5, "n_epochs": 4, "random_state": 0, "solver": solver, **parameters})


def assert_same_arrays(ours, theirs):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


# History, early stopping, callbacks


def test_history_has_the_rmse_of_each_epoch(trainset, solver):
    model = make(solver).fit(trainset)
    errors = model.history_["rmse"]
    assert list(model.history_) == ["rmse"]
    assert len(errors) == 4
    assert errors == sorted(errors, reverse=True)
    start = reference.estimates(make(solver, n_epochs=0).fit(trainset))
    squares = [(rating - start[u, i]) ** 2 for u, i, rating in trainset.all_ratings()]
    # The first epoch improves while it measures.
    assert 0.8 * np.sqrt(np.mean(squares)) < errors[0] < np.sqrt(np.mean(squares))


def test_a_share_is_held_out_and_measured(trainset, solver):
    model = make(solver, validation=0.1, n_epochs=10).fit(trainset)
    assert len(model.history_["validation_rmse"]) == 10
    assert model.history_["validation_rmse"][-1] < model.history_["validation_rmse"][0]
    assert model.trainset is trainset
    assert (model.pu != make(solver, n_epochs=10).fit(trainset).pu).any()


def test_a_test_set_only_measures(trainset, solver):
    testset = trainset.build_testset()[:100]
    model = make(solver, validation=testset).fit(trainset)
    assert_same_arrays(model, make(solver).fit(trainset))
    error = accuracy.rmse(model.test(testset), verbose=False)
    assert model.history_["validation_rmse"][-1] == pytest.approx(error, rel=0, abs=1e-12)


def test_patience_keeps_the_best_epoch(trainset, solver):
    testset = trainset.build_testset()[::7]
    wrong = [(user, item, 6 - rating) for user, item, rating in testset]  # every epoch is worse
    model = make(solver, validation=wrong, patience=2, n_epochs=50).fit(trainset)
    errors = model.history_["validation_rmse"]
    best = int(np.argmin(errors))
    assert len(errors) == best + 3 < 50
    assert_same_arrays(model, make(solver, n_epochs=best + 1).fit(trainset))


def test_a_callback_hears_of_each_epoch_and_may_stop(trainset, solver):
    heard = []
    model = make(solver)
    model.callback = lambda epoch, losses: heard.append((epoch, losses["rmse"])) or epoch == 1
    model.fit(trainset)
    assert heard == list(enumerate(model.history_["rmse"]))
    assert_same_arrays(model, make(solver, n_epochs=2).fit(trainset))


def test_an_error_of_a_callback_leaves_the_model_as_it_was(trainset, other_trainset, solver):
    def callback(epoch, _losses):
        if epoch == 1:
            raise RuntimeError("mine")

    model = make(solver).fit(trainset)
    model.callback = callback
    before = state_of(model)
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(other_trainset)
    assert_same_state(model, before)


def test_what_cannot_be_saved_is_left_out(trainset, solver, tmp_path):
    testset = trainset.build_testset()[:3]
    model = make(solver, callback=lambda *_: None, validation=testset, patience=9)
    model.fit(trainset).save(tmp_path / "model.npz")
    loaded = SVD.load(tmp_path / "model.npz")
    assert_same_arrays(loaded, model)
    assert (loaded.callback, loaded.validation, loaded.patience) == (None, None, None)
    assert loaded.history_ == model.history_
    assert_same_arrays(loaded.fit(trainset), model)


# Weights


def test_weights_of_one_change_nothing(trainset, solver):
    weighted = make(solver).fit(trainset, sample_weight=np.ones(trainset.n_ratings))
    plain = make(solver).fit(trainset)
    assert_same_arrays(weighted, plain)
    assert weighted.history_ == plain.history_


def test_weights_are_in_the_order_of_all_ratings(trainset, solver):
    users = np.array([u for u, _, _ in trainset.all_ratings()])
    model = make(solver, reg_all=0).fit(trainset, sample_weight=(users < 50).astype(int).tolist())
    initial = make(solver, n_epochs=0).fit(trainset)
    assert (model.pu[:50] != initial.pu[:50]).any(axis=1).all()
    np.testing.assert_array_equal(model.pu[50:], initial.pu[50:])
    assert not model.bu[50:].any()


def test_weights_follow_the_ratings_that_are_left(trainset, solver):
    weights = np.random.default_rng(0).uniform(0, 2, trainset.n_ratings)
    model = make(solver, validation=0.5).fit(trainset, sample_weight=weights)
    unweighted = make(solver, validation=0.5).fit(trainset)
    assert (model.pu != unweighted.pu).any()
    assert np.isfinite(model.history_["rmse"]).all()


def test_all_that_has_a_weight_may_be_held_out(trainset, solver):
    weights = np.zeros(trainset.n_ratings)
    weights[0] = 1
    for seed in range(4):
        model = make(solver, validation=0.5, random_state=seed)
        assert np.isfinite(model.fit(trainset, sample_weight=weights).history_["rmse"]).all()


def test_a_step_with_a_weight_by_hand(solver):
    trainset = trainset_of(("u", "i", 4.0), ("v", "j", 2.0))
    how = {"n_factors": 0, "n_epochs": 1, "lr_all": 0.5, "reg_all": 0.5}
    model = make(solver, **how).fit(trainset, sample_weight=[0.25, 2.0])
    # mean 3, errors 1 and -1
    assert model.bu.tolist() == [0.125, -1.0]
    assert model.bi.tolist() == [0.125, -1.0]
    assert model.history_["rmse"] == [1.0]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], r"one weight for each of the 4000 ratings, got an array of shape \(1,\)"),
        (np.ones((4000, 1)), r"got an array of shape \(4000, 1\)"),
        (np.r_[np.ones(3999), -1], r"sample_weight\[3999\] must be finite and at least 0, got -1"),
        (
            np.r_[np.nan, np.ones(3999)],
            r"sample_weight\[0\] must be finite .* got nan",
        ),
        (np.zeros(4000), "sample_weight must not be all zeros"),
        (["a"] * 4000, "sample_weight must hold real numbers, got an array of <U1"),
        (np.ones(4000, complex), "sample_weight must hold real numbers, got .* complex128"),
        ({}, "sample_weight must hold real numbers, got an array of object"),
    ],
)
def test_wrong_weights_are_refused(trainset, solver, weights, message):
    model = make(solver)
    before = state_of(model)
    with pytest.raises((TypeError, ValueError), match=message):
        model.fit(trainset, sample_weight=weights)
    assert_same_state(model, before)


def test_a_subclass_may_train_in_its_own_way(trainset, solver):
    class Mine(SVD):
        def sgd(self, trainset):
            super().sgd(trainset)
            self.bu = self.bu + 1

    model = Mine(n_factors=5, n_epochs=4, random_state=0, solver=solver).fit(trainset)
    np.testing.assert_array_equal(model.bu, make(solver).fit(trainset).bu + 1)


# Ratings that come later

NEW = [("1", "new item", 4.0), ("new user", "2", 2.0), ("new user", "new item", 5.0)]


def test_known_users_and_items_keep_their_inner_ids(trainset, solver):
    model = make(solver).fit(trainset)
    assert model.partial_fit(NEW) is model
    union = model.trainset
    assert union.user_ids == [*trainset.user_ids, "new user"]
    assert union.item_ids == [*trainset.item_ids, "new item"]
    assert union.n_ratings == trainset.n_ratings + 3
    assert [len(getattr(model, name)) for name in ARRAYS] == [201, 151, 201, 151]
    assert {getattr(model, name).dtype for name in ARRAYS} == {
        np.dtype(np.float32 if solver == "parallel" else np.float64)
    }
    assert not model.predict("new user", "new item").details["was_impossible"]
    assert model.recommend(["new user"], n=200)[0][0].tolist().count(None) == 200 - 149


def test_new_rows_come_from_random_state_and_old_ones_from_the_model(trainset, solver):
    model = make(solver).fit(trainset)
    before = model.pu.copy(), model.qi.copy()
    model.partial_fit(NEW, n_epochs=0)
    np.testing.assert_array_equal(model.pu[:-1], before[0])
    np.testing.assert_array_equal(model.qi[:-1], before[1])
    again = make(solver).fit(trainset).partial_fit(NEW, n_epochs=0)
    assert_same_arrays(model, again)
    assert (model.pu[-1] != before[0]).any(axis=1).all()
    assert 0.01 < np.abs(model.pu[-1]).max() < 0.5


def test_estimates_of_known_pairs_stay_when_only_the_mean_moves(trainset, solver):
    model = make(solver).fit(trainset)
    pairs = trainset.build_testset()[::11]
    before = [model.predict(user, item, clip=False).est for user, item, _ in pairs]
    with pytest.warns(UserWarning, match="go beyond rating_scale"):
        model.partial_fit([("someone", "something", 1000.0)] * 50, n_epochs=0)
    assert model.trainset.global_mean > trainset.global_mean + 5
    after = [model.predict(user, item, clip=False).est for user, item, _ in pairs]
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-4 if solver == "parallel" else 1e-12)


def test_only_what_has_new_ratings_is_trained(trainset, solver):
    model = make(solver).fit(trainset)
    before = model.pu.copy(), model.qi.copy()
    model.partial_fit([("1", "2", 1.0)])
    moved = (model.pu != before[0]).any(axis=1), (model.qi != before[1]).any(axis=1)
    assert np.flatnonzero(moved[0]).tolist() == [trainset.to_inner_uid("1")]
    assert np.flatnonzero(moved[1]).tolist() == [trainset.to_inner_iid("2")]


@pytest.mark.parametrize(("n_epochs", "expected"), [(None, 2), (0, 0), (3, 3)])
def test_it_passes_an_eighth_as_often_or_as_asked(trainset, solver, n_epochs, expected):
    model = make(solver, n_epochs=9).fit(trainset).partial_fit(NEW, n_epochs)
    assert len(model.history_.get("rmse", [])) == expected


def test_forms_of_ratings(trainset, solver):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(NEW, columns=["user", "item", "rating"])
    data = Dataset.load_from_df(frame, Reader(rating_scale=(1, 5)))
    expected = make(solver).fit(trainset).partial_fit(NEW)
    for ratings in (frame, data, iter(NEW), list(map(list, NEW))):
        assert_same_arrays(make(solver).fit(trainset).partial_fit(ratings), expected)
    # A training set keeps its ratings by user, which is their order here.
    model = make(solver).fit(trainset).partial_fit(data.build_full_trainset())
    assert_same_arrays(model, expected)


@pytest.mark.parametrize(
    ("ratings", "error", "message"),
    [
        ([], ValueError, "ratings is empty"),
        ([("u", "i")], TypeError, r"ratings\[0\] must be \(user id, item id, rating\)"),
        ([*NEW, ("u", "i", float("nan"))], ValueError, "must be a finite number"),
        ([("u", "i", "five")], ValueError, "could not convert string to float"),
        ("ratings.csv", TypeError, "ratings must be a Dataset, a Trainset, a frame or a list"),
        (3, TypeError, "ratings must be a Dataset, a Trainset, a frame or a list"),
    ],
)
def test_wrong_ratings_leave_the_model_as_it_was(trainset, solver, ratings, error, message):
    model = make(solver).fit(trainset)
    before = state_of(model)
    with pytest.raises(error, match=message):
        model.partial_fit(ratings)
    assert_same_state(model, before)


@pytest.mark.parametrize("n_epochs", [-1, 1.5, True])
def test_wrong_epochs_leave_the_model_as_it_was(trainset, solver, n_epochs):
    model = make(solver).fit(trainset)
    before = state_of(model)
    with pytest.raises((TypeError, ValueError), match=f"n_epochs must be .*got {n_epochs}"):
        model.partial_fit(NEW, n_epochs)
    assert_same_state(model, before)


def test_diverging_leaves_the_model_as_it_was(trainset, solver):
    model = make(solver).fit(trainset)
    model.lr_pu = 1e30
    before = state_of(model)
    with pytest.raises(ValueError, match="diverged in epoch"):
        model.partial_fit(NEW * 20, n_epochs=20)
    assert_same_state(model, before)


def test_a_model_that_is_not_fitted_says_so(solver):
    with pytest.raises(ValueError, match="this SVD is not fitted"):
        make(solver).partial_fit(NEW)


def test_a_loaded_model_learns_on(trainset, solver, tmp_path):
    model = make(solver).fit(trainset)
    model.save(tmp_path / "model.npz")
    loaded = SVD.load(tmp_path / "model.npz")
    assert_same_arrays(loaded.partial_fit(NEW), model.partial_fit(NEW))


def errors_after_new_ratings(solver, data, is_new):
    """The RMSE on a tenth of the ratings: before, after `partial_fit`, and of a fit to all."""
    trainset, testset = train_test_split(data, test_size=0.1, random_state=0)
    ratings = trainset.build_testset()
    old = [rating for place, rating in enumerate(ratings) if not is_new(place, rating)]
    new = [rating for place, rating in enumerate(ratings) if is_new(place, rating)]
    model = SVD(random_state=0, solver=solver).fit(trainset_of(*old))
    before = accuracy.rmse(model.test(testset), verbose=False)
    after = accuracy.rmse(model.partial_fit(new).test(testset), verbose=False)
    full = accuracy.rmse(model.fit(model.trainset).test(testset), verbose=False)
    return before, after, full


def test_new_ratings_bring_the_error_near_that_of_a_full_fit(solver):
    data = make_ratings(400, 300, 20_000, seed=3)
    newcomers = {str(user) for user in range(1, 41)}
    for is_new in (lambda place, _: place % 5 == 0, lambda _, rating: rating[0] in newcomers):
        before, after, full = errors_after_new_ratings(solver, data, is_new)
        assert after < before
        assert after < full + 0.015


def test_new_ratings_of_movielens(real_data, solver):
    data = load_any_file(real_data / "ml-100k" / "u.data", rating_scale=(1, 5))
    before, after, full = errors_after_new_ratings(solver, data, lambda place, _: place % 10 == 0)
    assert after < before
    assert after < full + 0.01


def test_one_later_rating_is_learned_by_a_model_that_validates(solver, trainset):
    model = make(solver, n_epochs=8, validation=0.1, patience=2).fit(trainset)
    before = model.predict("1", "2", clip=False).est
    model.partial_fit([("1", "2", 5.0)])
    assert model.predict("1", "2", clip=False).est > before
    assert list(model.history_) == ["rmse"]
