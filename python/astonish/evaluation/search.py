"""Search for the best parameters of a model by cross-validation."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from astonish.data.dataset import DatasetUserFolds
from astonish.data.splits import get_cv
from astonish.data.trainset import Trainset
from astonish.evaluation.combinations import (
    Combinations,
    Params,
    all_combinations,
    draw_combinations,
    explode_options,
)
from astonish.evaluation.cross_validation import select_lower
from astonish.evaluation.fit_params import check_fit_params, folds_with_params, whole_with_params
from astonish.evaluation.jobs import collect, count_workers, run_jobs
from astonish.evaluation.parameters import (
    CV,
    FIT_PARAMS,
    JOBLIB_VERBOSE,
    MEASURES,
    N_JOBS,
    PRE_DISPATCH,
    REFIT,
    RETURN_TRAIN_MEASURES,
)
from astonish.evaluation.scoring import DEFAULT_MEASURES, Sample, score_sample
from astonish.evaluation.search_results import SearchResults, Trial, no_score
from astonish.metrics import Metric
from astonish.models.base.model import Model
from astonish.support.parameters import declare, param

_RESULTS = {"best_score", "best_params", "best_index", "best_estimator", "cv_results"}


class BaseSearchCV(ABC):
    """What `GridSearchCV` and `RandomizedSearchCV` share: all but the choice of combinations.

    A subclass sets ``param_combinations``, a sequence of dicts of constructor arguments.
    """

    param_combinations: Combinations
    fit_params: Mapping[str, Any] | None = None

    @abstractmethod
    def __init__(
        self,
        algo_class: Callable[..., Model],
        measures: Iterable[str] = DEFAULT_MEASURES,
        cv: Any = CV.default,
        refit: bool | str = REFIT.default,
        return_train_measures: bool = RETURN_TRAIN_MEASURES.default,
        n_jobs: int | None = N_JOBS.default,
        pre_dispatch: int | str | None = PRE_DISPATCH.default,
        joblib_verbose: int = JOBLIB_VERBOSE.default,
        *,
        fit_params: Mapping[str, Any] | None = FIT_PARAMS.default,
    ) -> None:
        self.algo_class = algo_class
        self.measures = measures
        self.cv = cv
        self.refit = refit
        self.return_train_measures = return_train_measures
        self.n_jobs = n_jobs
        self.pre_dispatch = pre_dispatch
        self.joblib_verbose = joblib_verbose
        self.fit_params = fit_params
        self._check()

    def __getattr__(self, name: str) -> Any:
        """Say of what `fit` makes that there was none; called for what is not there."""
        if name in _RESULTS:
            raise AttributeError(f"this {type(self).__name__} is not fitted: call fit(data) first")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _check(self) -> None:
        """Check what was given, and bring it into one form."""
        if not callable(self.algo_class):
            raise TypeError(f"algo_class must be a class such as SVD, got {self.algo_class!r}")
        self.measures = list(select_lower(self.measures))
        self.refit = _check_refit(self.refit, self.measures)
        if self.fit_params is None:
            del self.fit_params  # the attributes are scikit-surprise's
        else:
            fit = getattr(self.algo_class, "fit", None)
            self.fit_params = check_fit_params(self.fit_params, fit)

    def fit(self, data: Any) -> None:
        """Evaluate every combination of parameters on every fold.

        The folds are cut once and serve all combinations. A search that fails or is interrupted
        keeps the results that it had.

        Parameters
        ----------
        data : Dataset
            The ratings.

        Raises
        ------
        ValueError
            For `refit` with a data set of predefined folds, an impossible `n_jobs`, `pre_dispatch`
            or `cv`, `fit_params` that do not fit the data, a metric that is NaN for all
            combinations, and when all of them fail.
        TypeError, ValueError
            What the model's constructor raises, and other errors of its `fit` than those below.

        Warns
        -----
        UserWarning
            When `fit` or a metric raises a ValueError or an ArithmeticError for some combinations,
            as where training diverges, or a metric is NaN for some: they rank last, and the others
            compete.
        """
        if self.refit and isinstance(data, DatasetUserFolds):
            raise ValueError(
                "refit cannot be used when data has been loaded with load_from_folds()."
            )
        fit_params = self.fit_params or {}
        folds = [
            (trainset, Sample(testset), params)
            for trainset, testset, params in folds_with_params(get_cv(self.cv), data, fit_params)
        ]
        if not folds:
            raise ValueError(f"cv must yield at least one fold, {self.cv!r} yields none")
        metrics = select_lower(self.measures)
        trials = self._score(folds, metrics)
        results = SearchResults(self.param_combinations, trials, len(folds))
        best_index: dict[str, Any] = {}
        for metric in metrics.values():
            best_index[metric.name] = results.add_metric(metric, self.return_train_measures)
        results.add_times()
        results.add_params()
        best_params = {name: self.param_combinations[at] for name, at in best_index.items()}
        best_estimator = {name: self.algo_class(**best_params[name]) for name in best_index}
        if isinstance(self.refit, str):
            trainset, params = whole_with_params(data, fit_params)
            best_estimator[self.refit].fit(trainset, **params)
        self.best_index = best_index
        self.best_params = best_params
        self.best_score = {
            name: results.columns[f"mean_test_{name}"][at] for name, at in best_index.items()
        }
        self.best_estimator = best_estimator
        self.cv_results = results.columns

    def test(self, testset: Any, verbose: bool = False) -> list[Any]:
        """Return what the refitted model's `Model.test` does; ValueError without `refit`."""
        return self._refitted("test").test(testset, verbose)

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the refitted model's `Model.predict` does; ValueError without `refit`."""
        return self._refitted("predict").predict(*args, **kwargs)

    def _refitted(self, method: str) -> Model:
        if not isinstance(self.refit, str):
            raise ValueError(f"refit is False, cannot use {method}()")
        if not hasattr(self, "best_estimator"):
            raise ValueError(f"this {type(self).__name__} is not fitted: call fit(data) first")
        return self.best_estimator[self.refit]

    def _score(
        self,
        folds: Sequence[tuple[Trainset, Sample, Mapping[str, Any]]],
        metrics: Mapping[str, Metric],
    ) -> list[Trial]:
        """Return what came of all folds of the first combination, then of the second, ..."""
        is_alone = count_workers(self.n_jobs) == 1
        jobs = (
            partial(
                _try_and_score,
                self.algo_class,
                params if is_alone else copy.deepcopy(params),
                trainset,
                sample,
                metrics,
                self.return_train_measures,
                fit_params,
            )
            for params, (trainset, sample, fit_params) in product(self.param_combinations, folds)
        )
        total = len(self.param_combinations) * len(folds)
        return collect(
            run_jobs(jobs, self.n_jobs, self.pre_dispatch, total, self.joblib_verbose),
            total,
            unit="fit",
        )


