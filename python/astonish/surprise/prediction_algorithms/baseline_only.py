"""``surprise.prediction_algorithms.baseline_only``."""

from astonish.models.base.algo_base import AlgoBase as AlgoBase
from astonish.models.rating.baseline_only import BaselineOnly

__all__ = ["BaselineOnly"]
