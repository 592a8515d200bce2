"""What `fit` takes beside the training set reaches it, cut as the fold is."""

import copy

import joblib
import numpy as np
import pytest

from astonish import ALS, SVD, AlgoBase, Trainset
from astonish.data.dataset import DatasetAutoFolds, DatasetUserFolds
from astonish.data.ratings import Ratings
from astonish.evaluation.scoring import fit_and_score
from astonish.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneOut,
    RandomizedSearchCV,
    RepeatedKFold,
    ShuffleSplit,
    cross_validate,
    train_test_split,
)

FOLDS = KFold(3, random_state=1)


class Weighted(AlgoBase):
    """Remembers what `fit` was given; estimates 3."""

    seen: list = []  # noqa: RUF012  shared on purpose

    def __init__(self, name=None):
        super().__init__()
        self.name = name

    def fit(self, trainset, *, sample_weight=None, features=None):
        super().fit(trainset)
        self.seen.append((trainset, sample_weight, features))
        return self

    def estimate(self, *_):
        return 3


@pytest.fixture(autouse=True)
def _forget():
    Weighted.seen.clear()


@pytest.fixture
def weights(data):
    """A weight around 1 for each rating of the data; all differ."""
    n = len(data.raw_ratings)
    return np.random.RandomState(0).permutation(n) / n + 0.5


def weight_of_pair(data, weights):
    rows = zip(data.raw_ratings, weights, strict=True)
    return {(user, item): weight for (user, item, _, _), weight in rows}


def check_seen(data, weights, n_fits):
    """Every weight went to the rating it was given for."""
    expected = weight_of_pair(data, weights)
    assert len(expected) == len(weights), "pairs of the data must differ"
    assert len(Weighted.seen) == n_fits
    for trainset, sample_weight, _ in Weighted.seen:
        pairs = [
            (trainset.to_raw_uid(user), trainset.to_raw_iid(item))
            for user, item, _ in trainset.all_ratings()
        ]
        assert sample_weight.tolist() == [expected[pair] for pair in pairs]


class EveryOther:
    """A splitter of the user that slices the ratings."""

    def split(self, data):
        train, test = data.raw_ratings[::2], data.raw_ratings[1::2]
        yield data.construct_trainset(train), data.construct_testset(test)


class AllAtOnce:
    """A splitter of the user that makes its folds before it yields them."""

    def split(self, data):
        return iter([train_test_split(data, random_state=seed) for seed in range(3)])


@pytest.mark.parametrize(
    ("splitter", "n_fits"),
    [
        (FOLDS, 3),
        (KFold(2, shuffle=False), 2),
        (RepeatedKFold(2, 2, random_state=0), 4),
        (ShuffleSplit(2, random_state=0), 2),
        (LeaveOneOut(2, random_state=0, min_n_ratings=1), 2),
        (EveryOther(), 1),
        (AllAtOnce(), 3),
    ],
)
def test_every_splitter_cuts_weights_as_ratings(data, weights, splitter, n_fits):
    cross_validate(Weighted(), data, cv=splitter, fit_params={"sample_weight": weights})
    check_seen(data, weights, n_fits)


@pytest.mark.parametrize(
    "model", [SVD(n_epochs=3, random_state=0), ALS(n_epochs=2, random_state=0)]
)
def test_weighted_folds_are_those_fitted_by_hand(data, weights, model):
    result = cross_validate(model, data, ["rmse"], FOLDS, fit_params={"sample_weight": weights})
    expected = weight_of_pair(data, weights)
    for fold, (trainset, testset) in enumerate(FOLDS.split(data)):
        by_hand = [
            expected[trainset.to_raw_uid(user), trainset.to_raw_iid(item)]
            for user, item, _ in trainset.all_ratings()
        ]
        model.fit(trainset, sample_weight=by_hand)
        errors = [row.r_ui - row.est for row in model.test(testset)]
        assert result["test_rmse"][fold] == np.sqrt(np.mean(np.square(errors)))
    unweighted = cross_validate(model, data, ["rmse"], FOLDS)
    assert (unweighted["test_rmse"] != result["test_rmse"]).all()


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_a_column_may_be_of_any_kind(data, weights, kind):
    cross_validate(Weighted(), data, cv=FOLDS, fit_params={"sample_weight": kind(weights)})
    check_seen(data, weights, 3)


