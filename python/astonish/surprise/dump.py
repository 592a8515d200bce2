"""``surprise.dump``."""

from astonish.compat.dump import dump, load

__all__ = ["dump", "load"]
