"""Arrays that users may have assigned, as the core takes them."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
LAYOUT: tuple[Literal["C_CONTIGUOUS"], Literal["ALIGNED"]] = ("C_CONTIGUOUS", "ALIGNED")


def as_float64(values: Any) -> NDArray[np.float64]:
    """Return float64 in C order: `values` itself where it is that, else a copy."""
    # Asked for every single estimate: what a model computed itself passes at once.
    if type(values) is np.ndarray and values.dtype is _FLOAT64 and values.flags.carray:
        return values
    return np.require(values, np.float64, LAYOUT)


def as_floats(*arrays: Any) -> tuple[NDArray[Any], ...]:
    """Return arrays of one dtype in C order: float32 where all of them are, else float64."""
    if all(getattr(array, "dtype", None) == _FLOAT32 for array in arrays):
        return tuple(np.require(array, np.float32, LAYOUT) for array in arrays)
    return tuple(map(as_float64, arrays))


def as_int64(values: Any) -> NDArray[np.int64]:
    """Return int64 in C order: `values` itself where it is that, else a copy."""
    return np.require(values, np.int64, LAYOUT)


def as_numbers(name: str, values: Any) -> NDArray[Any]:
    """Return the argument `name` as an array of real numbers of any kind, else raise TypeError."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got an array of {array.dtype}")
    return array


def check_finite(name: str, array: Any) -> None:
    """Raise a ValueError for the first number of an array that is infinite or NaN."""
    is_finite = np.isfinite(array)
    if not is_finite.all():
        first = np.unravel_index(np.argmin(is_finite), array.shape)
        index = f"[{', '.join(map(str, first))}]" if first else ""
        raise ValueError(f"{name}{index} must be finite, got {array[first]}")


def is_sparse(value: Any) -> bool:
    """Return whether a value is a sparse matrix or array of scipy, which need not be installed."""
    return all(hasattr(value, name) for name in ("format", "tocoo", "tocsr"))
