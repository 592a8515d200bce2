"""``surprise.utils``."""

from astonish._random import get_rng

__all__ = ["get_rng"]
