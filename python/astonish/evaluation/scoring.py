"""Fitting a model to a training set and evaluating it on a test set."""

import time
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.ratings import Triple
from astonish.data.testset import Testset
from astonish.data.trainset import Trainset
from astonish.evaluation.fit_params import check_fit_params
from astonish.metrics import Metric, select
from astonish.metrics.truth import Truth, columns_of
from astonish.models.base.model import Model
from astonish.support.derived import cached

#: The metrics that functions compute by default; a list as in scikit-surprise's signatures.
DEFAULT_MEASURES: Iterable[str] = ["rmse", "mae"]


class FoldScore(NamedTuple):
    """The scores of one fold: values by metric, and wall-clock seconds."""

    test_measures: dict[str, float]
    train_measures: dict[str, float]
    fit_time: float
    test_time: float


class Sample:
    """Ratings to score models on: a test set, and its columns for models that take many pairs.

    The columns are made once, however many models are scored on the sample.
    """

    def __init__(self, testset: Iterable[Triple]) -> None:
        self.testset = testset

    @cached
    def rows(self) -> list[Triple]:
        """The test set as a list."""
        return self.testset if isinstance(self.testset, list) else list(self.testset)

    @cached
    def users(self) -> list[Any]:
        """Raw user ids."""
        if isinstance(self.testset, Testset):
            return self.testset.raw_users()
        return [user for user, _, _ in self.rows]

    @cached
    def items(self) -> list[Any]:
        """Raw item ids."""
        if isinstance(self.testset, Testset):
            return self.testset.raw_items()
        return [item for _, item, _ in self.rows]

    @cached
    def truth(self) -> Truth:
        """True ratings, NaN where one is missing, and the users who gave them."""
        if isinstance(self.testset, Testset):
            return Truth(self.users, self.testset.ratings)
        return Truth(self.users, np.array([rating for _, _, rating in self.rows], dtype=np.float64))

    @cached
    def is_complete(self) -> bool:
        """Whether there are ratings and all are known."""
        return len(self.truth.ratings) > 0 and not np.isnan(self.truth.ratings).any()


def fit_and_score(
    algo: Model,
    trainset: Trainset,
    testset: Iterable[Triple],
    measures: Iterable[str],
    return_train_measures: bool = False,
    *,
    fit_params: Mapping[str, Any] | None = None,
) -> FoldScore:
    """Fit a model to a training set and evaluate it on a test set.

    Parameters
    ----------
    algo : Model
        The model.
    trainset : Trainset
        What to fit it to.
    testset : Testset, or list of (raw user id, raw item id, rating)
        What to evaluate it on.
    measures : iterable of str
        Names of metrics, such as "rmse", in any case of letters; see `astonish.metrics.names`.
    return_train_measures : bool, default False
        Whether to evaluate the model on the training set too.
    fit_params : dict, optional
        What `fit` takes beside the training set. Arrays with one entry a rating are in the order of
        ``trainset.all_ratings()``, as for `fit` itself.

    Returns
    -------
    FoldScore
        The tuple (values on the test set by metric, values on the training set by metric, seconds
        of `fit`, seconds of the estimates of the test set).

    Raises
    ------
    TypeError
        For `fit_params` that the model's `fit` does not take.
    ValueError
        For an unknown metric, or when a metric has no value; see `astonish.metrics`.

    Examples
    --------
    >>> import astonish
    >>> from astonish.evaluation.scoring import fit_and_score
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> trainset, testset = astonish.model_selection.train_test_split(data, random_state=0)
    >>> score = fit_and_score(astonish.SVD(random_state=0), trainset, testset, ["rmse"])
    >>> list(score.test_measures), score.train_measures
    (['rmse'], {})
    """
    metrics = select(measures, argument="measures")
    params = check_fit_params(fit_params, algo.fit)
    return score_sample(algo, trainset, Sample(testset), metrics, return_train_measures, params)


def score_sample(
    algo: Model,
    trainset: Trainset,
    sample: Sample,
    metrics: Mapping[str, Metric],
    return_train_measures: bool = False,
    fit_params: Mapping[str, Any] = MappingProxyType({}),
) -> FoldScore:
    """Do the work of `fit_and_score`, of which the sample may serve more than one model.

    Metrics come as records, not as names: another process does not know what users registered.
    """
    begin = time.perf_counter()
    algo.fit(trainset, **fit_params)
    fitted = time.perf_counter()
    answer = _test(algo, sample)
    tested = time.perf_counter()
    train_measures: dict[str, float] = {}
    if return_train_measures:
        train_sample = Sample(Testset(trainset.to_ratings()))
        train_measures = _measure(train_sample, _test(algo, train_sample), metrics)
    return FoldScore(
        _measure(sample, answer, metrics), train_measures, fitted - begin, tested - fitted
    )


def _test(algo: Model, sample: Sample) -> list[Any] | NDArray[np.float64]:
    """Return what ``algo.test`` does; the estimates alone where the metrics need no more."""
    if not _tests_in_core(algo):
        is_ours = isinstance(sample.testset, Testset)
        return algo.test(sample.rows if is_ours else sample.testset)  # theirs may need a list
    if not sample.is_complete:
        return algo.test(sample.rows)  # whose predictions the metrics refuse
    return Model.predict_many(algo, sample.users, sample.items)


def _tests_in_core(algo: Any) -> bool:
    """Return whether ``algo.test`` is the package's own and takes estimates from the core."""
    return (
        isinstance(algo, Model)
        and type(algo).test is Model.test
        and "test" not in vars(algo)
        and algo._runs_in_core()
    )


def _measure(
    sample: Sample, answer: list[Any] | NDArray[np.float64], metrics: Mapping[str, Metric]
) -> dict[str, float]:
    if isinstance(answer, np.ndarray):
        truth, estimates = sample.truth, answer
    else:
        truth, estimates = columns_of(answer)
    return {name: metric.of_ratings(truth, estimates) for name, metric in metrics.items()}
