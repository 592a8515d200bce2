"""Attributes of a learner that lie in the session of the learner."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class of_session(Generic[T]):  # noqa: N801  used like property
    """Read and assign an attribute of ``_session`` as one of the instance."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> of_session[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else getattr(instance._session, self._name)

    def __set__(self, instance: Any, value: T) -> None:
        setattr(instance._session, self._name, value)
