"""Searches beside scikit-surprise's."""

import inspect

import numpy as np
import pytest
from scipy import stats

import astonish

MEASURES = ["rmse", "mae", "mse", "fcp"]
CLOSE = {"rtol": 0, "atol": 1e-9}


def make_knn(library):
    """A model of one's own that takes both kinds of options."""

    class MyKNN(library.AlgoBase):
        def __init__(self, k=5, sim_options=None, bsl_options=None):
            super().__init__(sim_options=dict(sim_options or {}), bsl_options=bsl_options or {})
            self.k = k

        def fit(self, trainset):
            super().fit(trainset)
            self.bu, self.bi = self.compute_baselines()
            self.sim = self.compute_similarities()
            return self

        def estimate(self, u, i):
            if not (self.trainset.knows_user(u) and self.trainset.knows_item(i)):
                raise library.PredictionImpossible("unknown")
            by_user = self.sim_options["user_based"]
            x, neighbors = (u, self.trainset.ir[i]) if by_user else (i, self.trainset.ur[u])
            near = sorted(((self.sim[x, y], r) for y, r in neighbors), reverse=True)[: self.k]
            weights = sum(weight for weight, _ in near)
            baseline = self.trainset.global_mean + self.bu[u] + self.bi[i]
            if weights <= 0:
                return baseline
            return (baseline + sum(weight * r for weight, r in near) / weights) / 2

    return MyKNN


def make_constant(library):
    """A model whose error does not depend on its parameters."""

    class Constant(library.AlgoBase):
        def __init__(self, **params):
            super().__init__()
            self.params = params

        def estimate(self, *_):
            return 3

    return Constant


SVD_GRID = {"n_epochs": [1, 3], "lr_all": [0.002, 0.01], "n_factors": [3], "random_state": [0]}
KNN_GRID = {
    "k": [2, 5],
    "sim_options": {"name": ["msd", "cosine", "pearson_baseline"], "user_based": [True, False]},
    "bsl_options": {"method": ["als"], "n_epochs": [1, 2]},
}
MODELS = {
    "SVD": (lambda library: library.SVD, SVD_GRID),
    "MyKNN": (make_knn, KNN_GRID),
    "Constant": (make_constant, {"a": list(range(6)), "b": list("xyz")}),  # all ranks are ties
}


def grid_search(library, data, model="SVD", grid=None, **options):
    make, its_grid = MODELS[model]
    selection = library.model_selection
    arguments = {"measures": MEASURES, "cv": selection.KFold(3, random_state=1), **options}
    search = selection.GridSearchCV(make(library), grid or its_grid, **arguments)
    assert search.fit(data) is None
    return search


def assert_same_column(key, ours, theirs):
    assert type(ours) is type(theirs), key
    if isinstance(theirs, list) or theirs.dtype == object:
        assert list(ours) == list(theirs), key
        assert list(map(type, ours)) == list(map(type, theirs)), key
        return
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), key
    if key.startswith("rank_"):
        assert ours.tolist() == theirs.tolist(), key
    elif not key.endswith("_time"):
        np.testing.assert_allclose(ours, theirs, **CLOSE)


def assert_same_search(ours, theirs):
    assert list(ours.cv_results) == list(theirs.cv_results)
    for key, column in theirs.cv_results.items():
        assert_same_column(key, ours.cv_results[key], column)
    assert ours.cv_results["params"] is ours.param_combinations
    assert type(ours.param_combinations) is type(theirs.param_combinations)
    assert sorted(vars(ours)) == sorted(vars(theirs))
    for name in ("best_params", "best_index"):
        assert getattr(ours, name) == getattr(theirs, name)
        assert list(getattr(ours, name)) == list(getattr(theirs, name))
    for measure, score in theirs.best_score.items():
        assert ours.best_score[measure] == pytest.approx(score, rel=0, abs=1e-9)
        assert type(ours.best_score[measure]) is type(score)
        assert type(ours.best_index[measure]) is type(theirs.best_index[measure])
    for measure, model in theirs.best_estimator.items():
        assert type(ours.best_estimator[measure]).__name__ == type(model).__name__
        assert hasattr(ours.best_estimator[measure], "trainset") == hasattr(model, "trainset")
    for name in ("measures", "refit", "n_jobs", "pre_dispatch", "joblib_verbose"):
        assert getattr(ours, name) == getattr(theirs, name)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("train", [False, True])
