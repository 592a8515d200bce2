"""``surprise.prediction_algorithms.random_pred``."""

from astonish.models.base import AlgoBase as AlgoBase
from astonish.models.normal_predictor import NormalPredictor

__all__ = ["NormalPredictor"]
