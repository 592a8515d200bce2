"""What a search measures, what is the best, and which model it makes."""

import numpy as np
import pytest

from astonish import SVD, AlgoBase, Dataset, PredictionImpossible, Reader, metrics
from astonish.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneOut,
    PredefinedKFold,
    cross_validate,
)

from .helpers import FOLDS, GRID, Shifted, fitted

# What is measured


@pytest.mark.parametrize("measures", [["rmse", "mae"], ["FCP"], ["mse", "fcp", "rmse"]])
def test_each_combination_is_cross_validated(data, measures):
    search = fitted(data, measures=measures, return_train_measures=True)
    for place, params in enumerate(search.param_combinations):
        expected = cross_validate(SVD(**params), data, measures, FOLDS, True)
        for name in map(str.lower, measures):
            for part in ("test", "train"):
                values = expected[f"{part}_{name}"]
                found = [search.cv_results[f"split{k}_{part}_{name}"][place] for k in range(3)]
                assert found == values.tolist()
                assert search.cv_results[f"mean_{part}_{name}"][place] == values.mean()
                assert search.cv_results[f"std_{part}_{name}"][place] == values.std()


def test_the_columns_and_their_order(data):
    assert list(fitted(data, measures=["mae"], return_train_measures=True).cv_results) == [
        *("split0_test_mae", "split0_train_mae", "split1_test_mae", "split1_train_mae"),
        *("split2_test_mae", "split2_train_mae", "mean_test_mae", "std_test_mae"),
        *("mean_train_mae", "std_train_mae", "rank_test_mae"),
        *("mean_fit_time", "std_fit_time", "mean_test_time", "std_test_time"),
        *("params", "param_n_epochs", "param_lr_all", "param_random_state"),
    ]


def test_the_best_is_what_ranks_first(data):
    search = fitted(data, {"shift": [0.5, 0.0, 1.0]}, Shifted)
    assert search.cv_results["rank_test_rmse"].tolist() == [2, 1, 3]
    assert search.best_index == {"rmse": 1, "mae": 1}
    assert search.best_params["rmse"] == {"shift": 0.0}
    assert search.best_score["rmse"] == search.cv_results["mean_test_rmse"][1]
    assert search.best_estimator["rmse"].shift == 0
    assert not hasattr(search.best_estimator["rmse"], "trainset")


def test_the_highest_fcp_is_the_best(data):
    search = fitted(data, measures=["fcp"])
    means = search.cv_results["mean_test_fcp"]
    assert search.best_index["fcp"] == means.argmax()
    assert search.cv_results["rank_test_fcp"][means.argmax()] == 1
    assert search.cv_results["rank_test_fcp"][means.argmin()] == 4


def test_folds_are_cut_once(data):
    splits = []

    class Counting(KFold):
        def split(self, data):
            splits.append(data)
            return super().split(data)

    fitted(data, cv=Counting(2))
    assert splits == [data]


def test_other_splitters(data):
    assert "split1_test_rmse" in fitted(data, cv=LeaveOneOut(2)).cv_results
    assert "split4_test_rmse" in fitted(data, cv=None).cv_results


def test_results_make_a_frame(data):
    pandas = pytest.importorskip("pandas")
    results = fitted(data).cv_results
    frame = pandas.DataFrame(results)
    assert frame.shape == (4, len(results))
    assert frame["param_n_epochs"].tolist() == [1, 1, 3, 3]
    assert frame["rank_test_rmse"].dtype.kind == "i"


def test_a_searched_model_may_fail_on_pairs(data):
    class Silent(Shifted):
        def estimate(self, *_):
            raise PredictionImpossible

    assert fitted(data, {"shift": [1]}, Silent).best_score["rmse"] > 0


# refit


@pytest.mark.parametrize(("refit", "measure"), [(True, "rmse"), ("mae", "mae"), ("MAE", "mae")])
def test_refit_fits_the_best_to_all_ratings(data, refit, measure):
    search = fitted(data, refit=refit)
    assert search.refit == measure
    model = search.best_estimator[measure]
    assert model.trainset.n_ratings == len(data.raw_ratings)
    user, item, rating, _ = data.raw_ratings[0]
    assert search.predict(user, item) == model.predict(user, item)
    assert search.predict(uid=user, iid=item, r_ui=rating, clip=False).r_ui == rating
    assert search.test([(user, item, rating)]) == model.test([(user, item, rating)])


