"""What a search makes of the scores of its combinations."""

import reprlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.evaluation.combinations import Combinations
from astonish.evaluation.scoring import FoldScore
from astonish.metrics import Metric
from astonish.support.warning import warn_user


class Trial(NamedTuple):
    """The score of a combination on a fold, and the error when there is none."""

    score: FoldScore
    error: Exception | None = None


def no_score(metrics: Mapping[str, Metric]) -> FoldScore:
    """Return the score of a model that could not be trained: all NaN."""
    values = {metric.name: np.nan for metric in metrics.values()}
    return FoldScore(values, dict(values), np.nan, np.nan)


def failures(trials: Sequence[Trial], n_folds: int) -> dict[int, Exception]:
    """Return the first error of each combination that failed on a fold, by its index."""
    failed: dict[int, Exception] = {}
    for at, trial in enumerate(trials):
        if trial.error is not None:
            failed.setdefault(at // n_folds, trial.error)
    return failed


def tell_failures(combinations: Combinations, failed: Mapping[int, Exception]) -> None:
    """Warn of combinations that failed; ValueError when all of them did."""
    if not failed:
        return
    first, error = next(iter(failed.items()))
    told = f"the first is {dict(combinations[first])}: {error}"
    if len(failed) == len(combinations):
        raise ValueError(f"all {len(combinations)} combinations failed; {told}") from error
    warn_user(
        f"{len(failed)} of {len(combinations)} combinations failed and rank last: params "
        f"{reprlib.repr(list(failed))}; {told}"
    )


class SearchResults:
    """Columns of ``cv_results``, made of the trials of all combinations on all folds."""

    def __init__(self, combinations: Combinations, trials: Sequence[Trial], n_folds: int) -> None:
        self._failed = failures(trials, n_folds)
        tell_failures(combinations, self._failed)
        self._combinations = combinations
        self._scores = [trial.score for trial in trials]
        self._shape = len(combinations), n_folds
        self.columns: dict[str, Any] = {}

    def add_metric(self, metric: Metric, with_train: bool) -> Any:
        """Add values, means, deviations and ranks; return the index of the best mean."""
        measure = metric.name
        parts = {"test": [score.test_measures[measure] for score in self._scores]}
        if with_train:
            parts["train"] = [score.train_measures[measure] for score in self._scores]
        values = {part: np.asarray(column).reshape(self._shape) for part, column in parts.items()}
        for fold in range(self._shape[1]):
            for part, table in values.items():
                self.columns[f"split{fold}_{part}_{measure}"] = table[:, fold]
        for part, table in values.items():
            self._add_mean_and_std(f"{part}_{measure}", table)
        means = self.columns[f"mean_test_{measure}"]
        is_nan = _refuse_all_nan(measure, means, self._failed)
        order = means.argsort()  # NaN last
        ranks = np.arange(1, len(order) + 1)
        n_scored = len(order) - np.count_nonzero(is_nan)
        if metric.greater_is_better:
            ranks[:n_scored] = ranks[:n_scored][::-1]
        self.columns[f"rank_test_{measure}"] = np.empty_like(order)
        self.columns[f"rank_test_{measure}"][order] = ranks
        return np.nanargmax(means) if metric.greater_is_better else np.nanargmin(means)

    def add_times(self) -> None:
        """Add means and deviations of the seconds."""
        for name in ("fit_time", "test_time"):
            seconds = np.array([getattr(score, name) for score in self._scores])
            self._add_mean_and_std(name, seconds.reshape(self._shape))

    def add_params(self) -> None:
        """Add the combinations, and the values of each parameter."""
        self.columns["params"] = self._combinations
        for name in self._combinations[0]:
            self.columns[f"param_{name}"] = [params[name] for params in self._combinations]

    def _add_mean_and_std(self, name: str, table: NDArray[np.float64]) -> None:
        self.columns[f"mean_{name}"] = table.mean(axis=1)
        self.columns[f"std_{name}"] = table.std(axis=1)


def _refuse_all_nan(
    measure: str, means: NDArray[np.float64], failed: Collection[int]
) -> NDArray[np.bool_]:
    """Return which combinations have no mean; ValueError where none has.

    A warning where some have none, though they did not fail.
    """
    is_nan: NDArray[np.bool_] = np.isnan(means)
    where = [at for at in np.flatnonzero(is_nan).tolist() if at not in failed]
    if is_nan.all():
        raise ValueError(f"{measure} is NaN for all {len(means)} combinations: none is best")
    if where:
        warn_user(
            f"{measure} is NaN for {len(where)} of {len(means)} combinations, which rank last: "
            f"params {where}"
        )
    return is_nan
