"""``surprise.prediction_algorithms.slope_one``."""

from astonish.models.base import AlgoBase as AlgoBase
from astonish.models.prediction import PredictionImpossible as PredictionImpossible
from astonish.models.slope_one import SlopeOne

__all__ = ["SlopeOne"]
