"""``surprise.prediction_algorithms``."""

from astonish.surprise.prediction_algorithms import algo_base as algo_base
from astonish.surprise.prediction_algorithms import matrix_factorization as matrix_factorization
from astonish.surprise.prediction_algorithms import optimize_baselines as optimize_baselines
from astonish.surprise.prediction_algorithms import predictions as predictions
from astonish.surprise.prediction_algorithms.algo_base import AlgoBase
from astonish.surprise.prediction_algorithms.matrix_factorization import SVD
from astonish.surprise.prediction_algorithms.predictions import Prediction, PredictionImpossible

__all__ = ["SVD", "AlgoBase", "Prediction", "PredictionImpossible"]
