"""Constructors that are made of declared parameters."""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from astonish.support.parameters.declaration import REQUIRED, SPEC, Parameter, param
from astonish.support.parameters.documentation import documented
from astonish.support.parameters.suggestions import unknown_keyword
from astonish.support.warning import warn_user

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Callable[[Any], Any]:
        """Return what changes nothing: type checkers alone look at it."""
        return lambda decorator: decorator


Class = TypeVar("Class", bound=type)


@overload
def declare(cls: Class) -> Class: ...
@overload
def declare(
    *, ignores_others: bool, positional: tuple[str, ...] = ()
) -> Callable[[Class], Class]: ...
@dataclass_transform(eq_default=False, field_specifiers=(param, dataclasses.field))
def declare(
    cls: Any = None, *, ignores_others: bool = False, positional: tuple[str, ...] = ()
) -> Any:
    """Make the constructor of a class of the parameters that it declares, and document them.

    Parameters
    ----------
    cls : class
        Usually a subclass of `Parameterized`. ``dataclasses.field(init=False)`` are no parameters.
    ignores_others : bool, default False
        Whether the constructor takes and drops keywords that it does not know, as some of
        scikit-surprise's do; it warns of them.
    positional : tuple of str, optional
        The parameters that may be given by position, where these are not those of the declaration.
    """
    if cls is None:
        return functools.partial(declare, ignores_others=ignores_others, positional=positional)
    for name, value in list(vars(cls).items()):
        if isinstance(value, Field):  # one declaration may serve several classes
            setattr(cls, name, _copy(value))
    cls = dataclass(eq=False, repr=False)(cls)
    declared = {
        made.name: _parameter(made) for made in dataclasses.fields(cls) if SPEC in made.metadata
    }
    declared = {name: declared[name] for name in dict.fromkeys((*positional, *declared))}
    cls._declared = MappingProxyType(declared)
    for parameter in declared.values():
        if parameter.like is not None:
            setattr(cls, parameter.name, _Fallback(parameter.name, parameter.like))
    cls.__init__ = _constructor(cls.__init__, declared, ignores_others, positional)
    cls.__doc__ = documented(cls.__doc__, declared.values())
    return cls


def declare_base(cls: Class) -> Class:
    """Do what `declare` does for a class whose subclasses list all of their parameters.

    Their order is then their own. The constructor warns of keywords that it does not know, and
    drops them.
    """
    declared: Any = declare(ignores_others=True)(cls)
    del declared.__dataclass_fields__, declared.__dataclass_params__
    return cls


class _Fallback:
    """A parameter that has the value of another one where it is None."""

    def __init__(self, name: str, other: str) -> None:
        self._name, self._other = name, other

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return None  # the default
        value = vars(instance).get(self._name)
        return getattr(instance, self._other) if value is None else value

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)[self._name] = value


def _copy(made: Any) -> Any:
    return dataclasses.field(
        default=made.default,
        default_factory=made.default_factory,
        init=made.init,
        metadata=made.metadata,
    )


def _parameter(made: Any) -> Parameter:
    spec = dict(made.metadata[SPEC])
    default = made.default if made.default_factory is MISSING else made.default_factory()
    default = REQUIRED if default is MISSING else default
    kind = spec.pop("kind") or _kind(made.type)
    return Parameter(made.name, default, kind=kind, **spec)


def _kind(annotation: Any) -> str:
    name = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return name.removesuffix(" | None")


def _constructor(
    init: Callable[..., None],
    declared: Mapping[str, Parameter],
    ignores_others: bool,
    positional: tuple[str, ...],
) -> Callable[..., None]:
    """Return the constructor with an error that says what may have been meant."""

    @functools.wraps(init)
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        for name in [name for name in kwargs if name not in declared]:
            message = unknown_keyword(type(self), "__init__", name, declared)
            if not ignores_others:
                raise TypeError(message)
            warn_user(f"{message} (it has no effect)")
            del kwargs[name]
        if positional and args:
            bound = signature.bind(self, *args, **kwargs).arguments
            args, kwargs = (), {name: bound[name] for name in bound.keys() & declared.keys()}
        init(self, *args, **kwargs)

    signature = _signature(init, declared, ignores_others, positional)
    construct.__signature__ = signature  # type: ignore[attr-defined]
    return construct


def _signature(
    init: Callable[..., None],
    declared: Mapping[str, Parameter],
    ignores_others: bool,
    positional: tuple[str, ...],
) -> inspect.Signature:
    """Return the signature of a constructor, with defaults in place of what makes them."""
    signature = inspect.signature(inspect.unwrap(init))
    by_name = {
        argument.name: argument.replace(default=declared[argument.name].default)
        if argument.name in declared
        else argument
        for argument in signature.parameters.values()
    }
    by_position = [
        by_name.pop(name).replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for name in (("self", *positional) if positional else ())
    ]
    parameters = [*by_position, *by_name.values()]
    if ignores_others:
        kind = inspect.Parameter.VAR_KEYWORD
        parameters.append(inspect.Parameter("kwargs", kind, annotation=Any))
    return signature.replace(parameters=parameters)
