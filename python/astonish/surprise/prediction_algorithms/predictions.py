"""``surprise.prediction_algorithms.predictions``."""

from astonish.models.base.prediction import Prediction, PredictionImpossible

__all__ = ["Prediction", "PredictionImpossible"]
