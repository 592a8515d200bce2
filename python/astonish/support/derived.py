"""Attributes that are computed when they are read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

T = TypeVar("T")


def _with(instance: Any, attributes: dict[str, Any]) -> Any:
    """Return an object with the attributes that an instance has now, whatever it gets meanwhile."""
    shared = object.__new__(type(instance))
    object.__setattr__(shared, "__dict__", attributes)  # which frozen classes refuse otherwise
    return shared


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
        return self if instance is None else self._compute(_with(instance, vars(instance)))


class cached(Generic[T]):  # noqa: N801  used like functools.cached_property
    """Make a method an attribute that is computed when it is first read, and may be assigned.

    Before Python 3.12, `functools.cached_property` holds a lock of the class while it computes: one
    instance waits for another, and a process that is forked meanwhile waits forever. Here none
    does. Threads that come at the same time compute the same, and get what the first one stored.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "cached[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        attributes = vars(instance)  # of this moment: the instance may get others meanwhile
        return attributes.setdefault(self._name, self._compute(_with(instance, attributes)))

    if TYPE_CHECKING:  # at run time an assignment goes to the instance, which wins

        def __set__(self, instance: object, value: T) -> None: ...
