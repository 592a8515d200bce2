"""How a search runs: jobs, arguments, failures, interrupts."""

import os
import pickle
import signal
import threading

import joblib
import numpy as np
import pytest

from astonish import SVD
from astonish.model_selection import (
    GridSearchCV,
)

from .helpers import GRID, Shifted, fitted


def without_times(results):
    return {
        key: np.asarray(column).tolist()
        for key, column in results.items()
        if not key.endswith("_time")
    }


@pytest.mark.parametrize("n_jobs", [2, 3, -1, None, 1000])
def test_jobs_change_no_number(data, n_jobs):
    options = {"measures": ["rmse", "fcp"], "return_train_measures": True, "refit": True}
    one, many = fitted(data, **options), fitted(data, n_jobs=n_jobs, **options)
    assert without_times(many.cv_results) == without_times(one.cv_results)
    assert (many.best_params, many.best_index) == (one.best_params, one.best_index)
    assert many.best_score == one.best_score
    assert np.array_equal(many.best_estimator["rmse"].pu, one.best_estimator["rmse"].pu)


def test_processes_change_no_number(data):  # the one test that starts processes here: seconds
    expected = fitted(data)
    with joblib.parallel_config("loky"):
        search = fitted(data, n_jobs=2)
    assert without_times(search.cv_results) == without_times(expected.cv_results)


def test_a_random_state_is_copied_for_each_of_several_jobs(data):
    grid = {"n_epochs": [1, 1], "random_state": [np.random.RandomState(0)]}
    means = fitted(data, grid, n_jobs=2).cv_results["mean_test_rmse"]
    assert means[0] == means[1]
    one_by_one = fitted(data, grid).cv_results["mean_test_rmse"]
    assert one_by_one[0] != one_by_one[1]


def test_one_job_draws_from_the_global_generator_in_order(data):
    def search():
        np.random.seed(3)
        return without_times(fitted(data, {"n_epochs": [1, 2]}, cv=2).cv_results)

    assert search() == search()


@pytest.mark.parametrize(("n_jobs", "error"), [(0, ValueError), ("2", TypeError)])
def test_an_impossible_number_of_jobs_is_refused(data, n_jobs, error):
    with pytest.raises(error, match="n_jobs must be"):
        fitted(data, n_jobs=n_jobs)


def test_an_impossible_pre_dispatch_is_refused(data):
    with pytest.raises(ValueError, match="pre_dispatch must be"):
        fitted(data, n_jobs=2, pre_dispatch="twice")


def test_a_splitter_must_make_a_fold(data):
    class NoFolds:
        def split(self, _):
            return iter(())

    with pytest.raises(ValueError, match="cv must yield at least one fold"):
        fitted(data, cv=NoFolds())


@pytest.mark.parametrize("measures", [["ndcg"], "rmse", [None]])
@pytest.mark.parametrize("error", [ValueError, AttributeError])
def test_an_unknown_measure_is_refused(measures, error):
    with pytest.raises(error, match="measures must be a list of 'rmse', 'mse', 'mae', 'fcp'"):
        GridSearchCV(SVD, GRID, measures)


def test_joblib_talks_when_it_is_asked_to(data, capsys):
    fitted(data, joblib_verbose=0)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
    fitted(data, joblib_verbose=10)
    captured = capsys.readouterr()
    assert "[Parallel(n_jobs=1)]" in captured.out + captured.err


class Unlucky(SVD):
    """Fails in one combination, while the others train for hours."""

    def fit(self, trainset):
        if self.n_factors == 1:
            raise RuntimeError("one factor is too few")
        return super().fit(trainset)


def test_a_job_that_fails_stops_the_others(data):
    grid = {"n_factors": [2, 1], "n_epochs": [10**8]}
    with pytest.raises(RuntimeError, match="one factor is too few"):
        fitted(data, grid, Unlucky, n_jobs=6)


def test_ctrl_c_stops_a_search(data):
    search = GridSearchCV(SVD, {"n_epochs": [10**8, 10**8]}, cv=2, n_jobs=2)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        search.fit(data)
    timer.join()
    assert not hasattr(search, "cv_results")


def test_a_search_that_fails_keeps_its_results(data):
    search = fitted(data, {"shift": [0, 1]}, Shifted)
    before = dict(vars(search))
    search.cv = 1
    with pytest.raises(ValueError, match="cv must be at least 2"):
        search.fit(data)
    assert vars(search) == {**before, "cv": 1}


def test_a_fitted_search_is_pickled(data):
    search = fitted(data, refit=True)
    copy = pickle.loads(pickle.dumps(search))
    user, item, _, _ = data.raw_ratings[0]
    assert copy.predict(user, item) == search.predict(user, item)
    assert without_times(copy.cv_results) == without_times(search.cv_results)
    assert copy.best_params == search.best_params
