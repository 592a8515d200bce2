"""How a model changes while others read it.

What changes a model works on a twin. Its attributes become those of the model by one assignment,
so a reader sees the model of before or the one of after, and an error leaves it as it was. A reader
takes a snapshot first: an object with the attributes of that moment.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from astonish.support.parameters import parameters_of

Model = TypeVar("Model")
Answer = TypeVar("Answer")
P = ParamSpec("P")

_FITTED_WITH = "_fitted_with"  # parameters that were changed since, as they were at `fit`

_originals: dict[int, Any] = {}  # the models that twins will become, by the id of the twin
_shown: set[int] = set()  # models whose callback runs, which must not change them


@contextmanager
def updated(model: Model) -> Iterator[Model]:
    """Yield a twin to work on, which becomes the model when the block ends without an error.

    A twin is its own twin: the method of a subclass that calls that of its base works on one, and
    publishes it when all of it is done.
    """
    if id(model) in _originals:
        with _restored(model):
            yield model
        return
    if id(model) in _shown:
        raise ValueError(
            "callback fitted the model that it was called for: copy.copy(model) may be fitted"
        )
    before = vars(model)
    twin = _with_attributes(model, dict(before))
    _originals[id(twin)] = model
    try:
        yield twin
    except BaseException:
        model.__dict__ = before  # of which epochs may have been published
        raise
    finally:
        del _originals[id(twin)]
    model.__dict__ = vars(twin)


@contextmanager
def publish_epoch(twin: Any) -> Iterator[None]:
    """Let the model be what its twin is now; what the block changes in it the twin takes over."""
    original = _originals.get(id(twin))
    if original is None:  # trained in place
        yield
        return
    original.__dict__ = dict(vars(twin))
    _shown.add(id(original))
    try:
        yield
    finally:
        _shown.discard(id(original))
    _become(twin, vars(original))


def publishing(
    method: Callable[Concatenate[Any, P], Answer],
) -> Callable[Concatenate[Any, P], Answer]:
    """Let a method that changes the model work on a twin, which is published when it is done."""

    @wraps(method)
    def change(self: Any, *args: P.args, **kwargs: P.kwargs) -> Answer:
        with updated(self) as twin:
            if method.__name__ == "fit":
                forget_parameters(twin)
            answer = method(twin, *args, **kwargs)
        return self if answer is twin else answer

    return change  # type: ignore[return-value]  # it is called as the method is


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

    Nothing is copied: a change is published as another dict, this one stays what it is. But for
    parameters that `set_params` changed after `fit`, which have the values of `fit`.
    """
    attributes = vars(model)
    if _FITTED_WITH in attributes:
        attributes = {**attributes, **attributes[_FITTED_WITH]}
        del attributes[_FITTED_WITH]
    return _with_attributes(model, attributes)


def remember_parameters(model: Any, before: dict[str, Any]) -> None:
    """Let a fitted model go on answering with the parameters `before`, until it is fitted again."""
    attributes = vars(model)
    attributes[_FITTED_WITH] = {**before, **attributes.get(_FITTED_WITH, {})}


def keep_options(model: Any) -> None:
    """Let a model that was just fitted answer by copies of the dicts that it was given.

    They are the caller's, who may change them for another model.
    """
    values = ((name, vars(model).get(name)) for name in parameters_of(type(model)))
    options = {name: dict(value) for name, value in values if isinstance(value, Mapping)}
    if options:
        remember_parameters(model, options)


def forget_parameters(model: Any) -> None:
    """Let a model heed the parameters that it has."""
    vars(model).pop(_FITTED_WITH, None)


@contextmanager
def parameters_of_fit(twin: Any) -> Iterator[None]:
    """Let a twin have the parameters that it was fitted with, for the block."""
    attributes = vars(twin)
    fitted_with = attributes.get(_FITTED_WITH, {})
    changed = {name: attributes[name] for name in fitted_with}
    attributes.update(fitted_with)
    yield
    vars(twin).update(changed)


def _with_attributes(model: Model, attributes: dict[str, Any]) -> Model:
    other = object.__new__(type(model))
    other.__dict__ = attributes
    return other


@contextmanager
def _restored(twin: Any) -> Iterator[None]:
    """Leave a twin as it was when the block fails."""
    before = dict(vars(twin))
    try:
        yield
    except BaseException:
        _become(twin, before)
        raise


def _become(model: Any, attributes: dict[str, Any]) -> None:
    vars(model).clear()
    vars(model).update(attributes)
