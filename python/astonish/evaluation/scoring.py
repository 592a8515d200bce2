"""Fitting a model to a training set and evaluating it on a test set."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.ratings import Testset
from astonish.data.trainset import Trainset
from astonish.metrics import Metric, select
from astonish.metrics.truth import Truth, columns_of
from astonish.models.base.algo_base import AlgoBase
from astonish.support.derived import cached

#: What functions measure unless they are told; a list as in scikit-surprise's signatures.
DEFAULT_MEASURES: Iterable[str] = ["rmse", "mae"]


class FoldScore(NamedTuple):
    """What one fold measured: values by measure, and wall-clock seconds."""

    test_measures: dict[str, float]
    train_measures: dict[str, float]
    fit_time: float
    test_time: float


class Sample:
    """Ratings to score models on: a test set, and its columns for models that take many pairs.

    The columns are made once, however many models are scored on the sample.
    """

    def __init__(self, testset: Testset) -> None:
        self.testset = testset

    @cached
    def rows(self) -> Testset:
        """The test set as a list."""
        return self.testset if isinstance(self.testset, list) else list(self.testset)

    @cached
    def users(self) -> list[Any]:
        """Raw user ids."""
        return [user for user, _, _ in self.rows]

    @cached
    def items(self) -> list[Any]:
        """Raw item ids."""
        return [item for _, item, _ in self.rows]

    @cached
    def truth(self) -> Truth:
        """True ratings, NaN where there is none, and the users who gave them."""
        return Truth(self.users, np.array([rating for _, _, rating in self.rows], dtype=np.float64))

    @cached
    def is_complete(self) -> bool:
        """Whether there are ratings, and none is missing."""
        return bool(self.rows) and not np.isnan(self.truth.ratings).any()


def fit_and_score(
    algo: AlgoBase,
    trainset: Trainset,
    testset: Testset,
    measures: Iterable[str],
    return_train_measures: bool = False,
) -> FoldScore:
    """Fit a model to a training set and measure it on a test set.

    Parameters
    ----------
    algo : AlgoBase
        The model.
    trainset : Trainset
        What to fit it to.
    testset : list of (raw user id, raw item id, rating)
        What to measure it on.
    measures : iterable of str
        Names of metrics, such as "rmse", in any case of letters; see `astonish.metrics.names`.
    return_train_measures : bool, default False
        Whether to measure the model on the training set too.

    Returns
    -------
    FoldScore
        The tuple (values on the test set by measure, values on the training set by measure, seconds
        of `fit`, seconds of the estimates of the test set).

    Raises
    ------
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
    return score_sample(algo, trainset, Sample(testset), metrics, return_train_measures)


def score_sample(
    algo: AlgoBase,
    trainset: Trainset,
    sample: Sample,
    metrics: Mapping[str, Metric],
    return_train_measures: bool = False,
) -> FoldScore:
    """Do the work of `fit_and_score`, of which the sample may serve more than one model.

    Metrics come as records, not as names: another process does not know what users registered.
    """
    begin = time.perf_counter()
    algo.fit(trainset)
    fitted = time.perf_counter()
    answer = _test(algo, sample)
    tested = time.perf_counter()
    train_measures: dict[str, float] = {}
    if return_train_measures:
        train_sample = Sample(trainset.build_testset())
        train_measures = _measure(train_sample, _test(algo, train_sample), metrics)
    return FoldScore(
        _measure(sample, answer, metrics), train_measures, fitted - begin, tested - fitted
    )


def _test(algo: AlgoBase, sample: Sample) -> list[Any] | NDArray[np.float64]:
    """Return what ``algo.test`` does; its estimates alone where nobody sees the difference."""
    if not _tests_in_core(algo):
        return algo.test(sample.testset)
    if not sample.is_complete:
        return algo.test(sample.rows)  # whose predictions the metrics refuse
    return AlgoBase.predict_many(algo, sample.users, sample.items)


def _tests_in_core(algo: Any) -> bool:
    """Tell whether ``algo.test`` is nobody's own and would take its estimates from the core."""
    return (
        isinstance(algo, AlgoBase)
        and type(algo).test is AlgoBase.test
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
