"""Cross-validation: fit and score a model on every fold."""

import copy
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from astonish._cancellation import Cancellation, check_cancelled
from astonish._checks import check_choice
from astonish.data.ratings import Testset
from astonish.data.trainset import Trainset
from astonish.evaluation.accuracy import MEASURES
from astonish.evaluation.split import get_cv
from astonish.models.base import AlgoBase


class FoldScore(NamedTuple):
    """What one fold measured: values by measure, and wall-clock seconds."""

    test_measures: dict[str, float]
    train_measures: dict[str, float]
    fit_time: float
    test_time: float


def cross_validate(
    algo: AlgoBase,
    data: Any,
    measures: Sequence[str] = ("rmse", "mae"),
    cv: Any = None,
    return_train_measures: bool = False,
    n_jobs: int | None = 1,
    pre_dispatch: int | str = "2*n_jobs",
    verbose: bool = False,
) -> dict[str, Any]:
    """Fit and score a model on every fold of a data set.

    Parameters
    ----------
    algo : AlgoBase
        The model. With ``n_jobs=1`` it is fitted to one fold after the other, otherwise copies are.
    data : Dataset
        The ratings.
    measures : sequence of {"rmse", "mse", "mae", "fcp"}, default ("rmse", "mae")
        What to compute, in any case of letters.
    cv : splitter, int or None, default None
        How to cut folds: an int is KFold with so many, None is KFold(5).
    return_train_measures : bool, default False
        Whether to score the training sets too.
    n_jobs : int, default 1
        Folds to work on at a time; -1 for one per CPU. Folds run in threads (the core works without
        the GIL) unless ``joblib.parallel_config`` names another backend.
    pre_dispatch : int or str, default "2*n_jobs"
        How many folds to prepare ahead, as in joblib.
    verbose : bool, default False
        Whether to print a table.

    Returns
    -------
    dict
        ``test_<measure>`` (and ``train_<measure>``): float64 arrays of shape (n_folds,);
        ``fit_time`` and ``test_time``: tuples of seconds.

    Raises
    ------
    ValueError
        For an unknown measure or splitter.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> model = astonish.SVD(n_epochs=5, random_state=0)
    >>> result = astonish.model_selection.cross_validate(model, data, cv=3)
    >>> sorted(result)
    ['fit_time', 'test_mae', 'test_rmse', 'test_time']
    """
    names = [check_choice("measures", str(name).lower(), MEASURES) for name in measures]
    scores = list(
        iterate_scores(algo, data, names, cv, return_train_measures, n_jobs, pre_dispatch)
    )
    result: dict[str, Any] = {}
    for name in names:
        result[f"test_{name}"] = np.array([score.test_measures[name] for score in scores])
        if return_train_measures:
            result[f"train_{name}"] = np.array([score.train_measures[name] for score in scores])
    result["fit_time"] = tuple(score.fit_time for score in scores)
    result["test_time"] = tuple(score.test_time for score in scores)
    if verbose:
        print(_summary(type(algo).__name__, names, result))
    return result


def iterate_scores(
    algo: AlgoBase,
    data: Any,
    measures: Sequence[str],
    cv: Any = None,
    return_train_measures: bool = False,
    n_jobs: int | None = 1,
    pre_dispatch: int | str = "2*n_jobs",
) -> Generator[FoldScore, None, None]:
    """Yield the score of each fold, in order, as soon as it is known; see `cross_validate`."""
    folds = get_cv(cv).split(data)
    if n_jobs == 1:
        for trainset, testset in folds:
            yield fit_and_score(algo, trainset, testset, measures, return_train_measures)
        return
    cancellation = Cancellation()
    jobs: Iterable[Any] = (
        delayed(_job)(cancellation, _copy(algo), trainset, testset, measures, return_train_measures)
        for trainset, testset in folds
    )
    try:
        yield from Parallel(
            n_jobs=n_jobs, pre_dispatch=pre_dispatch, prefer="threads", return_as="generator"
        )(jobs)
    finally:
        cancellation.stop()


def _job(cancellation: Cancellation, *arguments: Any) -> FoldScore:
    with cancellation.job():
        check_cancelled()
        return fit_and_score(*arguments)


def _copy(algo: AlgoBase) -> AlgoBase:
    """Copy a model for another thread; a training set that it holds is shared."""
    trainset = vars(algo).get("trainset")
    return copy.deepcopy(algo, {id(trainset): trainset})


def fit_and_score(
    algo: AlgoBase,
    trainset: Trainset,
    testset: Testset,
    measures: Sequence[str],
    return_train_measures: bool = False,
) -> FoldScore:
    """Fit a model to a training set and measure it on a test set."""
    begin = time.perf_counter()
    algo.fit(trainset)
    fitted = time.perf_counter()
    predictions = algo.test(testset)
    tested = time.perf_counter()
    train_measures: dict[str, float] = {}
    if return_train_measures:
        train_measures = _measure(algo.test(trainset.build_testset()), measures)
    return FoldScore(
        _measure(predictions, measures), train_measures, fitted - begin, tested - fitted
    )


def _measure(predictions: Sequence[Any], measures: Sequence[str]) -> dict[str, float]:
    return {name: MEASURES[name](predictions, verbose=False) for name in measures}


def _summary(algorithm: str, measures: Sequence[str], result: dict[str, Any]) -> str:
    """Lay out the result of cross_validate as scikit-surprise prints it."""
    n_folds = len(result["fit_time"])
    form = "{:<18}" + "{:<8}" * (n_folds + 2)

    def row(label: str, values: NDArray[np.float64], number: Callable[[float], str]) -> str:
        return form.format(label, *map(number, [*values, np.mean(values), np.std(values)]))

    head = form.format("", *(f"Fold {fold + 1}" for fold in range(n_folds)), "Mean", "Std")
    rows = [
        row(f"{name.upper()} ({part}set)", result[f"{part}_{name}"], "{:1.4f}".format)
        for part in ("test", "train")
        for name in measures
        if f"{part}_{name}" in result
    ]
    rows += [
        row(f"{part.capitalize()} time", result[f"{part}_time"], "{:.2f}".format)
        for part in ("fit", "test")
    ]
    title = (
        f"Evaluating {', '.join(name.upper() for name in measures)} "
        f"of algorithm {algorithm} on {n_folds} split(s).\n"
    )
    return "\n".join([title, head, *rows])
