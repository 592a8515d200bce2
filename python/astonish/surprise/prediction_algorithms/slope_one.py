"""``surprise.prediction_algorithms.slope_one``."""

from astonish.models.base.algo_base import AlgoBase as AlgoBase
from astonish.models.base.prediction import PredictionImpossible as PredictionImpossible
from astonish.models.rating.slope_one import SlopeOne

__all__ = ["SlopeOne"]
