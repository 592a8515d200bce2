"""The modules of scikit-surprise and those of `astonish.surprise` that stand for them."""

import importlib
import pkgutil
from types import ModuleType

SURPRISE = "surprise"
MIRROR = "astonish.surprise"
SURPRISE_VERSION = "1.1.5"  # whose interface the mirror has


def mirror_modules() -> dict[str, ModuleType]:
    """Import the mirror; return its modules by their names in scikit-surprise."""
    package = importlib.import_module(MIRROR)
    inside = [
        found.name
        for found in pkgutil.walk_packages(package.__path__, f"{MIRROR}.")
        if not found.name.endswith(".__main__")  # a program, which -m loads under its own name
    ]
    names = [MIRROR, *inside]
    return {SURPRISE + name.removeprefix(MIRROR): importlib.import_module(name) for name in names}


def mirror_name(module: str) -> str:
    """Return the name in the mirror of a module of scikit-surprise; other names as they are."""
    if module == SURPRISE or module.startswith(f"{SURPRISE}."):
        return MIRROR + module.removeprefix(SURPRISE)
    return module
