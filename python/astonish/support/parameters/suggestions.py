"""Which parameter was meant by a name that no parameter has."""

import difflib
from collections.abc import Iterable

from astonish.support.parameters.declaration import Parameter, parameters_of


def closest_name(name: str, parameters: Iterable[Parameter]) -> str | None:
    """Return the parameter that someone meant by `name`: an alias, or one of nearly that name."""
    by_alias = {alias: known.name for known in parameters for alias in (known.name, *known.aliases)}
    if name in by_alias:
        return by_alias[name]
    close = difflib.get_close_matches(name, by_alias, n=1)
    return by_alias[close[0]] if close else None


def unknown_keyword(cls: type, method: str, name: str, names: Iterable[str]) -> str:
    """Return the message of the error."""
    message = f"{cls.__name__}.{method}() got an unexpected keyword argument {name!r}"
    declared = parameters_of(cls)
    meant = closest_name(name, [known for known in declared.values() if known.name in names])
    return f"{message}; did you mean {meant!r}?" if meant else message
