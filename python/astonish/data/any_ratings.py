"""Ratings in every form that functions of the package accept."""

from collections.abc import Iterable
from typing import Any

from astonish.data.dataset import DatasetAutoFolds
from astonish.data.ratings import Ratings
from astonish.data.sources.frames import read_frame
from astonish.data.testset import Testset
from astonish.data.trainset import Trainset


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
            f"rating), got {type(ratings).__name__}"
        )
    rows = list(ratings)
    for number, row in enumerate(rows):
        if not isinstance(row, (tuple, list)) or len(row) != 3:
            raise TypeError(f"{name}[{number}] must be (user id, item id, rating), got {row!r}")
    users, items, values = zip(*rows, strict=True) if rows else ((), (), ())
    return Ratings.from_columns(list(users), list(items), list(values))
