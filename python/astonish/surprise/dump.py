"""``surprise.dump``."""

from astonish.dump import dump, load

__all__ = ["dump", "load"]
