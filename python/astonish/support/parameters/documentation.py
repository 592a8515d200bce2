"""The section of a docstring that documents parameters."""

import inspect
import textwrap
from collections.abc import Iterable

from astonish.support.parameters.declaration import REQUIRED, Parameter


def documented(doc: str | None, parameters: Iterable[Parameter]) -> str | None:
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
    default = "" if parameter.default is REQUIRED else f", default {parameter.default!r}"
    default = ", optional" if parameter.default is None else default
    doc = textwrap.fill(parameter.doc, 96, initial_indent="    ", subsequent_indent="    ")
    return f"{parameter.name} : {parameter.kind}{default}\n{doc}"
