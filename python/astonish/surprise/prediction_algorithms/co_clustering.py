"""``surprise.prediction_algorithms.co_clustering``."""

from astonish._random import get_rng as get_rng
from astonish.models.base import AlgoBase as AlgoBase
from astonish.models.co_clustering import CoClustering

__all__ = ["CoClustering"]
