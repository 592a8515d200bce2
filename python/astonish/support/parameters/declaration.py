"""What is known of a parameter, declared as the field of a dataclass."""

import dataclasses
import inspect
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from types import MappingProxyType
from typing import Any

from astonish.support.parameters.checks import Check, anything, optional

REQUIRED = inspect.Parameter.empty
SPEC = "astonish"  # where the metadata of a field keeps what `param` was given


@dataclass(frozen=True)
class Parameter:
    """What is known of a parameter.

    Attributes
    ----------
    name : str
    default : Any
        The value where none is given; that of `like` where it is None. `REQUIRED` where there has
        to be one.
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
        default=default, default_factory=default_factory, metadata={SPEC: MappingProxyType(spec)}
    )
    return made


def parameters_of(cls: type[Any]) -> Mapping[str, Parameter]:
    """Return the declared parameters of a class by name, in the order of its constructor."""
    declared: Mapping[str, Parameter] = getattr(cls, "_declared", MappingProxyType({}))
    return declared
