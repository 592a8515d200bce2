"""Plain Python values and arrays as JSON: what headers of archives hold.

What JSON lacks is an object with one key that begins with "$".
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.support.files.archive import HEADER

_LONGEST_NAME = 100


def pack(name: str, value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """Turn a value into JSON; arrays go into `arrays`, each of them once, and leave their name.

    Raises
    ------
    TypeError
        For a value, or a part of it, that cannot be stored; the message begins with its name.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic) and not isinstance(value.item(), np.generic):
        return pack(name, value.item(), arrays)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return {"$array": put_array(name, value, arrays)}
    if isinstance(value, list):
        return [pack(f"{name}.{index}", part, arrays) for index, part in enumerate(value)]
    if isinstance(value, tuple):
        return {"$tuple": pack(name, list(value), arrays)}
    if isinstance(value, dict):
        pairs = [[key, pack(f"{name}.{key}", part, arrays)] for key, part in value.items()]
        if all(isinstance(key, (bool, int, float, str)) for key in value):
            return {"$dict": pairs}
    if isinstance(value, np.random.RandomState):
        return {"$random_state": pack(name, value.get_state(legacy=True), arrays)}
    raise TypeError(
        f"{name} cannot be saved: {type(value).__name__} {value!r} has no place in JSON"
    )


def unpack(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """Return what `pack` was given."""
    if isinstance(value, list):
        return [unpack(part, arrays) for part in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "$array":
        return arrays[content]
    if kind == "$tuple":
        return tuple(unpack(content, arrays))
    if kind == "$dict":
        return {key: unpack(part, arrays) for key, part in content}
    if kind == "$random_state":
        return _unpack_random_state(*unpack(content, arrays))
    raise ValueError(f"unknown kind of value {kind!r}")


def put_array(name: str, array: NDArray[Any], arrays: dict[str, NDArray[Any]]) -> str:
    """Add an array to `arrays` unless it is there, and return its name there: `name` if free."""
    for key, other in arrays.items():
        if other is array:
            return key
    name = key = re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:_LONGEST_NAME]
    count = 0
    while key in arrays or key == HEADER:
        count += 1
        key = f"{name}.{count}"
    arrays[key] = array
    return key


def _unpack_random_state(
    name: str, key: NDArray[Any], position: int, has_gauss: int, gauss: float
) -> np.random.RandomState:
    """Restore a generator; NumPy itself would read beyond the key at a wrong position."""
    if name != "MT19937" or key.shape != (624,) or not 0 <= position <= 624:
        raise ValueError("the random state is not a state of MT19937")
    random_state = np.random.RandomState()
    random_state.set_state((name, key.astype(np.uint32), position, int(bool(has_gauss)), gauss))
    return random_state
