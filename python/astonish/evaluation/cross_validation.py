"""Cross-validation: fit and score a model on every fold."""

import copy
from collections.abc import Generator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from astonish.data.splits import count_folds, get_cv
from astonish.evaluation.fit_params import check_fit_params, folds_with_params
from astonish.evaluation.jobs import collect, count_workers, run_jobs
from astonish.evaluation.scoring import DEFAULT_MEASURES, FoldScore, Sample, score_sample
from astonish.metrics import Metric, select
from astonish.models.base.model import Model

Values: TypeAlias = Sequence[float] | NDArray[np.float64]


def cross_validate(
    algo: Model,
    data: Any,
    measures: Iterable[str] = DEFAULT_MEASURES,
    cv: Any = None,
    return_train_measures: bool = False,
    n_jobs: int | None = 1,
    pre_dispatch: int | str | None = "2*n_jobs",
    verbose: bool = False,
    *,
    fit_params: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Fit and score a model on every fold of a data set.

    Parameters
    ----------
    algo : Model
        The model. With ``n_jobs=1`` it is fitted to one fold after the other, otherwise copies are.
    data : Dataset
        The ratings.
    measures : iterable of str, default ["rmse", "mae"]
        Names of metrics, in any case of letters; see `astonish.metrics.names`.
    cv : splitter, int or None, default None
        How to cut folds: an int is KFold with so many, None is KFold(5).
    return_train_measures : bool, default False
        Whether to score the training sets too.
    n_jobs : int, default 1
        Folds to work on at a time; -1 for one per CPU. Folds run in threads (the core works without
        the GIL) unless ``joblib.parallel_config`` names another backend.
        What does not depend on the jobs: all numbers of a model whose `random_state` is an int. A
        RandomState is copied for each fold unless folds are worked on one after the other, and None
        draws from NumPy's global generator in the order in which folds happen to start.
    pre_dispatch : int, str or None, default "2*n_jobs"
        How many folds to prepare ahead, as in joblib; None for all.
    verbose : bool, default False
        Whether to print a table.
    fit_params : dict, optional
        What `fit` takes beside the training set. Of an array with one entry a rating
        (``sample_weight``), in the order of ``data.raw_ratings``, each fold gets the entries of its
        ratings; anything else passes unchanged.

    Returns
    -------
    dict
        ``test_<measure>`` (and ``train_<measure>``): float64 arrays of shape (n_folds,);
        ``fit_time`` and ``test_time``: tuples of seconds.

    Raises
    ------
    TypeError, ValueError
        For an unknown metric or splitter, for an impossible `n_jobs` or `pre_dispatch`, and for
        `fit_params` that the model's `fit` does not take or that do not fit the data.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> model = astonish.SVD(n_epochs=5, random_state=0)
    >>> result = astonish.model_selection.cross_validate(model, data, cv=3)
    >>> sorted(result)
    ['fit_time', 'test_mae', 'test_rmse', 'test_time']
    """
    metrics = select_lower(measures)
    names = list(metrics)
    splitter = get_cv(cv)
    results = iterate_scores(
        algo, data, metrics, splitter, return_train_measures, n_jobs, pre_dispatch, fit_params
    )
    scores = collect(results, count_folds(splitter, data), unit="fold")
    if not scores:
        raise ValueError(f"cv must yield at least one fold, {splitter!r} yields none")
    test_measures = {
        name: np.array([score.test_measures[name] for score in scores]) for name in names
    }
    train_measures = {
        name: np.array([score.train_measures[name] for score in scores])
        for name in names
        if return_train_measures
    }
    fit_times = tuple(score.fit_time for score in scores)
    test_times = tuple(score.test_time for score in scores)
    if verbose:
        print_summary(
            algo, names, test_measures, train_measures, fit_times, test_times, len(scores)
        )
    result: dict[str, Any] = {}
    for name in names:
        result[f"test_{name}"] = test_measures[name]
        if return_train_measures:
            result[f"train_{name}"] = train_measures[name]
    return {**result, "fit_time": fit_times, "test_time": test_times}


def iterate_scores(
    algo: Model,
    data: Any,
    metrics: Mapping[str, Metric],
    cv: Any = None,
    return_train_measures: bool = False,
    n_jobs: int | None = 1,
    pre_dispatch: int | str | None = "2*n_jobs",
    fit_params: Mapping[str, Any] | None = None,
) -> Generator[FoldScore, None, None]:
    """Yield the score of each fold, in order, as soon as it is known; see `cross_validate`."""
    if isinstance(algo, type) or not (hasattr(algo, "fit") and hasattr(algo, "test")):
        raise TypeError(f"algo must be a model such as SVD(), got {algo!r}")
    params = check_fit_params(fit_params, algo.fit)
    splitter = get_cv(cv)
    is_alone = count_workers(n_jobs) == 1
    jobs = (
        partial(
            score_sample,
            algo if is_alone else _copy(algo),
            trainset,
            Sample(testset),
            metrics,
            return_train_measures,
            fold_params,
        )
        for trainset, testset, fold_params in folds_with_params(splitter, data, params)
    )
    return run_jobs(jobs, n_jobs, pre_dispatch, count_folds(splitter, data))


def select_lower(measures: Iterable[str]) -> dict[str, Metric]:
    """Return the metrics of the argument `measures` by their names in small letters."""
    selected = select(measures, argument="measures")
    return {metric.name: metric for metric in selected.values()}


def print_summary(
    algo: Model,
    measures: Iterable[str],
    test_measures: Mapping[str, Values],
    train_measures: Mapping[str, Values],
    fit_times: Sequence[float],
    test_times: Sequence[float],
    n_splits: int,
) -> None:
    """Print the table of `cross_validate`.

    Parameters
    ----------
    algo : Model
        The model; its class is named.
    measures : iterable of str
        Measures to name in the title.
    test_measures, train_measures : dict of str to sequence of float
        Values of each fold, by measure; the latter may be empty.
    fit_times, test_times : sequence of float
        Seconds of each fold.
    n_splits : int
        Number of folds.

    Examples
    --------
    >>> import astonish
    >>> from astonish.evaluation.cross_validation import print_summary
    >>> print_summary(astonish.SVD(), ["mae"], {"mae": [0.75, 0.8]}, {}, [1, 2], [0.1, 0.1], 2)
    Evaluating MAE of algorithm SVD on 2 split(s).
    <BLANKLINE>
                      Fold 1  Fold 2  Mean    Std
    MAE (testset)     0.7500  0.8000  0.7750  0.0250
    Fit time          1.00    2.00    1.50    0.50
    Test time         0.10    0.10    0.10    0.00
    """
    form = "{:<18}" + "{:<8}" * (n_splits + 2)

    def row(label: str, values: Values, digits: str) -> str:
        numbers = (format(value, digits) for value in (*values, np.mean(values), np.std(values)))
        return form.format(label, *numbers)

    title = ", ".join(name.upper() for name in measures)
    print(f"Evaluating {title} of algorithm {type(algo).__name__} on {n_splits} split(s).\n")
    print(form.format("", *(f"Fold {fold + 1}" for fold in range(n_splits)), "Mean", "Std"))
    for part, values_of in (("test", test_measures), ("train", train_measures)):
        for name, values in values_of.items():
            print(row(f"{name.upper()} ({part}set)", values, "1.4f"))
    print(row("Fit time", fit_times, ".2f"))
    print(row("Test time", test_times, ".2f"))


def _copy(algo: Model) -> Model:
    """Copy a model for another thread; a training set that it holds is shared."""
    trainset = getattr(algo, "trainset", None)
    return copy.deepcopy(algo, {id(trainset): trainset})