def test_grid_searches_are_the_same(both, small, model, train):
    ours, theirs = both(
        lambda library: grid_search(
            library, small.of(library), model, return_train_measures=train, refit="mae"
        )
    )
    assert ours.param_grid == theirs.param_grid
    assert_same_search(ours, theirs)


@pytest.mark.parametrize("refit", [True, "mae", "FCP"])
def test_refitted_searches_predict_the_same(both, small, refit):
    ours, theirs = both(lambda library: grid_search(library, small.of(library), refit=refit))
    assert ours.refit == theirs.refit
    testset = [rating[:3] for rating in small.ours.raw_ratings[:50]]
    predictions = [ours.test(testset), theirs.test(testset)]
    for each, search in zip(predictions, (ours, theirs), strict=True):
        each.append(search.predict("1", "unknown", 3.0, False))
    for mine, other in zip(*predictions, strict=True):
        assert mine[:3] == other[:3]
        assert mine.est == pytest.approx(other.est, rel=0, abs=1e-9)


@pytest.mark.parametrize("refit", [False, None, 0, 1])
@pytest.mark.parametrize("method", ["test", "predict"])
def test_searches_without_refit_fail_alike(both, small, refit, method):
    def text(library):
        search = grid_search(library, small.of(library), refit=refit)
        with pytest.raises(ValueError, match="refit is False") as caught:
            getattr(search, method)([])
        return str(caught.value), search.refit

    ours, theirs = both(text)
    assert ours == theirs


@pytest.mark.parametrize("n_jobs", [2, -1])
def test_jobs_give_scikit_surprises_numbers(both, small, n_jobs):
    ours, theirs = both(
        lambda library: grid_search(
            library, small.of(library), n_jobs=n_jobs if library is astonish else 1
        )
    )
    ours.n_jobs = 1
    assert_same_search(ours, theirs)


def test_a_search_on_real_data_is_the_same(both, latest_small):
    ours, theirs = both(
        lambda library: grid_search(
            library, latest_small.of(library), measures=["rmse", "mae"], refit=True
        )
    )
    assert_same_search(ours, theirs)


@pytest.mark.parametrize("random_state", [None, "instance"])
def test_one_job_draws_in_scikit_surprises_order(both, small, random_state):
    def search(library):
        np.random.seed(4)
        grid = {"n_epochs": [1, 2], "n_factors": [2, 3]}
        if random_state is not None:
            grid["random_state"] = [np.random.RandomState(6)]
        found = grid_search(library, small.of(library), grid=grid, cv=2, refit=True)
        return found.cv_results, found.predict("1", "2").est, np.random.rand()

    (ours, *our_numbers), (theirs, *their_numbers) = both(search)
    for measure in MEASURES:
        key = f"mean_test_{measure}"
        np.testing.assert_allclose(ours[key], theirs[key], **CLOSE)
    assert our_numbers == pytest.approx(their_numbers, rel=0, abs=1e-9)


@pytest.mark.parametrize("name", ["RepeatedKFold", "ShuffleSplit", "LeaveOneOut"])
def test_searches_with_other_splitters_are_the_same(both, small, name):
    ours, theirs = both(
        lambda library: grid_search(
            library,
            small.of(library),
            measures=["rmse"],
            cv=getattr(library.model_selection, name)(2, random_state=0),
        )
    )
    assert_same_search(ours, theirs)


# Randomized searches

LISTS = {"n_epochs": [1, 2, 3], "n_factors": [2, 3, 4], "random_state": [0, 1]}
DISTRIBUTIONS = {
    "reg_all": stats.uniform(0, 0.1),
    "n_factors": stats.randint(1, 5),
    "n_epochs": [1, 2],
    "random_state": [0],
}
OPTIONS = {
    "k": stats.randint(1, 9),
    "sim_options": {"name": ["msd", "cosine"], "user_based": [True, False]},
    "bsl_options": {"method": ["als"], "n_epochs": [1, 2]},
}


def randomized_search(library, choices, n_iter=6, model="SVD", **options):
    make, _ = MODELS[model]
    return library.model_selection.RandomizedSearchCV(
        make(library), choices, n_iter, cv=2, **options
    )


