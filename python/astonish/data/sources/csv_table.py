"""CSV tables with a header to Ratings, quoted fields and all.

`read_file` reads ratings files, whose lines have no quotes and whose ids are texts; here columns
have names, and ids the type that all ids of a column have in common. One pass, about a second for a
million rows; memory holds the codes of the ratings and every distinct id, never the rows.
"""

import csv
import re
import reprlib
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.ratings import Ratings
from astonish.data.sources.files import open_file
from astonish.support.garbage_collection import paused_gc

_ROWS = 1 << 11  # rows that are text at a time: they stay in the cache
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

_Rows: TypeAlias = list[list[str]]


def read_csv(path: str | Path, choose: Callable[[list[str]], Sequence[int]]) -> Ratings:
    """Read user id, item id and rating from a table whose first line names its columns.

    Parameters
    ----------
    path : str or path
        The file, UTF-8 with commas, plain or compressed (.gz, .bz2, .xz).
    choose : callable
        Takes the names of the columns and returns the positions of user id, item id and rating.

    Returns
    -------
    Ratings
        Ids are int where all of a column are whole numbers, float where all are numbers, else str.

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        For a row with another number of fields than the header, a missing id, or a rating that is
        not a finite number.
    """
    with open_file(path) as file, paused_gc():
        reader = csv.reader(TextIOWrapper(file, encoding="utf-8-sig", newline=""))
        try:
            return _read_rows(reader, choose)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not UTF-8 text: {error}") from error
        except (ValueError, csv.Error) as error:
            raise ValueError(f"{path}: {error}") from error


def _read_rows(
    reader: Iterator[list[str]], choose: Callable[[list[str]], Sequence[int]]
) -> Ratings:
    names = next(reader, [])
    columns = choose(names)
    users, items, values = (_Codes(names[columns[0]]), _Codes(names[columns[1]]), [np.empty(0)])
    for n_before, rows in _blocks(reader, len(names)):
        user_texts, item_texts, value_texts = ([row[column] for row in rows] for column in columns)
        users.add(user_texts)
        items.add(item_texts)
        values.append(_to_floats(value_texts, n_before, names[columns[2]]))
    user_codes, user_ids = users.coded()
    item_codes, item_ids = items.coded()
    return Ratings(user_codes, item_codes, np.concatenate(values), user_ids, item_ids)


def _blocks(reader: Iterator[list[str]], n_fields: int) -> Iterator[tuple[int, _Rows]]:
    """Yield blocks of rows that are not blank, and the number of rows before the block."""
    n_before = 0
    while block := list(islice(reader, _ROWS)):
        rows = [row for row in block if row]
        for index, row in enumerate(rows):
            if len(row) != n_fields:
                raise ValueError(
                    f"row {n_before + index} has {len(row)} fields, the header {n_fields}: "
                    + reprlib.repr(row)
                )
        yield n_before, rows
        n_before += len(rows)


def _to_floats(texts: list[str], n_before: int, name: str) -> NDArray[np.float64]:
    floats = [0.0] * len(texts)
    try:
        for index, text in enumerate(texts):
            floats[index] = float(text)
    except ValueError:
        raise ValueError(
            f"the rating in row {n_before + index} of column {name!r} is not a number: {text!r}"
        ) from None
    return np.array(floats)


class _Codes:
    """The codes of a column of texts, in order of first appearance."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.code_of: dict[str, int] = {}
        self.blocks = [np.empty(0, dtype=np.int32)]

    def add(self, texts: list[str]) -> None:
        """Append texts to the column."""
        code_of = self.code_of
        for text in texts:
            code_of.setdefault(text, len(code_of))
        self.blocks.append(_core.ratings.lookup_ids(code_of, texts))

    def coded(self) -> tuple[NDArray[np.int32], list[Any]]:
        """Return the code of every row and the ids; ValueError where there is no id."""
        codes = np.concatenate(self.blocks)
        if "" in self.code_of:
            row = int(np.argmax(codes == self.code_of[""]))
            raise ValueError(f"the id in row {row} of column {self.name!r} is missing")
        code_of_id, ids = _core.ratings.encode_ids(_typed(list(self.code_of)))
        return code_of_id[codes], list(ids)


def _typed(texts: list[str]) -> list[Any]:
    """Return ids in the type that all of them have in common."""
    for pattern, kind in ((_WHOLE_NUMBER, int), (_NUMBER, float)):
        if all(map(pattern.fullmatch, texts)):
            return list(map(kind, texts))
    return texts
