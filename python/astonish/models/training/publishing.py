"""How a model changes while others read it.

What changes a model works on a twin. Its attributes become those of the model by one assignment,
so a reader sees the model of before or the one of after, and an error leaves it as it was. A reader
takes a snapshot first: an object with the attributes of that moment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Model = TypeVar("Model")
Answer = TypeVar("Answer")
P = ParamSpec("P")

_ORIGINAL = "_original"  # of a twin: the model that it will become

_shown: set[int] = set()  # models whose callback runs, which must not change them


@contextmanager
def updated(model: Model) -> Iterator[Model]:
    """Yield a twin to work on, which becomes the model when the block ends without an error."""
    if id(model) in _shown:
        raise ValueError(
            "callback fitted the model that it was called for: copy.copy(model) may be fitted"
        )
    before = vars(model)
    twin = _with_attributes(model, {**before, _ORIGINAL: model})
    try:
        yield twin
    except BaseException:
        model.__dict__ = before  # of which epochs may have been published
        raise
    model.__dict__ = _published(twin)


@contextmanager
def publish_epoch(twin: Any) -> Iterator[None]:
    """Let the model be what its twin is now; what the block changes in it the twin takes over."""
    original = vars(twin).get(_ORIGINAL)
    if original is None:  # trained in place
        yield
        return
    original.__dict__ = _published(twin)
    _shown.add(id(original))
    try:
        yield
    finally:
        _shown.discard(id(original))
    attributes = {**vars(original), _ORIGINAL: original}
    vars(twin).clear()
    vars(twin).update(attributes)


def reading(
    method: Callable[Concatenate[Any, P], Answer],
) -> Callable[Concatenate[Any, P], Answer]:
    """Let a method work on a snapshot of the model, whatever is published meanwhile."""

    @wraps(method)
    def read(self: Any, *args: P.args, **kwargs: P.kwargs) -> Answer:
        return method(snapshot(self), *args, **kwargs)

    return read  # type: ignore[return-value]  # it is called as the method is


def snapshot(model: Model) -> Model:
    """Return an object that shares the attributes of a model as they are now.

    Nothing is copied: a change is published as another dict, this one stays what it is.
    """
    return _with_attributes(model, vars(model))


def _with_attributes(model: Model, attributes: dict[str, Any]) -> Model:
    other = object.__new__(type(model))
    other.__dict__ = attributes
    return other


def _published(twin: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(twin).items() if name != _ORIGINAL}