def test_a_column_may_be_a_series(data, weights):
    pandas = pytest.importorskip("pandas", reason="a series is one of pandas")
    column = pandas.Series(weights, index=np.arange(len(weights))[::-1])
    cross_validate(Weighted(), data, cv=FOLDS, fit_params={"sample_weight": column})
    check_seen(data, weights, 3)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_jobs_change_nothing(data, weights, backend):
    model = SVD(n_epochs=3, random_state=0)
    options = {"cv": FOLDS, "fit_params": {"sample_weight": weights}}
    expected = cross_validate(model, data, **options)
    with joblib.parallel_config(backend):
        result = cross_validate(model, data, **options, n_jobs=2)
    assert result["test_rmse"].tolist() == expected["test_rmse"].tolist()


@pytest.mark.parametrize("value", [None, {"u1": [0.5]}, "text", np.ones((3, 2)), [("u1", 2.0)], 7])
def test_anything_else_passes_unchanged(data, value):
    cross_validate(Weighted(), data, cv=FOLDS, fit_params={"features": value})
    assert all(features is value for _, _, features in Weighted.seen)


def test_the_data_set_stays_as_it_was(data, weights):
    before, ratings = dict(vars(data)), data.raw_ratings.copy()
    cross_validate(Weighted(), data, cv=FOLDS, fit_params={"sample_weight": weights})
    assert data.raw_ratings == ratings
    assert vars(data).keys() == before.keys()
    assert "construct_trainset" not in vars(data)


def test_reassigned_raw_ratings_are_what_weights_belong_to(data, weights):
    data = copy.copy(data)
    data.raw_ratings = data.raw_ratings[::-1][:60]
    cross_validate(Weighted(), data, cv=FOLDS, fit_params={"sample_weight": weights[:60]})
    check_seen(data, weights[:60], 3)


class OwnData:
    """A data set of the user's own making."""

    def __init__(self, data):
        self.raw_ratings = data.raw_ratings
        self._data = data

    def construct_trainset(self, raw_trainset):
        return self._data.construct_trainset(raw_trainset)

    def construct_testset(self, raw_testset):
        return self._data.construct_testset(raw_testset)


def test_a_data_set_of_the_users_own_making(data, weights):
    cross_validate(Weighted(), OwnData(data), cv=FOLDS, fit_params={"sample_weight": weights})
    check_seen(data, weights, 3)


# Searches


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_search_cuts_for_folds_and_refits_with_all(data, weights, n_jobs):
    options = {"cv": FOLDS, "refit": True, "fit_params": {"sample_weight": weights}}
    GridSearchCV(Weighted, {"name": ["a", "b"]}, ["mae"], n_jobs=n_jobs, **options).fit(data)
    check_seen(data, weights, 2 * 3 + 1)
    trainset, sample_weight, _ = Weighted.seen[-1]
    assert trainset.n_ratings == len(sample_weight) == len(weights)


def test_a_random_search_cuts_too(data, weights):
    options = {"cv": FOLDS, "fit_params": {"sample_weight": weights}}
    RandomizedSearchCV(Weighted, {"name": ["a", "b"]}, 2, ["mae"], **options).fit(data)
    check_seen(data, weights, 2 * 3)


def test_a_search_finds_what_weighted_folds_say(data, weights):
    grid = {"n_epochs": [1, 5], "random_state": [0]}
    options = {"cv": FOLDS, "fit_params": {"sample_weight": weights}}
    search = GridSearchCV(SVD, grid, ["rmse"], **options)
    search.fit(data)
    for place, params in enumerate(search.param_combinations):
        expected = cross_validate(SVD(**params), data, ["rmse"], **options)["test_rmse"].mean()
        assert search.cv_results["mean_test_rmse"][place] == expected


