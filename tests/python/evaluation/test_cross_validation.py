"""What cross_validate measures, and how it runs."""

import inspect
import re
import threading

import joblib
import numpy as np
import pytest

from astonish import SVD, AlgoBase, accuracy, make_ratings
from astonish.model_selection import (
    KFold,
    PredefinedKFold,
    RepeatedKFold,
    ShuffleSplit,
    cross_validate,
)


@pytest.fixture
def model():
    return SVD(n_factors=3, n_epochs=2, random_state=0)


class Constant(AlgoBase):
    """Estimates 3."""

    def estimate(self, *_):
        return 3


class TwoFolds:
    """A splitter of the user: even and odd ratings."""

    def split(self, data):
        for part in (0, 1):
            train, test = data.raw_ratings[part::2], data.raw_ratings[1 - part :: 2]
            yield data.construct_trainset(train), data.construct_testset(test)


def without_times(result):
    return {key: value.tolist() for key, value in result.items() if not key.endswith("_time")}


def test_keys_and_shapes(model, data):
    result = cross_validate(model, data)
    assert list(result) == ["test_rmse", "test_mae", "fit_time", "test_time"]
    assert result["test_rmse"].shape == result["test_mae"].shape == (5,)
    assert result["test_rmse"].dtype == np.float64


def test_times_are_tuples_of_seconds(model, data):
    result = cross_validate(model, data, cv=3)
    for key in ("fit_time", "test_time"):
        assert type(result[key]) is tuple
        assert len(result[key]) == 3
        assert all(seconds >= 0 for seconds in result[key])


def test_the_measures_are_those_of_a_loop(model, data):
    splitter = KFold(3, random_state=1)
    result = cross_validate(model, data, ["rmse", "mse", "mae", "fcp"], splitter)
    for fold, (trainset, testset) in enumerate(splitter.split(data)):
        predictions = SVD(n_factors=3, n_epochs=2, random_state=0).fit(trainset).test(testset)
        for name in ("rmse", "mse", "mae", "fcp"):
            expected = getattr(accuracy, name)(predictions, verbose=False)
            assert result[f"test_{name}"][fold] == expected


def test_train_measures(model, data):
    splitter = KFold(3, random_state=1)
    result = cross_validate(model, data, ["mae"], splitter, return_train_measures=True)
    assert list(result) == ["test_mae", "train_mae", "fit_time", "test_time"]
    for fold, (trainset, _) in enumerate(splitter.split(data)):
        predictions = model.fit(trainset).test(trainset.build_testset())
        assert result["train_mae"][fold] == accuracy.mae(predictions, verbose=False)


def test_measures_in_any_case_of_letters(model, data):
    assert list(cross_validate(model, data, ["RMSE", "Fcp"], 2))[:2] == ["test_rmse", "test_fcp"]


@pytest.mark.parametrize("measures", [["ndcg"], ["rmse", ""], ["verbose"], "rmse", [None]])
def test_an_unknown_measure_is_refused_before_anything_is_fitted(model, data, measures):
    with pytest.raises(ValueError, match="measures must be a list of 'rmse', 'mse', 'mae', 'fcp'"):
        cross_validate(model, data, measures)
    assert not hasattr(model, "trainset")


@pytest.mark.parametrize("n_jobs", [2, -1, None])
@pytest.mark.parametrize("backend", ["threading", "loky", None])
def test_jobs_change_no_number(model, data, n_jobs, backend):
    arguments = {"cv": KFold(3, random_state=1), "return_train_measures": True}
    expected = without_times(cross_validate(model, data, **arguments))
    if backend is None:
        result = cross_validate(model, data, **arguments, n_jobs=n_jobs)
    else:
        with joblib.parallel_config(backend):
            result = cross_validate(model, data, **arguments, n_jobs=n_jobs)
    assert without_times(result) == expected


def test_one_job_fits_the_model_itself(model, data):
    cross_validate(model, data, cv=KFold(2, shuffle=False))
    assert model.trainset.n_ratings == 50


def test_more_jobs_leave_the_model_alone(model, data):
    cross_validate(model, data, cv=2, n_jobs=2)
    assert not hasattr(model, "trainset")
    trainset = data.build_full_trainset()
    before = model.fit(trainset).pu
    cross_validate(model, data, cv=2, n_jobs=2)
    assert model.trainset is trainset
    assert model.pu is before


def test_a_splitter_of_the_user(data):
    result = cross_validate(Constant(), data, ["mae"], TwoFolds())
    ratings = [rating for _, _, rating, _ in data.raw_ratings]
    errors = np.abs(np.array(ratings) - 3)
    assert result["test_mae"].tolist() == [errors[1::2].mean(), errors[::2].mean()]


def test_a_shuffle_split(model, data):
    assert len(cross_validate(model, data, cv=ShuffleSplit(4))["test_rmse"]) == 4


def test_a_wrong_splitter_is_refused(model, data):
    with pytest.raises(ValueError, match="Wrong CV object"):
        cross_validate(model, data, cv="five")


def test_predefined_folds_need_files(model, data):
    with pytest.raises(AttributeError, match="folds_files"):
        cross_validate(model, data, cv=PredefinedKFold())


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_of_the_model_reaches_the_caller(data, n_jobs):
    with pytest.raises(ValueError, match="n_factors must be at least 0, got -1"):
        cross_validate(SVD(n_factors=-1), data, n_jobs=n_jobs)


