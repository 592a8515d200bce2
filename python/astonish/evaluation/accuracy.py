"""How far predictions are from the truth."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core


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
    truth, estimates = _columns(predictions)
    return _report("RMSE: ", np.sqrt(np.mean((truth - estimates) ** 2)), verbose)


def mse(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the mean squared error; parameters and errors as in `rmse`."""
    truth, estimates = _columns(predictions)
    return _report("MSE: ", np.mean((truth - estimates) ** 2), verbose)


def mae(predictions: Iterable[Any], verbose: bool = True) -> float:
    """Return the mean absolute error; parameters and errors as in `rmse`."""
    truth, estimates = _columns(predictions)
    return _report("MAE:  ", np.mean(np.abs(truth - estimates)), verbose)


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
    predictions = list(predictions)
    truth, estimates = _columns(predictions)
    users, _ = _core.encode_ids([prediction[0] for prediction in predictions])
    order = np.argsort(users, kind="stable")
    offsets = np.concatenate(([0], np.cumsum(np.bincount(users)))).astype(np.int64)
    concordant, discordant = (
        _mean_of_positive(counts)
        for counts in _core.count_pairs(offsets, truth[order], estimates[order])
    )
    if concordant + discordant == 0:
        raise ValueError(
            "cannot compute fcp on this list of prediction. "
            "Does every user have at least two predictions?"
        )
    return _report("FCP:  ", concordant / (concordant + discordant), verbose)


#: The measures by name, as cross_validate and the command line take them.
MEASURES = {"rmse": rmse, "mse": mse, "mae": mae, "fcp": fcp}


def _columns(predictions: Iterable[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return true ratings and estimates as float64 arrays of the same length."""
    predictions = list(predictions)
    if not predictions:
        raise ValueError("Prediction list is empty.")
    columns = (
        np.array([prediction[2] for prediction in predictions], dtype=np.float64),
        np.array([prediction[3] for prediction in predictions], dtype=np.float64),
    )
    for name, column in zip(("true rating", "estimate"), columns, strict=True):
        if np.isnan(column).any():
            place = int(np.argmax(np.isnan(column)))
            raise ValueError(f"prediction number {place} has no {name}: {predictions[place]!r}")
    return columns


def _mean_of_positive(counts: NDArray[np.int64]) -> float:
    positive = counts[counts > 0]
    return float(positive.mean()) if len(positive) else 0.0


def _report(label: str, value: Any, verbose: bool) -> float:
    if verbose:
        print(f"{label}{value:1.4f}")
    return value  # type: ignore[no-any-return]
