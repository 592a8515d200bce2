"""``surprise.reader``."""

from astonish.data.builtin import BUILTIN_DATASETS as BUILTIN_DATASETS
from astonish.data.reader import Reader

__all__ = ["Reader"]
