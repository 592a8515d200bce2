"""Classes under their public names, which files, pickles and messages show."""

import importlib
from typing import Any, TypeVar

from astonish.support.old_names import CLASSES, MOVED

Class = TypeVar("Class", bound=type)

_PACKAGE = "astonish"


def public(cls: Class) -> Class:
    """Make ``astonish`` the home of a class, wherever its source lies."""
    cls.__module__ = _PACKAGE
    return cls


def full_name(cls: type[Any]) -> str:
    """Return the name under which a class is stored: its home and its name there."""
    return f"{cls.__module__}.{cls.__qualname__}"


def current_name(name: str) -> str:
    """Return the name of today of a class that a file names."""
    module, _, cls = name.rpartition(".")
    return f"{_PACKAGE}.{cls}" if module in MOVED or name in CLASSES else name


def public_class(name: str) -> Any:
    """Return the class of a public name, None for a name that is not of this package."""
    module, _, cls = name.rpartition(".")
    return getattr(importlib.import_module(_PACKAGE), cls, None) if module == _PACKAGE else None
