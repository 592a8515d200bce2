"""``surprise.reader``."""

from astonish.data.reader import Reader
from astonish.data.sources.builtin import BUILTIN_DATASETS as BUILTIN_DATASETS

__all__ = ["Reader"]
