"""``surprise.trainset``."""

from astonish.data.trainset import Trainset

__all__ = ["Trainset"]
