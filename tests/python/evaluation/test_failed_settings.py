"""A search goes on where a setting fails, and says which."""

import numpy as np
import pytest

from astonish import SVD, AlgoBase
from astonish.model_selection import GridSearchCV, RandomizedSearchCV

from .helpers import FOLDS, fitted

DIVERGES = {"n_epochs": [3], "lr_all": [1e6, 0.005], "random_state": [0]}


class Fails(AlgoBase):
    """Raises an error in `fit`; in its constructor when told so."""

    def __init__(self, error=None, at_once=False):
        super().__init__()
        self.error = error
        if at_once:
            raise ValueError("no such setting")

    def fit(self, trainset):
        super().fit(trainset)
        if self.error is not None:
            raise self.error
        return self

    def estimate(self, *_):
        return 3.0


def test_a_setting_that_diverges_ranks_last_and_is_named(data):
    with pytest.warns(UserWarning, match=r"1 of 2 .* failed .*params \[0\]; .*1000000.*diverged"):
        search = fitted(data, DIVERGES)
    alone = fitted(data, {**DIVERGES, "lr_all": [0.005]})
    assert search.best_params["rmse"]["lr_all"] == 0.005
    assert search.best_score == alone.best_score
    assert np.isnan(search.cv_results["mean_test_rmse"]).tolist() == [True, False]
    assert np.isnan(search.cv_results["mean_fit_time"]).tolist() == [True, False]
    assert search.cv_results["rank_test_rmse"].tolist() == [2, 1]


def test_the_others_have_the_same_results_in_threads(data):
    with pytest.warns(UserWarning, match="failed and rank last"):
        one, two = (fitted(data, DIVERGES, n_jobs=n, refit=True) for n in (1, 2))
    for name in ("mean_test_rmse", "rank_test_mae"):
        np.testing.assert_array_equal(one.cv_results[name], two.cv_results[name])
    assert two.test([("1", "1", 3.0)])[0].est == one.predict("1", "1").est


def test_scores_of_training_are_nan_too(data):
    with pytest.warns(UserWarning, match="failed and rank last"):
        search = fitted(data, DIVERGES, return_train_measures=True)
    assert np.isnan(search.cv_results["mean_train_mae"]).tolist() == [True, False]


def test_a_random_search_goes_on_too(data):
    search = RandomizedSearchCV(SVD, DIVERGES, n_iter=2, cv=FOLDS, random_state=0)
    with pytest.warns(UserWarning, match="1 of 2 combinations failed"):
        search.fit(data)
    assert search.best_params["mae"]["lr_all"] == 0.005


def test_when_all_fail_it_is_an_error_that_names_the_first(data):
    search = GridSearchCV(SVD, {"lr_all": [1e6, 1e7], "random_state": [0]}, cv=FOLDS)
    with pytest.raises(ValueError, match=r"all 2 combinations failed.*1000000.0.*diverged") as info:
        search.fit(data)
    assert isinstance(info.value.__cause__, ValueError)
    assert not hasattr(search, "cv_results")


@pytest.mark.parametrize("error", [TypeError("wrong"), MemoryError(), RuntimeError("broken")])
def test_other_errors_end_the_search(data, error):
    with pytest.raises(type(error)):
        fitted(data, {"error": [None, error]}, Fails)


def test_an_error_of_the_constructor_ends_the_search(data):
    with pytest.raises(ValueError, match=r"^no such setting"):
        fitted(data, {"at_once": [False, True]}, Fails)
