"""Attributes that are computed from others when they are read."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class derived(Generic[T]):  # noqa: N801  used like property
    """Make a method read like an attribute that an instance may assign over.

    Nothing is stored, so it follows what it is computed from; code for scikit-surprise that sets
    the attribute of its own instance keeps working, as with any other attribute.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "derived[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else self._compute(instance)
