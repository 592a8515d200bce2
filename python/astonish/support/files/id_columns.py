"""Raw ids as arrays of a file: columns of text, whole numbers, dates and so on.

A column is an object of JSON: its "kind", and the names of its arrays. A column of several kinds
has a tag for each row, which is the index of its kind in "columns". The kinds and their arrays:

============ ============================================================================
text         UTF-8 "bytes" of all rows, int64 "offsets" of each row in them, and their end
bytes        likewise
integer      int64 "values"
long integer decimal digits as text, for what 64 bits cannot hold
float        float64 "values"
bool         bool "values"
uuid         16 "bytes" a row
date         int64 "days" since 1970-01-01
datetime     int64 "microseconds" since 1970-01-01 in local time, and int64 "zones", the
             microseconds by which that is ahead of UTC; the lowest int64 without a zone
decimal      text
tuple        int64 "offsets" of each row in the column "items", and their end
none         a zero in "values" for each row
mixed        uint8 "tags", "columns"
============ ============================================================================
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import chain, pairwise
from types import NoneType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.support.files.json_values import put_array

Arrays = Mapping[str, NDArray[Any]]

_INT64 = np.iinfo(np.int64)
_NO_ZONE = _INT64.min
_EPOCH = datetime(1970, 1, 1)
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)


def pack_ids(name: str, ids: Iterable[Any], arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Add the arrays of a column of ids to `arrays`, and return what tells how to read them.

    Scalars of NumPy, and instances of subclasses of what can be stored, become what they equal.

    Raises
    ------
    TypeError
        For an id of another type; the message begins with the name and the row.
    """
    return _pack_column(name, _plain_ids(name, list(ids)), arrays)


def unpack_ids(column: Any, arrays: Arrays, n: int) -> list[Any]:
    """Return the `n` ids of a column; an error of some kind for one that is damaged."""
    if column["kind"] == "mixed":
        return _unpack_mixed(column, arrays, n)
    return _KINDS[column["kind"]].decode(column, arrays, n)


# Ids as they are stored


def _plain_ids(name: str, ids: list[Any]) -> list[Any]:
    if set(map(type, ids)) <= _STORED_AS_THEY_ARE:
        return ids
    return [_plain(f"{name}.{row}", raw_id) for row, raw_id in enumerate(ids)]


def _plain(name: str, raw_id: Any) -> Any:
    """Return an equal id of a type that can be stored, or raise a TypeError that names it."""
    if type(raw_id) in _STORED_AS_THEY_ARE:
        return raw_id
    if isinstance(raw_id, tuple):
        return tuple(_plain(f"{name}.{index}", part) for index, part in enumerate(raw_id))
    value = raw_id
    if isinstance(value, np.generic) and not isinstance(value, (np.datetime64, np.timedelta64)):
        value = value.item()
    for base, convert in _CONVERSIONS.items():
        if isinstance(value, base):
            with suppress(TypeError, ValueError):  # such as pandas.NaT, which has no fields
                plain = convert(value)
                if plain != plain or (plain == raw_id and hash(plain) == hash(raw_id)):
                    return plain
    raise TypeError(
        f"{name} cannot be saved: {type(raw_id).__name__} {raw_id!r} is not an id that a file holds"
    )


def _with_fixed_zone(moment: datetime) -> datetime:
    """Return a moment whose zone, if any, is a fixed distance from UTC."""
    fields = moment.timetuple()[:6]
    distance = moment.utcoffset()
    zone = None if distance is None else timezone(distance)
    return datetime(*fields, moment.microsecond, zone)


_STORED_AS_THEY_ARE = {str, int, float, bool, NoneType, bytes, uuid.UUID, date, Decimal}
_CONVERSIONS: dict[type, Callable[[Any], Any]] = {  # bool before int, and datetime before date
    str: str.__str__,
    bool: bool,
    int: int.__int__,
    float: float.__float__,
    bytes: lambda value: bytes(memoryview(value)),
    uuid.UUID: lambda value: uuid.UUID(int=value.int),
    datetime: _with_fixed_zone,
    date: lambda value: date(value.year, value.month, value.day),
    Decimal: Decimal,
}

# Columns


