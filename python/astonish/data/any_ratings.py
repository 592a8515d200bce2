"""Ratings in every form that functions of the package accept."""

import reprlib
from collections.abc import Iterable
from typing import Any

from astonish.data.dataset import DatasetAutoFolds
from astonish.data.ratings import Ratings
from astonish.data.sources.frames import read_frame
from astonish.data.testset import Testset
from astonish.data.trainset import Trainset
from astonish.support.checks import refuse_unhashable


def as_ratings(ratings: Any, name: str = "ratings") -> Ratings:
    """Return the argument `name` as columns.

    Parameters
    ----------
    ratings : Ratings, Dataset, Trainset, Testset, frame, or iterable of triples
        Triples are (user id, item id, rating).
        There must be at least one rating.

    Raises
    ------
    TypeError
        For any other type.
    ValueError
        For no ratings, or a rating that is not finite.
    """
    columns = _columns(ratings, name)
    if not len(columns):
        raise ValueError(f"{name} is empty: it needs at least one rating")
    return columns


def _columns(ratings: Any, name: str) -> Ratings:
    if isinstance(ratings, Ratings):
        return ratings
    if isinstance(ratings, DatasetAutoFolds):
        return ratings.ratings
    if isinstance(ratings, Trainset):
        return ratings.to_ratings()
    if isinstance(ratings, Testset):
        return ratings.to_ratings()
    if hasattr(ratings, "columns"):
        return read_frame(ratings)
    return _from_triples(ratings, name)


def _from_triples(ratings: Any, name: str) -> Ratings:
    if not isinstance(ratings, Iterable) or isinstance(ratings, (str, bytes)):
        raise TypeError(
            f"{name} must be a Dataset, a Trainset, a frame or a list of (user id, item id, "
            f"rating), got {type(ratings).__name__}: {reprlib.repr(ratings)}"
        )
    rows = list(ratings)
    for number, row in enumerate(rows):
        if not isinstance(row, (tuple, list)) or len(row) != 3:
            raise TypeError(f"{name}[{number}] must be (user id, item id, rating), got {row!r}")
    users, items, values = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    try:
        return Ratings.from_columns(users, items, values)
    except (TypeError, ValueError):
        _refuse_wrong_entry(name, users, items, values)
        raise


def _refuse_wrong_entry(name: str, users: list[Any], items: list[Any], values: list[Any]) -> None:
    """Raise an error that names the first rating that is no number, or an id that is none."""
    for number, value in enumerate(values):
        _check_rating(f"{name}[{number}]", value)
    refuse_unhashable(f"user ids of {name}", users)
    refuse_unhashable(f"item ids of {name}", items)


def _check_rating(name: str, value: Any) -> None:
    told = f"{name} has the rating {reprlib.repr(value)}"
    try:
        float(value)
    except TypeError as error:
        raise TypeError(f"{told}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{told}: {error}") from None
    except OverflowError as error:  # an int too large for a float
        raise ValueError(f"{told}: a rating must be a finite number: {error}") from None
