"""The record of a metric: its name, its formula, its direction and what it is computed from."""

import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.metrics.truth import Truth

#: What a metric may be computed from.
NEEDS = ("ratings", "lists", "lists+features")


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric, as `astonish.metrics.register` declares it.

    Attributes
    ----------
    name : str
        In small letters.
    function : callable
        By `needs`:

        - "ratings": ``f(true, estimated) -> float`` of two float64 arrays of shape (n,).
        - "lists": ``f(hits, n_relevant) -> float64 array (n_users,)``, where ``hits`` is bool of
          shape (n_users, n), best item first, and ``n_relevant`` int64 of shape (n_users,): how
          many relevant items each user has. NaN where a user has no value.
        - "lists+features": the same with a third argument, float64 of shape
          (n_users, n, n_features): the features of the listed items.
    needs : {"ratings", "lists", "lists+features"}
    greater_is_better : bool
        The direction: whether the best value is the highest.
    by_user : bool, default False
        Whether a function of ratings compares those of one user: it then takes a `Truth` in place
        of the array of true ratings.
    """

    name: str
    function: Callable[..., Any]
    needs: str = "ratings"
    greater_is_better: bool = True
    by_user: bool = False

    def of_ratings(self, truth: Truth, estimates: NDArray[np.float64]) -> Any:
        """Return the value for estimates of ratings.

        Raises
        ------
        TypeError
            When the function returns no number.
        """
        estimates = _read_only(estimates)
        value = self.function(truth if self.by_user else _read_only(truth.ratings), estimates)
        if isinstance(value, numbers.Real):
            return value
        try:
            return float(value)
        except (TypeError, ValueError):
            raise TypeError(f"metric {self.name!r} must return a number, got {value!r}") from None

    def of_lists(
        self,
        hits: NDArray[np.bool_],
        n_relevant: NDArray[np.int64],
        features: NDArray[np.float64] | None = None,
    ) -> float:
        """Return the mean over the users who have a value, for lists of items.

        Raises
        ------
        TypeError
            When the function returns no numbers.
        ValueError
            For arrays whose shapes do not fit each other, a function that does not return one value
            a user, or when no user has a value.
        """
        arguments = _check_lists(hits, n_relevant)
        if self.needs == "lists+features":
            arguments = (*arguments, _check_features(features, hits.shape))
        values = self._values_of_users(self.function(*arguments), len(hits))
        is_known = ~np.isnan(values)
        if not is_known.any():
            raise ValueError(f"metric {self.name!r} has no value for any of {len(hits)} users")
        return float(values[is_known].mean())

    def _values_of_users(self, values: Any, n_users: int) -> NDArray[np.float64]:
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"metric {self.name!r} must return numbers, got {values!r}")
        if array.shape != (n_users,):
            raise ValueError(
                f"metric {self.name!r} must return one value for each of {n_users} users, "
                f"got an array of shape {array.shape}"
            )
        return array.astype(np.float64)


def _read_only(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a view that a function cannot write to: other metrics read the same array."""
    view = array.view()
    view.setflags(write=False)
    return view


def _check_lists(hits: Any, n_relevant: Any) -> tuple[Any, ...]:
    if getattr(hits, "dtype", None) != np.bool_ or hits.ndim != 2:
        raise ValueError(f"hits must be a bool array of shape (n_users, n), got {hits!r}")
    relevant = np.asarray(n_relevant)
    if relevant.dtype.kind not in "iu" or relevant.shape != hits.shape[:1]:
        raise ValueError(
            f"n_relevant must hold one integer for each of {len(hits)} users, got {n_relevant!r}"
        )
    return hits, relevant.astype(np.int64)


def _check_features(features: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = np.asarray(features, np.float64)
    if array.ndim != 3 or array.shape[:2] != shape:
        raise ValueError(
            f"features must have shape {(*shape, 'n_features')}, got an array of {array.shape}"
        )
    return array
