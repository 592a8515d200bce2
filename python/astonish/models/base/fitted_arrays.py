"""What the arrays of a fitted model look like, to refuse what contradicts itself.

A model declares its arrays by name (`Hooks._fitted_arrays`), as it computes estimates with them.
The check is one pass over each of them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.support.arrays import check_finite

#: A length, or a name for one: dimensions of the same name must be equally long.
Dimension = int | str

#: What the core trains.
FLOATS = ("float32", "float64")


class ArrayOf(NamedTuple):
    """What an array must be.

    Attributes
    ----------
    shape : tuple of int or str
        Its dimensions; () is a number.
    below : int, str or None
        Whole numbers from 0 on that are smaller than this dimension; None for real numbers.
    dtypes : tuple of str
        The only dtypes that there may be; by default all of real numbers.
    may_be_nan : bool
        Whether numbers need not be finite.
    is_optional : bool
        Whether a model may be without it, or have None.
    keeps_type : bool
        Whether files have it in whatever type it has; see `stored_arrays`.
    """

    shape: tuple[Dimension, ...]
    below: Dimension | None = None
    dtypes: tuple[str, ...] = ()
    may_be_nan: bool = False
    is_optional: bool = False
    keeps_type: bool = False


FittedArrays = dict[str, ArrayOf]


def check_arrays(arrays: Mapping[str, Any], expected: FittedArrays) -> None:
    """Raise a ValueError, which names the array, for one that is not as `expected` says."""
    lengths: dict[str, _Length] = {}
    for name, spec in expected.items():
        if arrays.get(name) is not None:
            _check(name, np.asarray(arrays[name]), spec, lengths)
        elif not spec.is_optional:
            raise ValueError(f"{name} is missing")


def stored_arrays(
    arrays: Mapping[str, Any], expected: FittedArrays, may_round: bool = False
) -> dict[str, NDArray[Any]]:
    """Return what files have in place of lists, and of arrays of other types, that users assigned.

    Codes are int64. Real numbers are float32 where all arrays of them are, else float64. What holds
    no numbers is left to `check_arrays`.

    Raises
    ------
    ValueError
        For rows of different lengths, and for a type of more digits than float64 unless these may
        be rounded; it names the array.
    """
    found = {
        name: _as_array(name, arrays[name], may_round)
        for name, spec in expected.items()
        if spec.shape and not spec.keeps_type and arrays.get(name) is not None
    }
    reals = [array.dtype for name, array in found.items() if expected[name].below is None]
    real = np.float32 if all(dtype == np.float32 for dtype in reals) else np.float64
    for name, array in found.items():
        is_code = expected[name].below is not None
        if array.dtype.kind in ("iu" if is_code else "biuf"):
            found[name] = array.astype(np.int64 if is_code else real, copy=False)
    return {name: array for name, array in found.items() if array is not arrays[name]}


def _as_array(name: str, value: Any, may_round: bool) -> NDArray[Any]:
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    is_wide = array.dtype.kind == "f" and array.dtype.itemsize > np.dtype(np.float64).itemsize
    if is_wide and not may_round:
        raise ValueError(f"{name} must be an array of at most float64, got one of {array.dtype}")
    return array


class _Length(NamedTuple):
    """What a named dimension is, and the array that says so."""

    length: int
    array: str


def _check(name: str, array: Any, spec: ArrayOf, lengths: dict[str, _Length]) -> None:
    _check_dtype(name, array.dtype, spec)
    _check_shape(name, array, spec.shape, lengths)
    if spec.below is not None:
        below = spec.below if isinstance(spec.below, int) else lengths[spec.below].length
        _check_codes(name, array, below)
    elif not spec.may_be_nan:
        check_finite(name, array)


def _check_dtype(name: str, dtype: np.dtype[Any], spec: ArrayOf) -> None:
    kinds = "biuf" if spec.below is None else "iu"
    if dtype.kind not in kinds or (spec.dtypes and str(dtype) not in spec.dtypes):
        what = " or ".join(spec.dtypes) or ("numbers" if spec.below is None else "whole numbers")
        raise ValueError(f"{name} must be an array of {what}, got one of {dtype}")


def _check_shape(
    name: str, array: Any, shape: tuple[Dimension, ...], lengths: dict[str, _Length]
) -> None:
    """Compare the shape with that of the arrays before; it decides what they leave open."""
    if len(array.shape) != len(shape):
        raise ValueError(f"{name} must have {len(shape)} dimensions, got {array.shape}")
    wanted, others = [], []
    for dimension, length in zip(shape, array.shape, strict=True):
        if isinstance(dimension, int):
            wanted.append(dimension)
            continue
        first = lengths.setdefault(dimension, _Length(length, name))
        wanted.append(first.length)
        others += [first.array] if first.length != length else []
    if array.shape != tuple(wanted):
        why = f" to fit {' and '.join(others)}" if others else ""
        raise ValueError(f"{name} must have the shape {tuple(wanted)}{why}, got {array.shape}")


def _check_codes(name: str, array: Any, below: int) -> None:
    wrong = (array < 0) | (array >= below)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(f"{name}[{first}] must be from 0 to {below - 1}, got {array[first]}")
