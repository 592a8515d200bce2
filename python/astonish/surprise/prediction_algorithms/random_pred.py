"""``surprise.prediction_algorithms.random_pred``."""

from astonish.models.base.algo_base import AlgoBase as AlgoBase
from astonish.models.rating.normal_predictor import NormalPredictor

__all__ = ["NormalPredictor"]
