"""Load the build of the C++ core that suits this CPU, once per process.

``ASTONISH_CPU_LEVEL`` (``v1``, ``v3`` or ``v4``) forces one; a level that the CPU or this
installation lacks is an ImportError, never a silent fallback.
"""

import importlib
import os

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
globals().update({name: value for name, value in vars(_module).items() if name[0] != "_"})