@declare
class GridSearchCV(BaseSearchCV):
    """Evaluate all combinations of parameters by cross-validation, and find the best.

    Attributes
    ----------
    param_combinations : list of dict
        What is tried.
    best_score : dict of str to float
        The best mean over the folds, by metric.
    best_params, best_index : dict
        The combination that reached it, and its index in the results.
    best_estimator : dict of str to Model
        A model of that combination; fitted for the metric that `refit` names.
    cv_results : dict
        ``split<k>_test_<metric>``, ``mean_test_``, ``std_test_`` and ``rank_test_<metric>`` (1 is
        the best), the same without rank for ``train``, ``mean_`` and ``std_`` of ``fit_time`` and
        ``test_time``: arrays of shape (n_combinations,). ``params`` and ``param_<name>``: lists.

    Raises
    ------
    TypeError
        For a grid that is not a dict of lists, and `fit_params` that `fit` does not take.
    ValueError
        For an empty list, an unknown metric, or a `refit` that is not among the measures.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> grid = {"n_epochs": [1, 10], "random_state": [0]}
    >>> search = astonish.model_selection.GridSearchCV(astonish.SVD, grid, ["rmse"], cv=2)
    >>> search.fit(data)
    >>> search.best_params
    {'rmse': {'n_epochs': 10, 'random_state': 0}}
    """

    algo_class: Callable[..., Model] = param(kind="class", doc="The model's class.")
    param_grid: Mapping[str, Any] = param(
        kind="dict of str to list",
        doc="The values to try of each constructor argument. ``sim_options`` and ``bsl_options`` "
        "are dicts of lists, of which all combinations are tried too.",
    )
    measures: Iterable[str] = MEASURES
    cv: Any = CV
    refit: bool | str = REFIT
    return_train_measures: bool = RETURN_TRAIN_MEASURES
    n_jobs: int | None = N_JOBS
    pre_dispatch: int | str | None = PRE_DISPATCH
    joblib_verbose: int = JOBLIB_VERBOSE
    _: KW_ONLY
    fit_params: Mapping[str, Any] | None = FIT_PARAMS

    def __post_init__(self) -> None:
        self._check()
        self.param_grid = explode_options("param_grid", self.param_grid)
        self.param_combinations = all_combinations("param_grid", self.param_grid)


