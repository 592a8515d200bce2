"""How far predictions are from the truth."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._derived import cached
from astonish._settings import resolve_n_threads


class UnknownMeasureError(ValueError, AttributeError):
    """A measure that does not exist; an AttributeError too, as in scikit-surprise."""


def rmse(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the root of the mean squared error.

    Parameters
    ----------
    predictions : iterable of Prediction or of 5-tuples (uid, iid, r_ui, est, details)
        As `AlgoBase.test` returns them.
    verbose : bool, default True
        Whether to print the value.

    Raises
    ------
    ValueError
        When there are no predictions, or one has no true rating.

    Examples
    --------
    >>> from astonish import accuracy
    >>> error = accuracy.rmse([("u", "i", 3.0, 4.0, {}), ("u", "j", 3.0, 3.0, {})])
    RMSE: 0.7071
    """
    return _report("RMSE: ", _rmse(*columns_of(predictions)), verbose)


def mse(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the mean squared error; parameters and errors as in `rmse`."""
    return _report("MSE: ", _mse(*columns_of(predictions)), verbose)


def mae(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the mean absolute error; parameters and errors as in `rmse`."""
    return _report("MAE:  ", _mae(*columns_of(predictions)), verbose)


def fcp(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the fraction of concordant pairs, O(n log n).

    Of the pairs of a user's ratings that differ, the concordant ones are those whose estimates
    differ the same way. Counts are averaged over the users that have any, then
    concordant / (concordant + discordant).

    Parameters and errors as in `rmse`; ValueError also when no user has two different ratings.

    References
    ----------
    Koren, Sill: Collaborative filtering on ordinal user feedback. IJCAI 2013, section 5.2.
    """
    return _report("FCP:  ", _fcp(*columns_of(predictions)), verbose)


#: The measures by name, as cross_validate and the command line take them.
MEASURES = {"rmse": rmse, "mse": mse, "mae": mae, "fcp": fcp}


def check_measures(measures: Iterable[str]) -> list[str]:
    """Return the names of measures as a list; UnknownMeasureError for one that is none."""
    if not hasattr(measures, "__iter__"):
        raise TypeError(f"measures must be a list of names, got {measures!r}")
    names = [measures] if isinstance(measures, str) else list(measures)
    for name in names:
        if isinstance(measures, str) or str(name).lower() not in MEASURES:
            raise UnknownMeasureError(
                f"measures must be a list of {', '.join(map(repr, MEASURES))}, got {name!r}"
            )
    return list(map(str, names))


@dataclass(frozen=True, eq=False)
class Truth:
    """True ratings and whose they are: what estimates are compared with.

    Attributes
    ----------
    users : iterable
        Raw id of the user of each rating; gone through once, when a measure needs it.
    ratings : float64 array of the same length
    """

    users: Iterable[Any]
    ratings: NDArray[np.float64]

    @cached
    def by_user(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Row numbers user by user, and where those of each user begin."""
        users, _ = _core.ratings.encode_ids(list(self.users))
        offsets = np.concatenate(([0], np.cumsum(np.bincount(users)))).astype(np.int64)
        return np.argsort(users, kind="stable"), offsets


def columns_of(predictions: Iterable[Any]) -> tuple[Truth, NDArray[np.float64]]:
    """Return true ratings and estimates as float64 arrays of the same length."""
    predictions = list(predictions)
    if not predictions:
        raise ValueError("Prediction list is empty.")
    ratings, estimates = (
        np.array([prediction[place] for prediction in predictions], dtype=np.float64)
        for place in (2, 3)
    )
    for name, column in (("true rating", ratings), ("estimate", estimates)):
        if np.isnan(column).any():
            place = int(np.argmax(np.isnan(column)))
            raise ValueError(f"prediction number {place} has no {name}: {predictions[place]!r}")
    return Truth(map(itemgetter(0), predictions), ratings), estimates


def _rmse(truth: Truth, estimates: NDArray[np.float64]) -> Any:
    return np.sqrt(_mse(truth, estimates))


def _mse(truth: Truth, estimates: NDArray[np.float64]) -> Any:
    return np.mean((truth.ratings - estimates) ** 2)


def _mae(truth: Truth, estimates: NDArray[np.float64]) -> Any:
    return np.mean(np.abs(truth.ratings - estimates))


def _fcp(truth: Truth, estimates: NDArray[np.float64]) -> Any:
    order, offsets = truth.by_user
    columns = truth.ratings[order], estimates[order]
    concordant, discordant = (
        _mean_of_positive(counts)
        for counts in _core.metrics.count_pairs_by_user(offsets, *columns, resolve_n_threads(None))
    )
    if concordant + discordant == 0:
        raise ValueError(
            "cannot compute fcp on this list of prediction. "
            "Does every user have at least two predictions?"
        )
    return concordant / (concordant + discordant)


#: What the measures compute of columns.
FORMULAS = {"rmse": _rmse, "mse": _mse, "mae": _mae, "fcp": _fcp}


def _mean_of_positive(counts: NDArray[np.int64]) -> float:
    positive = counts[counts > 0]
    return float(positive.mean()) if len(positive) else 0.0


def _report(label: str, value: Any, verbose: bool) -> float:
    if verbose:
        print(f"{label}{value:1.4f}")
    return value  # type: ignore[no-any-return]
