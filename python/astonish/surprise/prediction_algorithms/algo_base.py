"""``surprise.prediction_algorithms.algo_base``."""

from astonish.compat.optimize_baselines import baseline_als as baseline_als
from astonish.compat.optimize_baselines import baseline_sgd as baseline_sgd
from astonish.models.base.algo_base import AlgoBase
from astonish.models.base.prediction import Prediction as Prediction
from astonish.models.base.prediction import PredictionImpossible as PredictionImpossible

__all__ = ["AlgoBase"]
