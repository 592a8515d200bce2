"""What `fit` takes beside the training set, for each fold of a data set.

A splitter yields a training set and does not say which ratings are in it. Here it cuts ratings that
carry their row numbers; `Ratings.take` is all that a splitter needs.
"""

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.ratings import Ratings, Triple
from astonish.data.splits import Splitter
from astonish.data.trainset import Trainset

Params = dict[str, Any]


def folds_with_params(
    splitter: Splitter, data: Any, fit_params: Mapping[str, Any]
) -> Iterator[tuple[Trainset, Sequence[Triple], Mapping[str, Any]]]:
    """Yield each fold, and `fit_params` as they are for its training set.

    Raises
    ------
    ValueError
        When there are arrays with one entry a rating, and they do not fit the data, or the splitter
        does not tell which ratings it took.
    """
    per_rating = _per_rating(fit_params)
    _refuse_shape(fit_params, per_rating)
    if not per_rating:
        yield from ((*fold, fit_params) for fold in splitter.split(data))
        return
    numbered = _NumberedData(data, per_rating)
    for trainset, testset in splitter.split(numbered.data):
        yield trainset, testset, {**fit_params, **numbered.cut(trainset)}


def whole_with_params(
    data: Any, fit_params: Mapping[str, Any]
) -> tuple[Trainset, Mapping[str, Any]]:
    """Return the training set of all ratings, and `fit_params` as they are for it."""
    per_rating = _per_rating(fit_params)
    if not per_rating:
        return data.build_full_trainset(), fit_params
    numbered = _NumberedData(data, per_rating)
    trainset = numbered.data.build_full_trainset()
    return trainset, {**fit_params, **numbered.cut(trainset)}


def check_fit_params(fit_params: Any, fit: Callable[..., Any] | None) -> Params:
    """Return `fit_params` as a dict; TypeError for what `fit` does not take."""
    if fit_params is None:
        return {}
    if not isinstance(fit_params, Mapping):
        raise TypeError(f"fit_params must be a dict of arguments of fit, got {fit_params!r}")
    taken, method = _keywords(fit), getattr(fit, "__qualname__", "fit")
    for name in fit_params:
        if taken is not None and name not in taken:
            raise TypeError(
                f"fit_params[{name!r}] is not an argument of {method}, "
                f"which takes {', '.join(map(repr, taken)) or 'the training set alone'}"
            )
    return dict(fit_params)


def _keywords(fit: Callable[..., Any] | None) -> list[str] | None:
    """Return the names that `fit` takes beside the training set; None where it takes any."""
    try:
        parameters = inspect.signature(fit).parameters.values()  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return [
        parameter.name for parameter in parameters if parameter.name not in ("self", "trainset")
    ]


def _refuse_shape(fit_params: Mapping[str, Any], per_rating: Params) -> None:
    """Refuse weights that cannot be cut into folds: `fit` would speak of the ratings of one."""
    weights = fit_params.get("sample_weight")
    if weights is None or "sample_weight" in per_rating:
        return
    shape = getattr(weights, "shape", None)
    got = repr(weights) if shape is None else f"an array of shape {shape} and {weights.dtype}"
    raise ValueError(
        "fit_params['sample_weight'] must hold numbers in one dimension, an entry for each rating "
        f"of the data, got {got}"
    )


def _per_rating(fit_params: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return the parameters that are columns: one-dimensional arrays of numbers or times."""
    columns = {}
    for name, value in fit_params.items():
        if value is None or callable(value) or isinstance(value, str | bytes | Mapping):
            continue
        if not hasattr(value, "__len__"):
            continue
        shape = getattr(value, "shape", None)
        if shape is not None and len(shape) != 1:
            continue
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different lengths
            continue
        if array.ndim == 1 and array.dtype.kind in "biufmM":
            columns[name] = array
    return columns


@dataclass(frozen=True, eq=False)
class _NumberedRatings(Ratings):
    """Ratings that know their row numbers in a data set."""

    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @classmethod
    def number(cls, ratings: Ratings, rows: NDArray[np.intp]) -> "_NumberedRatings":
        """Return ratings with their row numbers."""
        columns = {column.name: getattr(ratings, column.name) for column in fields(ratings)}
        return cls(**{**columns, "rows": rows})

    def take(self, rows: NDArray[np.intp]) -> "_NumberedRatings":
        """Return the ratings at `rows`, in that order, with their numbers."""
        return self.number(super().take(rows), self.rows[rows])


class _NumberedData:
    """A copy of a data set that notes which ratings a training set is made of."""

    def __init__(self, data: Any, per_rating: Mapping[str, NDArray[Any]]) -> None:
        if not hasattr(data, "raw_ratings"):
            raise ValueError(
                f"fit_params[{next(iter(per_rating))!r}] has one entry a rating, which only "
                f"a data set that is cut into folds can have, got {type(data).__name__}"
            )
        ratings = (
            data.ratings if hasattr(data, "ratings") else Ratings.from_tuples(data.raw_ratings)
        )
        for name, column in per_rating.items():
            if len(column) != len(ratings):
                raise ValueError(
                    f"fit_params[{name!r}] must have one entry for each of the {len(ratings)} "
                    f"ratings, got {len(column)}"
                )
        self._per_rating = per_rating
        self._orders: WeakKeyDictionary[Trainset, NDArray[np.intp]] = WeakKeyDictionary()
        self._construct = data.construct_trainset
        self.data = copy.copy(data)
        self.data.raw_ratings = _NumberedRatings.number(ratings, np.arange(len(ratings)))
        self.data.construct_trainset = self._construct_trainset

    def cut(self, trainset: Trainset) -> Params:
        """Return the entries of the ratings of a training set, in the order of its ratings."""
        if trainset not in self._orders:
            raise ValueError(self._message("the splitter does not tell which ratings it took"))
        order = self._orders[trainset]
        return {name: column[order] for name, column in self._per_rating.items()}

    def _construct_trainset(self, raw_trainset: Any) -> Trainset:
        trainset: Trainset = self._construct(raw_trainset)
        if isinstance(raw_trainset, _NumberedRatings):
            self._orders[trainset] = self._order_of(trainset, raw_trainset)
        return trainset

    def _order_of(self, trainset: Trainset, ratings: _NumberedRatings) -> NDArray[np.intp]:
        """Return the row number of each of ``trainset.all_ratings()``."""
        users, _ = _core.ratings.renumber(ratings.users, len(ratings.user_ids))
        by_user = np.argsort(users, kind="stable")
        if not np.array_equal(trainset.by_user.values, ratings.values[by_user]):
            raise ValueError(self._message("construct_trainset changes the ratings"))
        return ratings.rows[by_user]

    def _message(self, reason: str) -> str:
        name = next(iter(self._per_rating))
        return f"fit_params[{name!r}] has one entry a rating and cannot be cut: {reason}"
