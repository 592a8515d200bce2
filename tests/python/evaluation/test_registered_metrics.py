"""Cross-validation and searches read the registry: names, functions, directions."""

import joblib
import numpy as np
import pytest

from astonish import SVD, Reader, metrics
from astonish.data.dataset import DatasetAutoFolds
from astonish.data.ratings import Ratings
from astonish.model_selection import GridSearchCV, KFold, cross_validate

FOLDS = KFold(3, random_state=1)


@pytest.fixture
def within_one():
    """A metric whose highest value is the best."""
    metrics.register("within_one", lambda true, est: float(np.mean(np.abs(true - est) <= 1)))
    yield
    metrics.unregister("within_one")


@pytest.fixture
def two_valued():
    """Ratings that are 0 or 1, the latter where user and item are of one parity."""
    rows = [(user, item, float((user + item) % 2), None) for user in range(12) for item in range(3)]
    ratings = Ratings.from_tuples(rows)
    return DatasetAutoFolds.from_ratings(ratings, Reader(rating_scale=(0, 1)))


@pytest.mark.usefixtures("within_one")
def test_cross_validation_takes_a_registered_metric(data):
    result = cross_validate(SVD(random_state=0), data, ["Within_One"], FOLDS)
    for fold, (trainset, testset) in enumerate(FOLDS.split(data)):
        predictions = SVD(random_state=0).fit(trainset).test(testset)
        expected = np.mean([abs(each.r_ui - each.est) <= 1 for each in predictions])
        assert result["test_within_one"][fold] == expected


@pytest.mark.usefixtures("within_one")
def test_a_search_follows_the_direction(data):
    grid = {"n_epochs": [1, 3, 30], "lr_all": [0.02], "random_state": [0]}
    search = GridSearchCV(SVD, grid, ["within_one", "rmse"], FOLDS)
    search.fit(data)
    means = search.cv_results["mean_test_within_one"]
    assert means.max() > means.min()
    assert search.best_index["within_one"] == means.argmax()
    assert search.cv_results["rank_test_within_one"][means.argmax()] == 1
    assert search.best_index["rmse"] == search.cv_results["mean_test_rmse"].argmin()


@pytest.mark.usefixtures("within_one")
def test_processes_know_a_registered_metric(data):
    expected = cross_validate(SVD(random_state=0), data, ["within_one"], FOLDS)
    with joblib.parallel_config("loky"):
        result = cross_validate(SVD(random_state=0), data, ["within_one"], FOLDS, n_jobs=2)
    assert result["test_within_one"].tolist() == expected["test_within_one"].tolist()


def test_metrics_of_two_valued_ratings(two_valued):
    names = ["auc", "log_loss", "brier"]
    model = SVD(n_factors=2, n_epochs=5, random_state=0)
    result = cross_validate(model, two_valued, names, FOLDS)
    for fold, (trainset, testset) in enumerate(FOLDS.split(two_valued)):
        predictions = model.fit(trainset).test(testset)
        columns = [np.array([row[field] for row in predictions]) for field in (2, 3)]
        for name in names:
            assert result[f"test_{name}"][fold] == metrics.get(name).function(*columns)


def test_ratings_of_more_values_are_refused(data):
    with pytest.raises(ValueError, match="need ratings of exactly two values, got"):
        cross_validate(SVD(), data, ["auc"], FOLDS)