def _pack_column(name: str, values: list[Any], arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    kinds = _kinds_of(values)
    present = sorted(set(kinds)) or ["text"]
    if len(present) == 1:
        return _pack_kind(name, present[0], values, arrays)
    tags = np.fromiter(map(present.index, kinds), np.uint8, len(values))
    columns = [
        _pack_kind(
            f"{name}.{kind}",
            kind,
            [value for value, other in zip(values, kinds, strict=True) if other == kind],
            arrays,
        )
        for kind in present
    ]
    return {"kind": "mixed", "tags": put_array(f"{name}.tags", tags, arrays), "columns": columns}


def _pack_kind(
    name: str, kind: str, values: list[Any], arrays: dict[str, NDArray[Any]]
) -> dict[str, Any]:
    parts = _KINDS[kind].encode(values)
    return {"kind": kind} | {
        part: put_array(f"{name}.{part}", content, arrays)
        if isinstance(content, np.ndarray)
        else _pack_column(f"{name}.{part}", content, arrays)
        for part, content in parts.items()
    }


def _unpack_mixed(column: Any, arrays: Arrays, n: int) -> list[Any]:
    tags = _array(column, "tags", arrays, np.uint8, (n,))
    counts = np.bincount(tags, minlength=len(column["columns"])).tolist()
    parts = [
        iter(unpack_ids(part, arrays, count))
        for part, count in zip(column["columns"], counts, strict=True)
    ]
    return [next(parts[tag]) for tag in tags.tolist()]


def _kinds_of(values: list[Any]) -> list[str]:
    types = set(map(type, values))
    if types == {int}:
        if _INT64.min <= min(values) and max(values) <= _INT64.max:
            return ["integer"] * len(values)
    elif len(types) == 1:
        return [_KIND_OF_TYPE[types.pop()]] * len(values)
    return list(map(_kind_of, values))


def _kind_of(value: Any) -> str:
    if type(value) is int and not _INT64.min <= value <= _INT64.max:
        return "long integer"
    return _KIND_OF_TYPE[type(value)]


# Kinds of columns


class _Kind(NamedTuple):
    """How the values of a column become arrays, or lists that are columns, and come back."""

    encode: Callable[[list[Any]], dict[str, Any]]
    decode: Callable[[Any, Arrays, int], list[Any]]


def _array(
    column: Any, part: str, arrays: Arrays, dtype: type[np.generic], shape: tuple[int, ...]
) -> NDArray[Any]:
    array = arrays[column[part]]
    if array.dtype != dtype or array.shape != shape:
        raise ValueError(
            f"{column[part]} is {array.dtype} of shape {array.shape}, expected "
            f"{np.dtype(dtype)} of shape {shape}"
        )
    return array


def _values(dtype: type[np.generic], part: str = "values") -> _Kind:
    """Return the kind of those that are elements of an array."""
    return _Kind(
        lambda values: {part: np.array(values, dtype)},
        lambda column, arrays, n: _array(column, part, arrays, dtype, (n,)).tolist(),
    )


def _offsets_of(values: list[Any]) -> NDArray[np.int64]:
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, values), np.int64, len(values)), out=offsets[1:])
    return offsets


def _read_offsets(column: Any, arrays: Arrays, n: int) -> list[int]:
    offsets = _array(column, "offsets", arrays, np.int64, (n + 1,))
    if offsets[0] != 0 or (np.diff(offsets) < 0).any():
        raise ValueError(f"{column['offsets']} does not ascend from 0")
    return offsets.tolist()  # type: ignore[no-any-return]


def _encode_bytes(values: list[bytes]) -> dict[str, Any]:
    return {"bytes": np.frombuffer(b"".join(values), np.uint8), "offsets": _offsets_of(values)}


def _read_bytes(column: Any, arrays: Arrays, n: int) -> tuple[bytes, list[int]]:
    offsets = _read_offsets(column, arrays, n)
    content = _array(column, "bytes", arrays, np.uint8, (offsets[-1],))
    return content.tobytes(), offsets


def _decode_bytes(column: Any, arrays: Arrays, n: int) -> list[bytes]:
    content, offsets = _read_bytes(column, arrays, n)
    return [content[begin:end] for begin, end in pairwise(offsets)]


def _encode_text(values: list[str]) -> dict[str, Any]:
    return _encode_bytes([value.encode("utf-8", "surrogatepass") for value in values])