@declare
class RandomizedSearchCV(BaseSearchCV):
    """Evaluate some combinations of parameters, drawn at random, and find the best.

    Attributes
    ----------
    param_combinations : list of dict, or object array of them
        What is tried.
    best_score, best_params, best_index, best_estimator, cv_results : dict
        As in `GridSearchCV`.

    Raises
    ------
    TypeError
        For parameters that are neither lists nor distributions.
    ValueError
        As `GridSearchCV` does, and when `n_iter` is more than the combinations that lists have.

    Examples
    --------
    >>> import astonish
    >>> from scipy.stats import uniform
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> search = astonish.model_selection.RandomizedSearchCV(
    ...     astonish.SVD, {"lr_all": uniform(0, 0.01), "n_epochs": [2, 5]}, n_iter=3, cv=2
    ... )
    >>> search.fit(data)
    >>> search.cv_results["mean_test_rmse"].shape
    (3,)
    """

    algo_class: Callable[..., Model] = param(kind="class", doc="The model's class.")
    param_distributions: Mapping[str, Any] = param(
        kind="dict of str to list or distribution",
        doc="What to draw each constructor argument from. A distribution has a method "
        "``rvs(random_state=...)``, as those of `scipy.stats` have. If there are lists only, "
        "combinations are drawn without replacement. ``sim_options`` and ``bsl_options`` are dicts "
        "of lists.",
    )
    n_iter: int = param(default=10, doc="Number of combinations.")
    measures: Iterable[str] = MEASURES
    cv: Any = CV
    refit: bool | str = REFIT
    return_train_measures: bool = RETURN_TRAIN_MEASURES
    n_jobs: int | None = N_JOBS
    pre_dispatch: int | str | None = PRE_DISPATCH
    random_state: int | np.random.RandomState | None = param(
        default=None,
        kind="int, numpy.random.RandomState or None",
        doc="Decides the combinations; None draws from NumPy's global generator. scikit-surprise "
        "draws from that one whenever there are lists only; ``ASTONISH_SURPRISE_STRICT=1`` does "
        "the same.",
    )
    joblib_verbose: int = JOBLIB_VERBOSE
    _: KW_ONLY
    fit_params: Mapping[str, Any] | None = FIT_PARAMS

    def __post_init__(self) -> None:
        self._check()
        self.param_distributions = explode_options("param_distributions", self.param_distributions)
        self.param_combinations = draw_combinations(
            "param_distributions", self.param_distributions, self.n_iter, self.random_state
        )


def _try_and_score(
    algo_class: Callable[..., Model],
    params: Params,
    trainset: Trainset,
    sample: Sample,
    metrics: Mapping[str, Metric],
    *arguments: Any,
) -> Trial:
    """Score a model that lives no longer than this call.

    A ValueError or ArithmeticError of its training or of a metric makes its scores NaN; an error of
    the constructor, which is that of a mistake rather than of a bad setting, is raised.
    """
    algo = algo_class(**params)
    try:
        return Trial(score_sample(algo, trainset, sample, metrics, *arguments))
    except (ValueError, ArithmeticError) as error:
        return Trial(no_score(metrics), error)


def _check_refit(refit: Any, measures: list[str]) -> str | bool:
    """Return the measure that `refit` stands for, or False; other values count as False."""
    if refit is True:
        if not measures:
            raise ValueError("refit=True needs a measure, but measures is empty")
        return measures[0]
    if not isinstance(refit, str):
        return False
    if refit.lower() not in measures:
        raise ValueError(
            "It looks like the measure you want to use with refit "
            f"({refit}) is not in the measures parameter, {measures}"
        )
    return refit.lower()
