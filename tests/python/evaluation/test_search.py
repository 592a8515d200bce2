"""What a search measures, what it finds, and how it runs."""

import os
import pickle
import signal
import threading
from itertools import product

import joblib
import numpy as np
import pytest

from astonish import SVD, AlgoBase, Dataset, PredictionImpossible, Reader, metrics
from astonish.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneOut,
    PredefinedKFold,
    RandomizedSearchCV,
    cross_validate,
)

GRID = {"n_epochs": [1, 3], "lr_all": [0.002, 0.01], "random_state": [0]}
FOLDS = KFold(3, random_state=1)


class Shifted(AlgoBase):
    """Estimates the mean and a constant; takes options and ignores them."""

    def __init__(self, shift=0.0, sim_options=None, bsl_options=None, **_):
        super().__init__(sim_options=sim_options or {}, bsl_options=bsl_options or {})
        self.shift = shift

    def estimate(self, *_):
        return self.trainset.global_mean + self.shift


def fitted(data, grid=GRID, algo_class=SVD, **options):
    search = GridSearchCV(algo_class, grid, **{"cv": FOLDS, **options})
    search.fit(data)
    return search


def without_times(results):
    return {
        key: np.asarray(column).tolist()
        for key, column in results.items()
        if not key.endswith("_time")
    }


# What is tried


def test_a_grid_is_the_product_of_its_lists():
    combinations = GridSearchCV(SVD, {"a": [1, 2], "b": "x y z".split()}).param_combinations
    assert combinations == [{"a": a, "b": b} for a, b in product([1, 2], "xyz")]


def test_dicts_of_lists_become_lists_of_dicts():
    options = {"name": ["msd", "cosine"], "user_based": [False]}
    grid = {"k": [3], "sim_options": options, "bsl_options": {"method": ["als"]}}
    search = GridSearchCV(Shifted, grid)
    assert search.param_grid == {
        "k": [3],
        "sim_options": [
            {"name": "msd", "user_based": False},
            {"name": "cosine", "user_based": False},
        ],
        "bsl_options": [{"method": "als"}],
    }
    assert len(search.param_combinations) == 2


@pytest.mark.parametrize("search_class", [GridSearchCV, RandomizedSearchCV])
def test_the_grid_of_the_caller_is_left_alone(search_class):
    grid = {"shift": [1], "sim_options": {"name": ["msd", "cosine"]}}
    search = search_class(Shifted, grid, **({"n_iter": 2} if "Random" in str(search_class) else {}))
    assert grid == {"shift": [1], "sim_options": {"name": ["msd", "cosine"]}}
    assert len(search.param_combinations) == 2


@pytest.mark.parametrize("values", [(1, 3), range(1, 3), np.array([1, 3]), {1: "a"}.keys()])
def test_values_are_any_iterable(data, values):
    search = fitted(data, {"n_epochs": values, "random_state": [0]})
    assert search.cv_results["param_n_epochs"] == list(values)


def test_an_iterator_is_gone_through_once(data):
    assert len(fitted(data, {"n_epochs": iter([1, 2])}).cv_results["params"]) == 2


def test_an_empty_grid_is_the_default_model(data):
    search = fitted(data, {}, Shifted)
    assert search.param_combinations == [{}]
    assert search.best_params == {"rmse": {}, "mae": {}}


@pytest.mark.parametrize(
    ("grid", "error", "message"),
    [
        ([{"n_epochs": [1]}], TypeError, r"param_grid must be a dict of lists, got \[\{"),
        (None, TypeError, "param_grid must be a dict of lists, got None"),
        ({"n_epochs": 5}, TypeError, r"param_grid\['n_epochs'\] must be a list of .*got 5"),
        ({"solver": "bitwise"}, TypeError, r"param_grid\['solver'\] must be .*got 'bitwise'"),
        ({5: [1]}, TypeError, "param_grid must have names of parameters as keys, got 5"),
        ({"n_epochs": [1], None: [1]}, TypeError, "param_grid must have names .* got None"),
        ({"n_epochs": []}, ValueError, r"param_grid\['n_epochs'\] is empty"),
        ({"n_epochs": np.array(3)}, TypeError, r"param_grid\['n_epochs'\] must be a list of val"),
        ({"sim_options": ["msd"]}, TypeError, r"param_grid\['sim_options'\] must be a dict of"),
        (
            {"sim_options": {"name": "msd"}},
            TypeError,
            r"param_grid\['sim_options'\]\['name'\] must be a list of values to try, got 'msd'",
        ),
        ({"bsl_options": {"reg": ()}}, ValueError, r"\['bsl_options'\]\['reg'\] is empty"),
    ],
)
def test_an_invalid_grid_is_refused(grid, error, message):
    with pytest.raises(error, match=message):
        GridSearchCV(SVD, grid)


