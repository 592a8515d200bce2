"""Ratings files of unknown format."""

from io import TextIOWrapper
from itertools import islice
from pathlib import Path

import numpy as np

from astonish.data.reader import Reader
from astonish.data.source_data import SourceData
from astonish.data.sources.files import open_file, read_file
from astonish.data.sources.titles import find_titles
from astonish.support.checks import check_scale

_SEPARATORS = ("::", "\t", ",", ";", "|", None)
_FIELDS = ("user", "item", "rating", "timestamp")
_HEADER_WORDS = (
    ("user", "customer", "reader"),
    ("item", "movie", "film", "book", "product", "artist", "song", "track"),
    ("rating", "stars", "score"),
    ("time", "date"),
)


def read_any_file(
    path: str | Path,
    *,
    sep: str | None = None,
    line_format: str | None = None,
    skip_lines: int | None = None,
    rating_scale: tuple[float, float] | None = None,
) -> SourceData:
    """Load a ratings file; what the arguments do not say about the format is guessed.

    The separator is the first of ``::``, tab, comma, semicolon, bar and white space that splits the
    second line into at least three fields; a first line whose rating is not a number is a header,
    and one that names users, items and ratings gives the order of the columns; the scale is the
    range of the ratings. Titles beside a MovieLens file are loaded too.

    Parameters
    ----------
    path : str or path
        The file, plain or compressed.
    sep, line_format, skip_lines, rating_scale : optional
        As in `Reader`; by default guessed.

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        When the format cannot be guessed, or does not fit a line.
    """
    n_before, lines = _first_lines(path, skip_lines or 0)
    if sep is None:
        sep = _guess_separator(path, lines[-1])
    n_fields = len(lines[-1].split(sep))
    if n_fields < 3:
        raise ValueError(f"{path}: sep={sep!r} cuts {lines[-1]!r} into {n_fields} fields, not 3")
    names = line_format or " ".join(_FIELDS[:n_fields])
    reader = Reader(line_format=names, sep=sep, skip_lines=skip_lines or 0)
    if line_format is None:
        _use_header(lines[0].split(sep), reader)
    if skip_lines is None and _is_header(lines[0], reader):
        reader.skip_lines = n_before + 1
    ratings = read_file(path, reader)
    if rating_scale is None and len(ratings):
        rating_scale = float(np.min(ratings.values)), float(np.max(ratings.values))
    if rating_scale is not None:
        reader.rating_scale = check_scale("rating_scale", rating_scale)
    return SourceData(ratings, reader, path, find_titles(path))


def _first_lines(path: str | Path, skip_lines: int) -> tuple[int, list[str]]:
    """Return how many lines precede the first that is not blank, and it and the next such line."""
    with open_file(path) as file:
        text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace")
        head = ((n, line.rstrip("\n")) for n, line in enumerate(text) if n >= skip_lines)
        lines = list(islice(((n, line) for n, line in head if line.strip()), 2))
    if not lines:
        raise ValueError(f"the data set is empty: {path} holds no rating")
    return lines[0][0], [line for _, line in lines]


def _guess_separator(path: str | Path, line: str) -> str | None:
    for separator in _SEPARATORS:
        if len(line.split(separator)) >= 3:
            return separator
    raise ValueError(
        f"{path}: cannot guess the separator of {line!r}: a line needs user, item and rating"
    )


def _use_header(names: list[str], reader: Reader) -> None:
    """Take the order of the fields from a header that names them once each."""
    names = [name.strip().strip('"').lower() for name in names]
    columns = [
        [column for column, name in enumerate(names) if any(word in name for word in words)]
        for words in _HEADER_WORDS[: len(reader.indexes)]
    ]
    if all(len(found) == 1 for found in columns[:3]):
        reader.indexes = [found[0] for found in columns if found]
        reader.with_timestamp = len(reader.indexes) > 3


def _is_header(line: str, reader: Reader) -> bool:
    try:
        reader.parse_line(line)
    except ValueError:
        return True
    return False
