"""Ratings with the names of their columns and the ids that get a code."""

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from astonish.collab.loaders.categories import sort_ids
from astonish.data.any_ratings import as_ratings
from astonish.data.dataset import DatasetAutoFolds
from astonish.data.ratings import Ratings
from astonish.data.sources.csv_table import read_csv
from astonish.data.sources.frames import collect_frame, float_column, ratings_from_series
from astonish.data.trainset import Trainset

Names: TypeAlias = Sequence[Any]  # of users, items and ratings

_ARGUMENTS = ("user_name", "item_name", "rating_name")


@dataclass(frozen=True, eq=False)
class NamedRatings:
    """Ratings, what the three columns are called, and which ids get a code.

    Attributes
    ----------
    ratings : Ratings
        At least one.
    names : sequence
        Of the columns of users, items and ratings.
    user_ids, item_ids : list or None
        The ids that get a code, in this order; None for those of the training rows, ascending.
    """

    ratings: Ratings
    names: Names
    user_ids: list[Any] | None
    item_ids: list[Any] | None

    def __post_init__(self) -> None:
        if not len(self.ratings):
            raise ValueError("ratings is empty: it needs at least one rating")


def from_frame(frame: Any, names: Names) -> NamedRatings:
    """Take three columns of a frame; of categories all get a code, in their own order."""
    table = collect_frame("ratings", frame, "from_dataset takes a Dataset")
    indices = find_columns(names, table.columns)
    users, items, values = (table[:, index] for index in indices)
    ratings = ratings_from_series(users, items, float_column(values))
    return NamedRatings(
        ratings,
        [table.columns[index] for index in indices],
        _ids_of_column(users, ratings.user_ids),
        _ids_of_column(items, ratings.item_ids),
    )


def from_csv(path: str | Path, names: Names) -> NamedRatings:
    """Take three columns of a CSV file with a header."""
    chosen: list[str] = []

    def choose(columns: list[str]) -> Sequence[int]:
        indices = find_columns(names, columns)
        chosen.extend(columns[index] for index in indices)
        return indices

    return _of_python_ids(read_csv(path, choose), chosen)


def from_any(data: Any) -> NamedRatings:
    """Take a Dataset, or what else `as_ratings` takes."""
    return _of_python_ids(as_ratings(data, "dataset"), ("user", "item", "rating"))


def find_columns(names: Names, columns: Sequence[Any]) -> list[int]:
    """Return the index of each name; None stands for the column at the same index."""
    if len(columns) < len(names):
        raise ValueError(
            "ratings must have at least three columns (user, item, rating), "
            f"got {len(columns)}: {', '.join(map(str, columns))}"
        )
    indices = [
        find_column(argument, columns[index] if name is None else name, columns)
        for index, (argument, name) in enumerate(zip(_ARGUMENTS, names, strict=True))
    ]
    for argument, index in zip(_ARGUMENTS, indices, strict=True):
        if indices.count(index) > 1:
            raise ValueError(f"{argument}={columns[index]!r} is wanted as another column, too")
    return indices


def find_column(argument: str, name: Any, columns: Sequence[Any]) -> int:
    """Return the index of the column that an argument names; ValueError unless there is one."""
    indices = [index for index, column in enumerate(columns) if column == name]
    if len(indices) != 1:
        raise ValueError(
            f"{argument}={name!r} must be one column of {', '.join(map(repr, columns))}"
        )
    return indices[0]


def _ids_of_column(series: nw.Series[Any], ids: list[Any]) -> list[Any] | None:
    """Return the ids that get a code; None where those of the training rows do."""
    dtype = series.dtype
    if dtype.is_numeric() or dtype.is_temporal() or dtype == nw.Boolean:
        return None
    if dtype in (nw.Categorical, nw.Enum) and series.implementation.is_pandas_like():
        return list(series.to_native().cat.categories)
    return list(dtype.categories) if isinstance(dtype, nw.Enum) else sort_ids(ids)


def _of_python_ids(ratings: Ratings, names: Names) -> NamedRatings:
    sides = (
        None if all(isinstance(raw_id, numbers.Number) for raw_id in ids) else sort_ids(ids)
        for ids in (ratings.user_ids, ratings.item_ids)
    )
    return NamedRatings(ratings, names, *sides)


def read_pairs(
    pairs: Any, names: Names, with_labels: bool | None
) -> tuple[list[Any], list[Any], NDArray[np.float64] | None]:
    """Return users and items row by row, missing ones as they are, and the ratings or None.

    ``with_labels=None`` takes ratings where there are some.
    """
    if isinstance(pairs, (list, Ratings, DatasetAutoFolds, Trainset)):
        ratings = as_ratings(pairs)
        values = None if with_labels is False else ratings.values
        return ratings.raw_users(), ratings.raw_items(), values
    table = collect_frame("ratings", pairs, "a list of (user id, item id, rating) will do, too")
    columns = table.columns
    users, items = (
        table[:, find_column(argument, name, columns)].to_list()
        for argument, name in zip(_ARGUMENTS[:2], names[:2], strict=True)
    )
    if with_labels is None:
        with_labels = names[2] in columns
    if not with_labels:
        return users, items, None
    return users, items, float_column(table[:, find_column(_ARGUMENTS[2], names[2], columns)])
