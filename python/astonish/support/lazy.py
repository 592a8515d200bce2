"""What is imported when it is first used: names of our packages, and modules of others.

A package declares its names in a stub beside its ``__init__.py``, which type checkers and editors
read: ``from module import Name as Name``, ``from package import module as module`` for its own
modules, and ``name = Name.attribute``. The stub tells here where a name lives, too, so that each
is declared once.
"""

import ast
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


def attach_stub(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and the declared names of a package.

    Several threads may ask for the same name at once: the import system lets one of them work.

    Parameters
    ----------
    package, file : str
        ``__name__`` and ``__file__`` of the package.
    """
    loaders = _read_stub(package, Path(file).with_suffix(".pyi").read_text(encoding="utf-8"))

    def get(name: str) -> Any:
        if name not in loaders:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        # The next access finds it at once. A bound method is made anew by each load: all threads
        # get that of the first.
        return vars(sys.modules[package]).setdefault(name, loaders[name]())

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *loaders})

    return get, list_names, list(loaders)


def _read_stub(package: str, text: str) -> dict[str, Callable[[], Any]]:
    """Return a function for each name of a stub that loads it."""
    loaders: dict[str, Callable[[], Any]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if node.module == package:
                    loader = partial(import_module, f"{package}.{alias.name}")
                else:
                    loader = partial(_load, str(node.module), alias.name)
                loaders[alias.name] = loader
        elif isinstance(node, ast.Assign):
            loaders[ast.unparse(node.targets[0])] = partial(
                _load, package, *ast.unparse(node.value).split(".")
            )
    return loaders


def _load(module: str, *path: str) -> Any:
    """Return what a module has under a name, or an attribute of that."""
    value: Any = import_module(module)
    for name in path:
        value = getattr(value, name)
    return value


class _LazyModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def lazy_module(name: str) -> Any:
    """Return a stand-in for a module that imports it when something of it is used."""
    return _LazyModule(name)