def test_an_unknown_parameter_is_refused_by_the_model(data):
    with pytest.raises(TypeError, match="n_epoch"):
        fitted(data, {"n_epoch": [1]})


def test_a_model_is_not_a_class():
    with pytest.raises(TypeError, match="algo_class must be a class such as SVD, got SVD"):
        GridSearchCV(SVD(), {})


def test_a_factory_will_do(data):
    def few_factors(**params):
        return SVD(n_factors=2, random_state=0, **params)

    assert fitted(data, {"n_epochs": [1, 2]}, few_factors).best_estimator["mae"].n_factors == 2


# What is drawn


def draw(choices, n_iter=5, random_state=0):
    return RandomizedSearchCV(SVD, choices, n_iter, random_state=random_state).param_combinations


CHOICES = {"n_epochs": [1, 2, 3, 4], "lr_all": [0.1, 0.2, 0.3]}


class Dice:
    """A distribution."""

    def rvs(self, random_state):
        return random_state.randint(1, 7)


def test_lists_are_drawn_from_without_replacement():
    drawn = draw(CHOICES, 12)
    assert len({tuple(params.items()) for params in drawn}) == 12


@pytest.mark.parametrize("choices", [CHOICES, {**CHOICES, "n_factors": Dice()}])
def test_an_int_draws_the_same_again(choices):
    np.random.seed(1)
    first = draw(choices)
    np.random.seed(2)
    assert list(draw(choices)) == list(first)
    assert list(draw(choices, random_state=3)) != list(first)


def test_a_random_state_moves_on():
    rng = np.random.RandomState(0)
    assert list(draw(CHOICES, random_state=rng)) != list(draw(CHOICES, random_state=rng))


def test_strictly_lists_are_drawn_from_the_global_generator(monkeypatch):
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")
    np.random.seed(7)
    first = draw(CHOICES)
    np.random.seed(7)
    assert list(draw(CHOICES, random_state=1)) == list(first)
    assert list(first) == [
        {"n_epochs": 1 + place // 3, "lr_all": [0.1, 0.2, 0.3][place % 3]}
        for place in np.random.RandomState(7).permutation(12)[:5]
    ]


def test_with_a_distribution_values_are_drawn_by_sorted_names():
    rng = np.random.RandomState(0)
    expected = [{"b": int(rng.randint(1, 7)), "c": "xyz"[rng.randint(3)]} for _ in range(5)]
    drawn = draw({"c": "x y z".split(), "b": Dice()})
    assert drawn == expected
    assert list(drawn[0]) == ["b", "c"]


@pytest.mark.parametrize(
    ("choices", "options", "error", "message"),
    [
        (CHOICES, {"n_iter": 13}, ValueError, "n_iter=13 is more than the 12 combinations"),
        (CHOICES, {"n_iter": 0}, ValueError, "n_iter must be at least 1, got 0"),
        (CHOICES, {"n_iter": 2.5}, TypeError, r"n_iter must be an integer, got 2\.5"),
        (CHOICES, {"random_state": "1"}, ValueError, "Wrong random state"),
        ({"a": []}, {}, ValueError, r"param_distributions\['a'\] is empty"),
        ({"a": [], "b": Dice()}, {}, ValueError, r"param_distributions\['a'\] is empty"),
        ({"a": 3}, {}, TypeError, r"param_distributions\['a'\] must be a list"),
        ({("a",): [3]}, {}, TypeError, r"param_distributions must have .* as keys, got \('a',\)"),
        ([1], {}, TypeError, r"param_distributions must be a dict of lists, got \[1\]"),
        (
            {"sim_options": {"shrinkage": Dice()}},
            {},
            TypeError,
            r"param_distributions\['sim_options'\]\['shrinkage'\] must be a list of values",
        ),
    ],
)
def test_choices_that_cannot_be_drawn_are_refused(choices, options, error, message):
    with pytest.raises(error, match=message):
        RandomizedSearchCV(SVD, choices, **options)


def test_a_randomized_search_finds_the_best_of_what_it_drew(data):
    search = RandomizedSearchCV(SVD, {**CHOICES, "random_state": [0]}, 4, cv=FOLDS, random_state=0)
    search.fit(data)
    assert len(search.cv_results["params"]) == 4
    assert search.best_score["rmse"] == search.cv_results["mean_test_rmse"].min()


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


# How it runs


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
