"""Warnings that point at the user's line, however deep they come from."""

import sys
import warnings

_PACKAGE = "astonish"


def warn_user(message: str) -> None:
    """Warn as from the innermost line that is not of this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level + 1)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in (_PACKAGE, "contextlib", "functools")
