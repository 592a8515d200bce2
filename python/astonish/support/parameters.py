"""Parameters of models, each declared once.

A class lists its parameters as fields of a dataclass: name, default, check, a line of documentation
and, where there are any, values worth trying and the names that other libraries have for it. From
these come the constructor, the checks of `fit`, ``repr``, `get_params` and `set_params`, the
section of the docstring, the options of the core and those of the command line.

>>> @declare
... class Model(Parameterized):
...     '''A model.'''
...
...     n_factors: int = param(default=100, check=integer(0), doc="Length of the factor vectors.")
>>> Model(n_factors=20)
Model(n_factors=20)
>>> checked(Model(n_factors=-1))
Traceback (most recent call last):
ValueError: n_factors must be at least 0, got -1
"""

import dataclasses
import difflib
import functools
import inspect
import math
import numbers
import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, overload

from astonish.support.checks import (
    INT32_MAX,
    check_below_1,
    check_choice,
    check_integer,
    check_mapping,
    check_number,
)
from astonish.support.warning import warn_user

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Callable[[Any], Any]:
        """Return what changes nothing: type checkers alone look at it."""
        return lambda decorator: decorator


#: Takes the name and the value of a parameter; returns the value as it is used, or raises.
Check = Callable[[str, Any], Any]
Class = TypeVar("Class", bound=type)
Options = TypeVar("Options")
Self = TypeVar("Self", bound="Parameterized")

_SPEC = "astonish"  # where the metadata of a field keeps what `param` was given


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


def share(name: str, value: Any) -> float:
    """Accept a number of at least 0 and below 1."""
    return check_below_1(name, value)


def choice(choices: Collection[str]) -> Check:
    """Return the check of one of several texts."""
    return lambda name, value: check_choice(name, value, choices)


def mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Accept a dict or alike."""
    return check_mapping(name, value)


def optional(check: Check) -> Check:
    """Return a check that accepts None, too."""
    return lambda name, value: None if value is None else check(name, value)


def function(name: str, value: Any) -> Any:
    """Accept a callable."""
    if not callable(value):
        raise TypeError(f"{name} must be callable, got {value!r}")
    return value


@dataclass(frozen=True)
class Parameter:
    """What is known of a parameter.

    Attributes
    ----------
    name : str
    default : Any
        The value where none is given; that of `like` where it is None.
    check : callable
        Takes name and value; returns the value as it is used, or raises TypeError or ValueError.
    doc : str
        A sentence or two.
    kind : str
        What the documentation calls the kind of value.
    like : str or None
        The parameter whose value it has where it is None.
    search : Any
        Values worth trying: a sequence, or a pair (low, high) with "log" or "linear" behind it.
    aliases : tuple of str
        What other libraries call it.
    """

    name: str
    default: Any
    check: Check
    doc: str
    kind: str
    like: str | None = None
    search: Any = None
    aliases: tuple[str, ...] = ()

    def checked(self, value: Any) -> Any:
        """Return a value as it is used; TypeError or ValueError for one out of range."""
        return self.check(self.name, value)


def param(
    *,
    default: Any = MISSING,
    default_factory: Any = MISSING,
    check: Check = anything,
    doc: str,
    kind: str | None = None,
    like: str | None = None,
    search: Any = None,
    aliases: tuple[str, ...] = (),
) -> Any:
    """Declare a parameter; see `Parameter`. `kind` is told from the annotation where it is None."""
    spec = {
        "check": optional(check) if like else check,
        "doc": doc,
        "kind": kind,
        "like": like,
        "search": search,
        "aliases": aliases,
    }
    made: Any = dataclasses.field(
        default=default, default_factory=default_factory, metadata={_SPEC: MappingProxyType(spec)}
    )
    return made


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
        A subclass of `Parameterized`. ``dataclasses.field(init=False)`` are no parameters.
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
        made.name: _parameter(made) for made in dataclasses.fields(cls) if _SPEC in made.metadata
    }
    declared = {name: declared[name] for name in dict.fromkeys((*positional, *declared))}
    cls._declared = MappingProxyType(declared)
    for parameter in declared.values():
        if parameter.like is not None:
            setattr(cls, parameter.name, _Fallback(parameter.name, parameter.like))
    cls.__init__ = _constructor(cls.__init__, declared, ignores_others, positional)
    cls.__doc__ = _documented(cls.__doc__, declared.values())
    return cls


class Parameterized:
    """A class whose constructor stores its arguments as they are given, as scikit-learn's do."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  scikit-learn's
        """Return the parameters by name, as they were given.

        Parameters
        ----------
        deep : bool, default True
            Has no effect: parameters are no models.
        """
        values = vars(self)
        return {
            name: values[name] if name in values else getattr(self, name)
            for name in _names(type(self))
        }

    def set_params(self: Self, **params: Any) -> Self:
        """Change parameters; the next `fit` heeds them.

        Raises
        ------
        TypeError
            For a name that the constructor does not take.
        """
        names = _names(type(self))
        for name in params:
            if name not in names:
                raise TypeError(_unknown(type(self), "set_params", name, names))
        before = dict(vars(self))
        try:
            for name, value in params.items():
                setattr(self, name, value)
            self.__post_init__()
        except Exception:
            self.__dict__ = before
            raise
        return self

    def __post_init__(self) -> None:
        """Complete what the constructor, or `set_params`, stored; a subclass says what."""

    def __repr__(self) -> str:
        values, shown = vars(self), []
        for name, default in _names(type(self)).items():
            value = values.get(name, default)
            if value is not default and not _equal(value, default):
                shown.append(f"{name}={_short(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"


def parameters_of(cls: type[Any]) -> Mapping[str, Parameter]:
    """Return the declared parameters of a class by name, in the order of its constructor."""
    declared: Mapping[str, Parameter] = getattr(cls, "_declared", MappingProxyType({}))
    return declared


def checked(model: Any, *names: str) -> SimpleNamespace:
    """Return all parameters of a model, or those of `names`, as they are used.

    Raises
    ------
    TypeError, ValueError
        For the first that is out of range, in the order of the constructor.
    """
    declared = parameters_of(type(model))
    chosen = [declared[name] for name in names] if names else declared.values()
    given = vars(model)
    return SimpleNamespace(
        **{
            each.name: each.checked(
                getattr(model, each.name) if given.get(each.name) is None else given[each.name]
            )
            for each in chosen
        }
    )


def fill(options: Options, values: SimpleNamespace) -> Options:
    """Copy the numbers among `values` to the fields of that name which the core's options have."""
    for name, value in vars(values).items():
        if isinstance(value, (bool, int, float)) and hasattr(options, name):
            setattr(options, name, value)
    return options


def closest_name(name: str, parameters: Iterable[Parameter]) -> str | None:
    """Return the parameter that someone meant by `name`: an alias, or one of nearly that name."""
    by_alias = {alias: each.name for each in parameters for alias in (each.name, *each.aliases)}
    if name in by_alias:
        return by_alias[name]
    close = difflib.get_close_matches(name, by_alias, n=1)
    return by_alias[close[0]] if close else None


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
    spec = dict(made.metadata[_SPEC])
    default = made.default if made.default_factory is MISSING else made.default_factory()
    kind = spec.pop("kind") or _kind(made.type)
    return Parameter(made.name, default, kind=kind, **spec)


def _kind(annotation: Any) -> str:
    name = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return name.removesuffix(" | None")


def _names(cls: Any) -> dict[str, Any]:
    """Return the parameters of the constructor and their defaults; a user's class may have any."""
    if cls.__init__ is object.__init__:
        return {}
    signature = inspect.signature(cls.__init__).parameters
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    declared = parameters_of(cls)
    names = {
        name: declared[name].default if name in declared else each.default
        for name, each in list(signature.items())[1:]
        if each.kind not in kinds
    }
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in signature.values()):
        names |= {name: each.default for name, each in declared.items() if name not in names}
    return names


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
            if not ignores_others:
                raise TypeError(_unknown(type(self), "__init__", name, declared))
            warn_user(f"{_unknown(type(self), '__init__', name, declared)} (it has no effect)")
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
        each.name: each.replace(default=declared[each.name].default)
        if each.name in declared
        else each
        for each in signature.parameters.values()
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


def _unknown(cls: type, method: str, name: str, names: Iterable[str]) -> str:
    message = f"{cls.__name__}.{method}() got an unexpected keyword argument {name!r}"
    declared = parameters_of(cls)
    meant = closest_name(name, [each for each in declared.values() if each.name in names])
    return f"{message}; did you mean {meant!r}?" if meant else message


def _documented(doc: str | None, parameters: Iterable[Parameter]) -> str | None:
    """Put the section of the parameters before the first section of a docstring."""
    entries = "\n".join(map(_entry, parameters))
    if doc is None or not entries:
        return doc
    lines = inspect.cleandoc(doc).splitlines()
    underlines = (at for at, line in enumerate(lines) if line and set(line) == {"-"})
    first = next(underlines, len(lines) + 1) - 1
    section = f"Parameters\n----------\n{entries}\n"
    return "\n".join(
        [*lines[:first], *([] if lines[first - 1 :][:1] == [""] else [""]), section, *lines[first:]]
    )


def _entry(parameter: Parameter) -> str:
    default = "optional" if parameter.default is None else f"default {parameter.default!r}"
    doc = textwrap.fill(parameter.doc, 96, initial_indent="    ", subsequent_indent="    ")
    return f"{parameter.name} : {parameter.kind}, {default}\n{doc}"


def _equal(value: Any, default: Any) -> bool:
    is_plain = isinstance(value, (numbers.Number, str, tuple, list, dict, type(None)))
    return is_plain and type(value) is type(default) and bool(value == default)


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
