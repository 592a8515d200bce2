"""``surprise.prediction_algorithms.co_clustering``."""

from astonish.models.base.algo_base import AlgoBase as AlgoBase
from astonish.models.rating.co_clustering import CoClustering
from astonish.support.random_state import get_rng as get_rng

__all__ = ["CoClustering"]