def test_the_table(data, capsys):
    result = cross_validate(
        Constant(), data, ["RMSE", "mae"], KFold(2, random_state=0), True, verbose=True
    )
    title, blank, head, *rows = capsys.readouterr().out.splitlines()
    assert title == "Evaluating RMSE, MAE of algorithm Constant on 2 split(s)."
    assert blank == ""
    assert head == f"{'':18}Fold 1  Fold 2  Mean    Std     "
    for row, (label, key) in zip(
        rows[:4],
        [
            ("RMSE (testset)", "test_rmse"),
            ("MAE (testset)", "test_mae"),
            ("RMSE (trainset)", "train_rmse"),
            ("MAE (trainset)", "train_mae"),
        ],
        strict=True,
    ):
        values = [*result[key], result[key].mean(), result[key].std()]
        assert row == f"{label:18}" + "".join(f"{value:<8.4f}" for value in values)
    for row, label in zip(rows[4:], ["Fit time", "Test time"], strict=True):
        assert re.fullmatch(rf"{label:18}(\d+\.\d\d {{3,4}}){{4}}", row)


def test_nothing_is_printed_by_default(model, data, capsys):
    cross_validate(model, data, cv=2)
    assert capsys.readouterr().out == ""


def test_the_table_of_repeated_folds_has_them_all(model, data, capsys):
    cross_validate(model, data, cv=RepeatedKFold(2, 3, random_state=0), verbose=True)
    title, _, head, *rows = capsys.readouterr().out.splitlines()
    assert title.endswith("on 6 split(s).")
    assert [len(row.split()) for row in rows] == [10, 10, 10, 10]
    assert head.split()[-3:] == ["6", "Mean", "Std"]


def test_measures_named_twice_are_measured_once(model, data, capsys):
    result = cross_validate(model, data, ["rmse", "RMSE"], 2, verbose=True)
    assert list(result) == ["test_rmse", "fit_time", "test_time"]
    assert capsys.readouterr().out.count("RMSE (testset)") == 1


@pytest.mark.parametrize("kind", [tuple, set, iter, np.array])
def test_measures_are_any_iterable(model, data, kind):
    assert "test_mae" in cross_validate(model, data, kind(["mae"]), 2)


def test_the_default_measures_are_nobodys_to_change(model, data):
    cross_validate(model, data, cv=2)
    cross_validate(model, data, ["fcp"], cv=2)
    assert inspect.signature(cross_validate).parameters["measures"].default == ["rmse", "mae"]


@pytest.mark.parametrize(("n_jobs", "error"), [(0, ValueError), ("two", TypeError)])
def test_an_impossible_number_of_jobs_is_refused(model, data, n_jobs, error):
    with pytest.raises(error, match="n_jobs must be"):
        cross_validate(model, data, n_jobs=n_jobs)


def test_an_impossible_pre_dispatch_is_refused(model, data):
    with pytest.raises(ValueError, match=r"pre_dispatch must be a number of jobs, .* got 'n_job'"):
        cross_validate(model, data, n_jobs=2, pre_dispatch="n_job")


def test_no_more_threads_than_folds_are_started(data):
    before = threading.active_count()
    highest = []
    cross_validate(Counting(highest), data, cv=3, n_jobs=1000)
    assert 0 < max(highest) < before + 20


class Counting(Constant):
    """Notes how many threads there are."""

    def __init__(self, counts):
        self.counts = counts

    def __deepcopy__(self, memo):
        return Counting(self.counts)

    def fit(self, trainset):
        self.counts.append(threading.active_count())
        return super().fit(trainset)


class NoFolds:
    """A splitter that makes nothing."""

    def split(self, _):
        return iter(())


def test_a_splitter_must_make_a_fold(model, data):
    with pytest.raises(ValueError, match="cv must yield at least one fold"):
        cross_validate(model, data, cv=NoFolds())


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_of_the_splitter_reaches_the_caller(model, data, n_jobs):
    with pytest.raises(ValueError, match="n_splits must be at least 2, got 1"):
        cross_validate(model, data, cv=KFold(n_splits=1), n_jobs=n_jobs)


def test_nothing_is_shown_where_there_is_no_terminal(model, data, capsys):
    cross_validate(model, data, cv=2)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("algo", [None, "SVD", SVD])
def test_a_model_is_one(data, algo, n_jobs):
    with pytest.raises(TypeError, match=r"algo must be a model such as SVD\(\), got"):
        cross_validate(algo, data, n_jobs=n_jobs)


class Slotted:
    """A model that is no AlgoBase, and whose attributes have no dict."""

    __slots__ = ()

    def fit(self, _):
        return self

    def test(self, testset):
        return [(user, item, rating, 3.0, {}) for user, item, rating in testset]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_model_may_be_anything_that_fits_and_tests(data, n_jobs):
    assert cross_validate(Slotted(), data, ["mae"], cv=3, n_jobs=n_jobs)["test_mae"].shape == (3,)


def test_one_measure_is_told_to_be_put_into_a_list():
    with pytest.raises(ValueError, match=r"measures must be a list of .*; pass \['rmse'\]"):
        cross_validate(SVD(), make_ratings(20, 10, 100, seed=0), measures="rmse")
