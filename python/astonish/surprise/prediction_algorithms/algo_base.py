"""``surprise.prediction_algorithms.algo_base``."""

from astonish.models.base import AlgoBase
from astonish.models.optimize_baselines import baseline_als as baseline_als
from astonish.models.optimize_baselines import baseline_sgd as baseline_sgd
from astonish.models.prediction import Prediction as Prediction
from astonish.models.prediction import PredictionImpossible as PredictionImpossible

__all__ = ["AlgoBase"]
