"""``surprise.prediction_algorithms.baseline_only``."""

from astonish.models.base import AlgoBase as AlgoBase
from astonish.models.baseline_only import BaselineOnly

__all__ = ["BaselineOnly"]