def _decode_text(column: Any, arrays: Arrays, n: int) -> list[str]:
    content, offsets = _read_bytes(column, arrays, n)
    if content.isascii():
        text = content.decode("ascii")
        return [text[begin:end] for begin, end in pairwise(offsets)]
    return [content[begin:end].decode("utf-8", "surrogatepass") for begin, end in pairwise(offsets)]


def _as_text(convert: Callable[[str], Any]) -> _Kind:
    """Return the kind of those that are written as text and read by `convert`."""
    return _Kind(
        lambda values: _encode_text(list(map(str, values))),
        lambda column, arrays, n: list(map(convert, _decode_text(column, arrays, n))),
    )


def _encode_uuids(values: list[uuid.UUID]) -> dict[str, Any]:
    content = b"".join(value.bytes for value in values)
    return {"bytes": np.frombuffer(content, np.uint8).reshape(-1, 16)}


def _decode_uuids(column: Any, arrays: Arrays, n: int) -> list[uuid.UUID]:
    rows = _array(column, "bytes", arrays, np.uint8, (n, 16))
    return [uuid.UUID(bytes=row.tobytes()) for row in rows]


def _encode_dates(values: list[date]) -> dict[str, Any]:
    return {"days": np.array([value.toordinal() - _EPOCH_DAY for value in values], np.int64)}


def _decode_dates(column: Any, arrays: Arrays, n: int) -> list[date]:
    days = _array(column, "days", arrays, np.int64, (n,))
    return [date.fromordinal(_EPOCH_DAY + day) for day in days.tolist()]


def _encode_moments(values: list[datetime]) -> dict[str, Any]:
    clocks = [(value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND for value in values]
    distances = (value.utcoffset() for value in values)
    zones = [_NO_ZONE if distance is None else distance // _MICROSECOND for distance in distances]
    return {"microseconds": np.array(clocks, np.int64), "zones": np.array(zones, np.int64)}


def _decode_moments(column: Any, arrays: Arrays, n: int) -> list[datetime]:
    clocks = _array(column, "microseconds", arrays, np.int64, (n,)).tolist()
    zones = _array(column, "zones", arrays, np.int64, (n,)).tolist()
    return [
        (_EPOCH + clock * _MICROSECOND).replace(
            tzinfo=None if zone == _NO_ZONE else timezone(zone * _MICROSECOND)
        )
        for clock, zone in zip(clocks, zones, strict=True)
    ]


def _encode_tuples(values: list[tuple[Any, ...]]) -> dict[str, Any]:
    return {"offsets": _offsets_of(values), "items": list(chain.from_iterable(values))}


def _decode_tuples(column: Any, arrays: Arrays, n: int) -> list[tuple[Any, ...]]:
    offsets = _read_offsets(column, arrays, n)
    items = unpack_ids(column["items"], arrays, offsets[-1])
    return [tuple(items[begin:end]) for begin, end in pairwise(offsets)]


def _encode_nones(values: list[None]) -> dict[str, Any]:
    return {"values": np.zeros(len(values), np.uint8)}


def _decode_nones(column: Any, arrays: Arrays, n: int) -> list[None]:
    return [None] * len(_array(column, "values", arrays, np.uint8, (n,)))


_KINDS = {
    "text": _Kind(_encode_text, _decode_text),
    "integer": _values(np.int64),
    "long integer": _as_text(int),
    "float": _values(np.float64),
    "bool": _values(np.bool_),
    "bytes": _Kind(_encode_bytes, _decode_bytes),
    "uuid": _Kind(_encode_uuids, _decode_uuids),
    "date": _Kind(_encode_dates, _decode_dates),
    "datetime": _Kind(_encode_moments, _decode_moments),
    "decimal": _as_text(Decimal),
    "tuple": _Kind(_encode_tuples, _decode_tuples),
    "none": _Kind(_encode_nones, _decode_nones),
}
_KIND_OF_TYPE: dict[type, str] = {
    str: "text",
    int: "integer",
    float: "float",
    bool: "bool",
    bytes: "bytes",
    uuid.UUID: "uuid",
    date: "date",
    datetime: "datetime",
    Decimal: "decimal",
    tuple: "tuple",
    NoneType: "none",
}
