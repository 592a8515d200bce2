"""Inner ids: users and items numbered 0, 1, 2, ..., and the raw ids that they stand for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.support.checks import check_integer


def to_codes(name: str, inner_ids: Sequence[int]) -> NDArray[np.int32]:
    """Return inner ids as an int32 array; TypeError unless they are whole numbers."""
    codes = np.array(inner_ids) if inner_ids else np.empty(0, dtype=np.int32)
    with np.errstate(invalid="ignore"):  # NaN and infinity: refused below
        whole = codes.astype(np.int32) if codes.dtype.kind in "iuf" else None
    if whole is None or not np.array_equal(whole, codes):
        raise TypeError(f"{name} must hold inner ids that are whole numbers, got {codes!r}")
    return whole


def find_inner(inner: Any, n: int) -> int | None:
    """Return the inner id that equals `inner`, as a key of a dict would, or None."""
    if type(inner) is int:
        return inner if 0 <= inner < n else None
    if not isinstance(inner, (int, float, np.integer, np.floating)) or not 0 <= inner < n:
        return None
    return int(inner) if inner == int(inner) else None


def find_raw(ids: list[Any], inner: int) -> Any:
    """Return the raw id of an inner id; ValueError if it is not valid."""
    code = find_inner(inner, len(ids))
    if code is None:
        raise ValueError(f"{inner} is not a valid inner id.")
    return ids[code]


def extend_ids(
    raw_ids: list[Any],
    to_inner: Callable[[list[Any]], NDArray[np.int32]],
    codes: NDArray[np.int32],
    ids_of_codes: list[Any],
) -> tuple[NDArray[np.int32], list[Any]]:
    """Return the inner id of each of `codes`, and the raw ids with those that are new."""
    codes, order = _core.ratings.renumber(codes, len(ids_of_codes))
    ids = list(map(ids_of_codes.__getitem__, order.tolist()))
    inner = to_inner(ids)
    new = np.flatnonzero(inner < 0)
    inner[new] = np.arange(len(raw_ids), len(raw_ids) + len(new), dtype=np.int32)
    return inner[codes], [*raw_ids, *map(ids.__getitem__, new.tolist())]


def ids_in_order(side: str, raw_to_inner: Mapping[Any, int], n: int) -> list[Any]:
    """Return the raw ids by inner id; ValueError unless these are 0 to n - 1."""
    n = check_integer(f"n_{side}", n, minimum=0)
    if len(raw_to_inner) != n or sorted(raw_to_inner.values()) != list(range(n)):
        raise ValueError(
            f"raw2inner_id_{side}: inner ids must be 0 to {n - 1}, each once, as n_{side} is {n}"
        )
    return sorted(raw_to_inner, key=raw_to_inner.__getitem__)
