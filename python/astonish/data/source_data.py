"""What every source of ratings returns, before it becomes a data set."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from astonish.data.ratings import Ratings
from astonish.data.reader import Reader


@dataclass(frozen=True, eq=False)
class SourceData:
    """Ratings as columns, and what the source says about them.

    Attributes
    ----------
    ratings : Ratings
        The columns.
    reader : Reader
        The format they were read in; holds the rating scale.
    ratings_file : str or path, optional
        The file they come from.
    item_titles : dict of raw item id to str
        Titles, where the source has them.
    item_genres : dict of raw item id to tuple of str
        Genres, where the source has them.
    """

    ratings: Ratings
    reader: Reader
    ratings_file: str | Path | None = None
    item_titles: dict[Any, str] = field(default_factory=dict)
    item_genres: dict[Any, tuple[str, ...]] = field(default_factory=dict)