@pytest.mark.parametrize("refit", [False, None, 0, 1])
def test_without_refit_nothing_is_predicted(data, refit):
    search = fitted(data, refit=refit)
    assert search.refit is False
    with pytest.raises(ValueError, match=r"refit is False, cannot use test\(\)"):
        search.test([])
    with pytest.raises(ValueError, match=r"refit is False, cannot use predict\(\)"):
        search.predict("1", "1")


def test_refit_by_a_measure_that_is_not_measured_is_refused():
    with pytest.raises(ValueError, match=r"refit \(fcp\) is not in the measures"):
        GridSearchCV(SVD, GRID, refit="fcp")
    with pytest.raises(ValueError, match="refit=True needs a measure"):
        GridSearchCV(SVD, GRID, measures=[], refit=True)


def test_a_search_must_be_fitted_first():
    search = GridSearchCV(SVD, GRID, refit=True)
    with pytest.raises(ValueError, match=r"this GridSearchCV is not fitted: call fit\(data\)"):
        search.predict("1", "1")


@pytest.fixture
def predefined(tmp_path, data):
    """A data set of two folds in files."""
    files = []
    for name, begin in (("a", 0), ("b", 50)):
        rows = data.raw_ratings[begin : begin + 50]
        lines = ["".join(f"{u} {i} {r}\n" for u, i, r, _ in part) for part in (rows[:40], rows)]
        paths = [tmp_path / f"{name}.{part}" for part in ("base", "test")]
        for path, text in zip(paths, lines, strict=True):
            path.write_text(text)
        files.append(paths)
    return Dataset.load_from_folds(files, Reader())


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_predefined_folds_are_searched(predefined, n_jobs):
    search = fitted(predefined, cv=PredefinedKFold(), n_jobs=n_jobs)
    assert "split1_test_rmse" in search.cv_results
    assert "split2_test_rmse" not in search.cv_results


def test_predefined_folds_cannot_be_refitted(predefined):
    with pytest.raises(ValueError, match=r"refit cannot be used .*load_from_folds"):
        fitted(predefined, cv=PredefinedKFold(), refit=True)


# Scores that are not numbers


@pytest.fixture(params=[False, True], ids=["lower is better", "greater is better"])
def direction(request):
    """A metric that is NaN where the mean of the estimates is below 2."""

    def often_nan(_, estimated):
        return np.nan if estimated.mean() < 2 else estimated.mean()

    metrics.register("often_nan", often_nan, greater_is_better=request.param)
    yield request.param
    metrics.unregister("often_nan")


class Fixed(AlgoBase):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def estimate(self, *_):
        return self.answer


def test_nan_is_never_the_best(data, direction):
    search = GridSearchCV(Fixed, {"answer": [1, 3, 1.5, 4, 2]}, ["often_nan"], cv=2)
    with pytest.warns(UserWarning, match=r"often_nan is NaN for 2 of 5 .*: params \[0, 2\]"):
        search.fit(data)
    assert search.best_params["often_nan"] == {"answer": 4 if direction else 2}
    assert search.best_score["often_nan"] == (4 if direction else 2)
    ranks = search.cv_results["rank_test_often_nan"].tolist()
    assert ranks == ([4, 2, 5, 1, 3] if direction else [4, 2, 5, 3, 1])


@pytest.mark.usefixtures("direction")
def test_a_metric_that_is_nan_everywhere_is_refused(data):
    search = GridSearchCV(Fixed, {"answer": [1, 1.5]}, ["often_nan"], cv=2)
    with pytest.raises(ValueError, match="often_nan is NaN for all 2 combinations"):
        search.fit(data)
    assert not hasattr(search, "best_params")


@pytest.mark.parametrize("name", ["best_params", "best_estimator", "cv_results"])
def test_results_before_fit_say_what_to_call(name):
    search = GridSearchCV(SVD, {"n_epochs": [1]})
    with pytest.raises(AttributeError, match=r"this GridSearchCV is not fitted: call fit\(data\)"):
        getattr(search, name)
    assert not hasattr(search, "nosuch")
