"""Ratings files to Ratings.

Small or irregular files are read line by line, exactly as the Reader says. Large ones go through
the CSV reader of polars, pyarrow or pandas, whichever is installed first in that order; whenever
such a reader sees anything that is not a plain table (a line with fewer fields, a blank id, bytes
that are not UTF-8), the file is read again line by line, which decides what it means or names the
line.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.ratings import Ratings
from astonish.data.reader import Reader
from astonish.data.sources.frames import ratings_from_series
from astonish.support.lazy import lazy_module

if TYPE_CHECKING:
    import narwhals as nw
else:
    nw = lazy_module("narwhals")  # imported with the first frame

_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_WORTH_AN_IMPORT = 4_000_000  # bytes; below, importing a library takes longer than reading
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FIELD_SEPARATOR = "\x1f"  # one byte for separators of several: ASCII's own unit separator


def read_file(path: str | Path, reader: Reader) -> Ratings:
    """Read a ratings file, plain or compressed (.gz, .bz2, .xz).

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        For a line that does not fit `reader`; the message names the file and the line.
    """
    with open_file(path) as file:
        content = _normalise(file.read())
    body = _skip_lines(content, reader.skip_lines)
    overridden = getattr(reader.parse_line, "__func__", None) is not Reader.parse_line
    if len(body) >= _WORTH_AN_IMPORT and not overridden:
        ratings = _read_table(body, reader)
        if ratings is not None:
            return ratings
    return _read_lines(body, reader, path)


@contextmanager
def open_file(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes, decompressed according to its suffix; OSError if damaged."""
    path = Path(path).expanduser()
    try:
        with _OPENERS.get(path.suffix.lower(), open)(path, "rb") as file:
            yield file
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise OSError(f"{path} is damaged: {error}") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise OSError(f"{path} is damaged: {error}") from error  # of gzip or bz2, not of the system


def _normalise(content: bytes) -> bytes:
    """Drop a byte order mark and end every line with a newline alone."""
    return content.removeprefix(_BYTE_ORDER_MARK).replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _skip_lines(content: bytes, n_lines: int) -> bytes:
    begin = 0
    for _ in range(n_lines):
        begin = content.find(b"\n", begin) + 1
        if begin == 0:
            return b""
    return content[begin:].rstrip(b"\n")


def _read_lines(body: bytes, reader: Reader, path: str | Path) -> Ratings:
    users, items, values, timestamps = [], [], [], []
    parse_line = reader.parse_line
    line_number = reader.skip_lines
    try:
        for line in body.decode("utf-8").split("\n") if body else []:
            line_number += 1
            if not line.strip():
                continue
            user, item, value, timestamp = parse_line(line)
            users.append(user)
            items.append(item)
            values.append(value)
            timestamps.append(timestamp)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}") from error
    except ValueError as error:
        raise ValueError(f"{path}, line {line_number}: {error} The line: {line!r}") from error
    return Ratings.from_columns(users, items, values, timestamps if reader.with_timestamp else None)


def _read_table(body: bytes, reader: Reader) -> Ratings | None:
    """Read with the first CSV library there is; None without one, or for an irregular file."""
    separator = _single_separator(body, reader)
    if separator is None or body.startswith(_BYTE_ORDER_MARK):  # a second one is text
        return None
    if reader.sep is not None and len(reader.sep) > 1:
        body = body.replace(reader.sep.encode(), separator.encode())
    for name, read_csv in _CSV_READERS.items():
        try:
            library = importlib.import_module(name)
        except ImportError:
            continue
        try:
            columns = read_csv(library, body, separator, reader.indexes)
            return _ratings_from_text(columns, blanks_separate=reader.sep is None)
        except Exception:
            # The libraries' errors share no base class; the plain reader names the line.
            return None
    return None


def _single_separator(body: bytes, reader: Reader) -> str | None:
    """Return the one byte that separates the fields, or None when that is not certain."""
    sep = reader.sep
    if sep is None:
        if max(reader.indexes) >= len(reader.indexes):
            return None  # a field is left out: blanks in it would move those that follow
        first_line = body.partition(b"\n")[0]
        return "\t" if b"\t" in first_line else " "
    if "\n" in sep:
        return None
    if len(sep) > 1:
        return None if _FIELD_SEPARATOR.encode() in body else _FIELD_SEPARATOR
    return sep if sep.isascii() else None


def _ratings_from_text(columns: list[nw.Series[Any]], *, blanks_separate: bool) -> Ratings:
    """Turn columns of text into Ratings; ValueError when the plain reader must decide."""
    users, items, *rest = (column.str.strip_chars() for column in columns)
    values = rest[0].cast(nw.Float64)
    if values.is_null().any():
        raise ValueError("a rating is missing")
    timestamps = _timestamps(rest[1]) if len(rest) > 1 else None
    ratings = ratings_from_series(users, items, values.to_numpy().astype(np.float64), timestamps)
    # The libraries know fewer blanks than Python.
    for raw_id in chain(ratings.user_ids, ratings.item_ids):
        fields = raw_id.split() if blanks_separate else [raw_id.strip()]
        if not raw_id or fields != [raw_id]:
            raise ValueError(f"the id {raw_id!r} holds blanks or nothing")
    return ratings


def _timestamps(column: nw.Series[Any]) -> NDArray[Any]:
    numbers = column.cast(nw.Int64)
    if numbers.is_null().any() or not (numbers.cast(nw.String) == column).all():
        raise ValueError("timestamps are not plain integers")
    return numbers.to_numpy().astype(np.int64)


def _polars_columns(
    polars: Any, body: bytes, separator: str, indexes: list[int]
) -> list[nw.Series[Any]]:
    frame = polars.read_csv(
        io.BytesIO(body),
        separator=separator,
        has_header=False,
        quote_char=None,
        infer_schema=False,
        truncate_ragged_lines=True,
    )
    return [nw.from_native(frame.to_series(index), series_only=True) for index in indexes]


def _pyarrow_columns(
    pyarrow: Any, body: bytes, separator: str, indexes: list[int]
) -> list[nw.Series[Any]]:
    reader = importlib.import_module("pyarrow.csv")
    n_fields = body.partition(b"\n")[0].count(separator.encode()) + 1
    names = [str(index) for index in range(n_fields)]
    table = reader.read_csv(
        io.BytesIO(body),
        read_options=reader.ReadOptions(column_names=names),
        parse_options=reader.ParseOptions(delimiter=separator, quote_char=False),
        # All columns, also those not asked for: this is what finds bytes that are not UTF-8.
        convert_options=reader.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.string())),
    )
    return [nw.from_native(table[names[index]], series_only=True) for index in indexes]


def _pandas_columns(
    pandas: Any, body: bytes, separator: str, indexes: list[int]
) -> list[nw.Series[Any]]:
    frame = pandas.read_csv(
        io.BytesIO(body),
        sep=separator,
        header=None,
        dtype=str,
        quoting=csv.QUOTE_NONE,
        na_filter=False,
        skip_blank_lines=False,
    )
    return [nw.from_native(frame[index].astype("str"), series_only=True) for index in indexes]


_CSV_READERS: dict[str, Callable[[Any, bytes, str, list[int]], list[nw.Series[Any]]]] = {
    "polars": _polars_columns,
    "pyarrow": _pyarrow_columns,
    "pandas": _pandas_columns,
}
