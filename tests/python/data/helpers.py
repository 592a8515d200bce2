"""Frames of every library that the package reads."""

from importlib import import_module

import pytest


def require(library):
    return pytest.importorskip(library, reason=f"loads frames of {library}")


def make_frame(library, columns):
    """A frame of {name: column} as the library makes it."""
    module = import_module(library)
    if library == "pyarrow":
        return module.table(columns)
    if library == "duckdb":
        return module.from_arrow(import_module("pyarrow").table(columns))
    return module.DataFrame(columns)
