"""Checks of parameters: each takes a name and a value, and returns the value as it is used."""

import math
from collections.abc import Callable, Collection
from typing import Any

from astonish.support.checks import (
    INT32_MAX,
    check_choice,
    check_integer,
    check_number,
)

#: Takes the name and the value of a parameter; returns the value as it is used, or raises.
Check = Callable[[str, Any], Any]


def anything(_name: str, value: Any) -> Any:
    """Accept every value; what uses it says what it takes."""
    return value


def flag(name: str, value: Any) -> bool:
    """Accept True and False, and 1 and 0."""
    is_flag = isinstance(value, (bool, int)) or type(value).__name__ == "bool"  # NumPy's
    if not is_flag or value not in (0, 1):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def truth(_name: str, value: Any) -> bool:
    """Return the truth of any value, such as a level of verbosity."""
    return bool(value)


def integer(minimum: int, maximum: int | None = INT32_MAX) -> Check:
    """Return the check of a whole number."""
    return lambda name, value: check_integer(name, value, minimum, maximum)


def number(minimum: float = -math.inf) -> Check:
    """Return the check of a finite number."""
    return lambda name, value: check_number(name, value, minimum)


def choice(choices: Collection[str]) -> Check:
    """Return the check of one of several texts."""
    return lambda name, value: check_choice(name, value, choices)


def optional(check: Check) -> Check:
    """Return a check that accepts None, too."""
    return lambda name, value: None if value is None else check(name, value)


def function(name: str, value: Any) -> Any:
    """Accept a callable."""
    if not callable(value):
        raise TypeError(f"{name} must be callable, got {value!r}")
    return value
