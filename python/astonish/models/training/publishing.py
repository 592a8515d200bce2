"""How a model changes while others read it.

What changes a model works on a twin. Its attributes become those of the model by one assignment,
so a reader sees the model of before or the one of after, and an error leaves it as it was. A reader
takes a snapshot first: an object with the attributes of that moment.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from threading import get_ident
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from astonish.support.parameters import parameters_of

Model = TypeVar("Model")
Answer = TypeVar("Answer")
P = ParamSpec("P")

FITTED_WITH = "_fitted_with"  # parameters that were changed since, as they were at `fit`


@dataclass
class _Change:
    """What the change of a model is about.

    Attributes
    ----------
    model : Any
        What the twin will become.
    before : dict
        The attributes that the model gets back where the change fails.
    twin : Any
        What works on the change.
    thread : int
        Where it is made.
    has_shown_epochs : bool
        Whether the model had others meanwhile.
    is_shown : bool
        Whether a callback runs, which must not change the model.
    is_overtaken : bool
        Whether another thread published its change of the model meanwhile.
    """

    model: Any
    before: dict[str, Any]
    twin: Any
    thread: int
    has_shown_epochs: bool = False
    is_shown: bool = False
    is_overtaken: bool = False


# Under way, by the id of the twin. Held by the frames that work on them alone, so that Ctrl-C at
# any moment leaves none behind.
_changes: WeakValueDictionary[int, _Change] = WeakValueDictionary()


@contextmanager
def updated(model: Model) -> Iterator[Model]:
    """Yield a twin to work on, which becomes the model when the block ends without an error.

    A twin is its own twin: the method of a subclass that calls that of its base works on one, and
    publishes it when all of it is done.
    """
    if id(model) in _changes:
        with _restored(model):
            yield model
        return
    if any(change.is_shown for change in _changes_of(model)):
        raise _in_training()
    before = vars(model)
    twin = _with_attributes(model, dict(before))
    change = _changes[id(twin)] = _Change(model, before, twin, get_ident())
    try:
        yield twin
    except BaseException:
        if change.has_shown_epochs:
            model.__dict__ = change.before
        raise
    finally:
        _changes.pop(id(twin), None)
    for other in _changes_of(model):  # one that fails must not undo what this one did
        other.before, other.is_overtaken = vars(twin), True
    model.__dict__ = vars(twin)


@contextmanager
def publish_epoch(twin: Any) -> Iterator[None]:
    """Let the model be what its twin is now; what the block changes in it the twin takes over."""
    change = _changes.get(id(twin))
    if change is None:  # trained in place
        yield
        return
    for other in _changes_of(change.model):
        if other.has_shown_epochs and other.thread != change.thread:
            raise _in_training()
    change.has_shown_epochs = True
    shown = change.model.__dict__ = dict(vars(twin))
    try:
        change.is_shown = True
        yield
    finally:
        change.is_shown = False
    _become(twin, shown if change.is_overtaken else vars(change.model))


def _changes_of(model: Any) -> list[_Change]:
    return [change for change in list(_changes.values()) if change.model is model]


def _in_training() -> ValueError:
    return ValueError(
        "the model is in training: its callback or another thread tried to change it; "
        "copy.copy(model) may be fitted"
    )


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
    if FITTED_WITH in attributes:
        attributes = {**attributes, **attributes[FITTED_WITH]}
        del attributes[FITTED_WITH]
    return _with_attributes(model, attributes)


def sharing(model: Model) -> Model:
    """Return an object with the very attributes of a model as they are now, to add to them."""
    return _with_attributes(model, vars(model))


def remember_parameters(model: Any, before: dict[str, Any]) -> None:
    """Let a fitted model go on answering with the parameters `before`, until it is fitted again."""
    attributes = vars(model)
    attributes[FITTED_WITH] = {**before, **attributes.get(FITTED_WITH, {})}


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
    vars(model).pop(FITTED_WITH, None)


@contextmanager
def parameters_of_fit(twin: Any) -> Iterator[None]:
    """Let a twin have the parameters that it was fitted with, for the block.

    What the block sets stays.
    """
    attributes = vars(twin)
    fitted_with = attributes.get(FITTED_WITH, {})
    changed = {name: attributes[name] for name in fitted_with}
    attributes.update(fitted_with)
    yield
    attributes = vars(twin)
    for name, value in changed.items():
        if attributes.get(name) is fitted_with[name]:
            attributes[name] = value


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
