"""Load the build of the C++ core that suits this CPU, once per process.

The core has a module for each of its families: ``_core.sgd.fit_sgd``, ``_core.topk.topk``.
``ASTONISH_CPU_LEVEL`` (``v1``, ``v3`` or ``v4``) forces one; a level that the CPU or this
installation lacks is an ImportError, never a silent fallback.
"""

import importlib
import os
import sys
from types import ModuleType

from astonish import _cpu


def _choose_level() -> str:
    built = sorted(_cpu.built_levels())
    usable = [level for level in built if level <= _cpu.best_level()]
    if not usable:
        raise ImportError(f"this CPU supports none of the levels built: {', '.join(built)}")
    forced = os.environ.get("ASTONISH_CPU_LEVEL")
    if not forced:
        return usable[-1]
    if forced not in built:
        raise ImportError(
            f"ASTONISH_CPU_LEVEL={forced!r}: this installation has no core for that level, "
            f"only {', '.join(built)}"
        )
    if forced not in usable:
        raise ImportError(
            f"ASTONISH_CPU_LEVEL={forced!r}: this CPU supports only {', '.join(usable)}"
        )
    return forced


_module = importlib.import_module(f"astonish._core_{_choose_level()}")
__version__ = _module.__version__
cpu_level = _module.cpu_level
for _name, _value in vars(_module).items():
    if isinstance(_value, ModuleType):
        globals()[_name] = sys.modules[f"{__name__}.{_name}"] = _value
