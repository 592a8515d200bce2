"""``surprise.utils``."""

from astonish.support.random_state import get_rng

__all__ = ["get_rng"]