# What is refused


def test_fit_and_score_passes_on_what_it_gets(data, weights):
    trainset, testset = next(FOLDS.split(data))
    part = weights[: trainset.n_ratings]
    fit_and_score(Weighted(), trainset, testset, ["mae"], fit_params={"sample_weight": part})
    assert Weighted.seen[0][1] is part


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("length", [0, 3, 101])
def test_a_column_has_one_entry_a_rating(data, length, n_jobs):
    params = {"sample_weight": np.ones(length)}
    message = rf"fit_params\['sample_weight'\] must have one .* 100 ratings, got {length}"
    with pytest.raises(ValueError, match=message):
        cross_validate(Weighted(), data, fit_params=params, n_jobs=n_jobs)
    with pytest.raises(ValueError, match=message):
        GridSearchCV(Weighted, {}, fit_params=params, n_jobs=n_jobs).fit(data)
    assert not Weighted.seen


@pytest.mark.parametrize("params", [3, [("sample_weight", 1)], "sample_weight"])
def test_fit_params_are_a_dict(data, params):
    with pytest.raises(TypeError, match="fit_params must be a dict of arguments of fit, got"):
        cross_validate(Weighted(), data, fit_params=params)
    with pytest.raises(TypeError, match="fit_params must be a dict of arguments of fit, got"):
        GridSearchCV(Weighted, {}, fit_params=params)


def test_an_argument_that_fit_lacks_is_refused_before_the_work(data):
    message = r"fit_params\['weight'\] is not an argument of .*fit, which takes 'sample_weight'"
    trainset, testset = next(FOLDS.split(data))
    with pytest.raises(TypeError, match=message):
        cross_validate(Weighted(), data, fit_params={"weight": 1})
    with pytest.raises(TypeError, match=message):
        GridSearchCV(SVD, {}, fit_params={"weight": 1})
    with pytest.raises(TypeError, match=message):
        fit_and_score(Weighted(), trainset, testset, ["mae"], fit_params={"weight": 1})
    assert not Weighted.seen


class Untraceable:
    """A splitter of the user that picks tuples one by one."""

    def split(self, data):
        train = [row for row in data.raw_ratings if row[2] > 1]
        yield data.construct_trainset(train), data.construct_testset(train)


def test_a_splitter_that_does_not_tell_its_rows_is_refused(data, weights):
    with pytest.raises(ValueError, match=r"fit_params\['sample_weight'\] has one .*splitter does"):
        cross_validate(Weighted(), data, cv=Untraceable(), fit_params={"sample_weight": weights})
    result = cross_validate(Weighted(), data, cv=Untraceable(), fit_params={"features": 3})
    assert len(result["test_rmse"]) == 1


class Sorting(DatasetAutoFolds):
    """Builds training sets in an order of its own."""

    def construct_trainset(self, raw_trainset):
        return super().construct_trainset(sorted(raw_trainset, key=lambda row: row[:2]))


def test_a_data_set_that_changes_the_order_is_refused(data, weights):
    own = Sorting.from_ratings(Ratings.from_tuples(data.raw_ratings), data.reader)
    with pytest.raises(ValueError, match="cannot be cut: construct_trainset changes the ratings"):
        cross_validate(Weighted(), own, cv=FOLDS, fit_params={"sample_weight": weights})


def test_folds_that_are_files_have_no_column_to_cut(data, weights, tmp_path):
    path = tmp_path / "fold"
    path.write_text("a b 1\nc d 2\n")
    folds = DatasetUserFolds([(path, path)], data.reader)
    with pytest.raises(ValueError, match="can have, got DatasetUserFolds"):
        cross_validate(Weighted(), folds, fit_params={"sample_weight": weights})


def test_a_training_set_still_is_one(data, weights):
    cross_validate(Weighted(), data, cv=FOLDS, fit_params={"sample_weight": weights})
    assert all(type(trainset) is Trainset for trainset, _, _ in Weighted.seen)