@pytest.mark.parametrize(
    ("choices", "model"), [(LISTS, "SVD"), (DISTRIBUTIONS, "SVD"), (OPTIONS, "MyKNN")]
)
def test_randomized_searches_are_the_same(both, small, choices, model):
    def search(library):
        np.random.seed(8)
        found = randomized_search(library, choices, model=model, refit="mae")
        after = np.random.rand()
        found.fit(small.of(library))
        return found, after

    (ours, our_state), (theirs, their_state) = both(search)
    assert our_state == their_state
    assert_same_search(ours, theirs)


@pytest.mark.parametrize("random_state", [0, 5])
def test_a_seed_draws_the_same_values_from_distributions(both, random_state):
    def combinations(library):
        search = randomized_search(library, DISTRIBUTIONS, random_state=random_state)
        return search.param_combinations

    ours, theirs = both(combinations)
    assert ours == theirs
    assert list(ours[0]) == list(theirs[0])


def test_a_random_state_instance_draws_the_same(both):
    def combinations(library):
        rng = np.random.RandomState(2)
        return [
            randomized_search(library, DISTRIBUTIONS, random_state=rng).param_combinations
            for _ in range(2)
        ]

    ours, theirs = both(combinations)
    assert ours == theirs


def test_strictly_lists_are_drawn_from_the_global_generator(both, monkeypatch):
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")

    def combinations(library):
        np.random.seed(3)
        return randomized_search(library, LISTS, random_state=1).param_combinations.tolist()

    ours, theirs = both(combinations)
    assert ours == theirs


# Signatures and errors


def parameters(function):
    """The parameters but the keyword-only ones, of which scikit-surprise has none."""
    return [
        (each.name, each.default, each.kind)
        for each in inspect.signature(function).parameters.values()
        if each.kind is not each.KEYWORD_ONLY
    ]


@pytest.mark.parametrize("name", ["GridSearchCV", "RandomizedSearchCV"])
def test_searches_have_the_same_parameters(surprise, name):
    ours, theirs = (getattr(each.model_selection, name) for each in (astonish, surprise))
    assert parameters(ours) == parameters(theirs)
    for method in ("fit", "test"):
        assert parameters(getattr(ours, method)) == parameters(getattr(theirs, method))


def test_the_base_has_the_same_parameters(surprise):
    from astonish.evaluation.search import BaseSearchCV

    theirs = surprise.model_selection.search.BaseSearchCV
    assert parameters(BaseSearchCV) == parameters(theirs)
    for base in (BaseSearchCV, theirs):
        with pytest.raises(TypeError, match="abstract"):
            base(astonish.SVD)


def test_the_same_names_are_offered(surprise):
    ours, theirs = (set(each.model_selection.__all__) for each in (astonish, surprise))
    assert ours == theirs | {"get_cv"}


ERRORS = {
    "refit by an unknown measure": ({}, {"refit": "ndcg"}),
    "refit by no measure": ({}, {"refit": True, "measures": []}),
    "an unknown measure": ({}, {"measures": ["ndcg"]}),
    "an unknown parameter": ({"n_epoch": [1]}, {}),
    "a lone value": ({"n_epochs": 1}, {}),
    "no values": ({"n_epochs": []}, {}),
    "no jobs": ({}, {"n_jobs": 0}),
    "a wrong splitter": ({}, {"cv": "five"}),
    "too many folds": ({}, {"cv": 601}),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_caught_by_the_same_handlers(both, small, case):
    changes, options = ERRORS[case]

    def error(library):
        with pytest.raises((ValueError, TypeError, AttributeError, IndexError)) as caught:
            grid_search(library, small.of(library), grid={**SVD_GRID, **changes}, **options)
        return caught.value

    ours, theirs = both(error)
    # theirs is the accident of indexing an empty list
    expected = ValueError if case == "refit by no measure" else type(theirs)
    assert isinstance(ours, expected)


def test_more_draws_than_combinations_fail_alike(both):
    def fail(library):
        with pytest.raises(ValueError, match=r"larger sample|n_iter=19 is more than the 18"):
            randomized_search(library, LISTS, 19)

    both(fail)


def test_predefined_folds_fail_alike_with_refit(both, real_data):
    def text(library):
        files = [tuple(str(real_data / "ml-100k" / f"u1.{part}") for part in ("base", "test"))]
        data = library.Dataset.load_from_folds(files, library.Reader("ml-100k"))
        with pytest.raises(ValueError, match="load_from_folds") as caught:
            grid_search(library, data, cv=library.model_selection.PredefinedKFold(), refit=True)
        return str(caught.value)

    ours, theirs = both(text)
    assert ours == theirs
