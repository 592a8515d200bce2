"""Checks of arguments at the public border: each error names the argument and the value it got."""

import math
import numbers
from collections.abc import Collection, Iterable, Mapping
from typing import Any

INT32_MAX = 2**31 - 1  # what the core counts epochs and threads with


def check_integer(name: str, value: Any, minimum: int, maximum: int | None = None) -> int:
    """Return `value` as an int within its bounds; TypeError or ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value!r}")
    if maximum is not None and int(value) > maximum:
        raise ValueError(f"{name} must be at most {maximum}, got {value!r}")
    return int(value)


def check_number(name: str, value: Any, minimum: float = -math.inf) -> float:
    """Return `value` as a finite float of at least `minimum`; TypeError or ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not _is_finite(value) or value < minimum:
        least = "" if minimum == -math.inf else f" of at least {minimum:g}"
        raise ValueError(f"{name} must be a finite number{least}, got {value!r}")
    return float(value)


def check_below_1(name: str, value: Any) -> float:
    """Return `value` as a float of at least 0 and below 1; TypeError or ValueError otherwise."""
    number = check_number(name, value, minimum=0)
    if number >= 1:
        raise ValueError(f"{name} must be below 1, got {value!r}")
    return number


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond all floats
        return False


def check_scale(name: str, value: Any) -> tuple[float, float]:
    """Return `value` if it is a pair of ascending numbers, infinite ones included."""
    try:
        lower, higher = value
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold two numbers, got {value!r}") from None
    if not (isinstance(lower, numbers.Real) and isinstance(higher, numbers.Real)):
        raise ValueError(f"{name} must hold two numbers, got {value!r}")
    if not lower <= higher:
        raise ValueError(f"{name} must ascend, got {value!r}")
    return value  # type: ignore[no-any-return]


def check_choice(name: str, value: Any, choices: Collection[str]) -> str:
    """Return `value` if it is one of `choices`, else raise ValueError."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def check_dtype(value: Any) -> str:
    """Return `value` if factors may have it as their dtype, else raise ValueError."""
    return check_choice("dtype", value, ("float32", "float64"))


def check_mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Return `value` if it is a dict or alike, else raise TypeError."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, got {value!r}")
    return value


def as_list(value: Any) -> list[Any]:
    """Return one value, several or none (None) as a list; a text and a function are one."""
    if value is None:
        return []
    is_one = isinstance(value, str) or callable(value) or not isinstance(value, Iterable)
    return [value] if is_one else list(value)


def refuse_unhashable(name: str, ids: Iterable[Any]) -> None:
    """Raise a TypeError for the first id that is not hashable, such as a list."""
    for index, raw_id in enumerate(ids):
        if not _is_hashable(raw_id):
            raise TypeError(f"{name}[{index}] is unhashable and can be no id: {raw_id!r}")


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def check_ids(name: str, ids: Any) -> list[Any]:
    """Return a sequence of raw ids as a list of Python objects; one lone id is a TypeError."""
    is_one = isinstance(ids, (str, bytes)) or getattr(ids, "shape", None) == ()
    if is_one or not hasattr(ids, "__iter__"):
        raise TypeError(f"{name} must be a sequence of ids, got {ids!r}; for one id pass [{ids!r}]")
    return ids.tolist() if hasattr(ids, "tolist") else list(ids)
