"""``surprise.prediction_algorithms.predictions``."""

from astonish.models.prediction import Prediction, PredictionImpossible

__all__ = ["Prediction", "PredictionImpossible"]
