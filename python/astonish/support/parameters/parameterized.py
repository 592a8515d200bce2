"""Classes with parameters: what models have of scikit-learn's interface."""

import inspect
import numbers
from types import SimpleNamespace
from typing import Any, TypeVar

from astonish.support.parameters.declaration import parameters_of
from astonish.support.parameters.suggestions import unknown_keyword

Options = TypeVar("Options")
Self = TypeVar("Self", bound="Parameterized")


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
            for name in defaults_of(type(self))
        }

    def set_params(self: Self, **params: Any) -> Self:
        """Change parameters; the next `fit` heeds them.

        Raises
        ------
        TypeError
            For a name that the constructor does not take.
        """
        names = defaults_of(type(self))
        for name in params:
            if name not in names:
                raise TypeError(unknown_keyword(type(self), "set_params", name, names))
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
        for name, default in defaults_of(type(self)).items():
            value = values.get(name, default)
            if value is not default and not _equal(value, default):
                shown.append(f"{name}={_short(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"


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
            made.name: made.checked(
                getattr(model, made.name) if given.get(made.name) is None else given[made.name]
            )
            for made in chosen
        }
    )


def fill(options: Options, values: SimpleNamespace) -> Options:
    """Copy the numbers among `values` to the fields of that name which the core's options have."""
    for name, value in vars(values).items():
        if isinstance(value, (bool, int, float)) and hasattr(options, name):
            setattr(options, name, value)
    return options


def defaults_of(cls: Any) -> dict[str, Any]:
    """Return the parameters of the constructor and their defaults; a user's class may have any."""
    if cls.__init__ is object.__init__:
        return {}
    signature = inspect.signature(cls.__init__).parameters
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    declared = parameters_of(cls)
    names = {
        name: declared[name].default if name in declared else argument.default
        for name, argument in list(signature.items())[1:]
        if argument.kind not in kinds
    }
    if any(argument.kind is inspect.Parameter.VAR_KEYWORD for argument in signature.values()):
        names |= {name: made.default for name, made in declared.items() if name not in names}
    return names


def _equal(value: Any, default: Any) -> bool:
    is_plain = isinstance(value, (numbers.Number, str, tuple, list, dict, type(None)))
    return is_plain and type(value) is type(default) and bool(value == default)


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
