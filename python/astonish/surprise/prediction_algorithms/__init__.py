"""``surprise.prediction_algorithms``."""

from astonish.surprise.prediction_algorithms import algo_base as algo_base
from astonish.surprise.prediction_algorithms import baseline_only as baseline_only
from astonish.surprise.prediction_algorithms import co_clustering as co_clustering
from astonish.surprise.prediction_algorithms import knns as knns
from astonish.surprise.prediction_algorithms import matrix_factorization as matrix_factorization
from astonish.surprise.prediction_algorithms import optimize_baselines as optimize_baselines
from astonish.surprise.prediction_algorithms import predictions as predictions
from astonish.surprise.prediction_algorithms import random_pred as random_pred
from astonish.surprise.prediction_algorithms import slope_one as slope_one
from astonish.surprise.prediction_algorithms.algo_base import AlgoBase
from astonish.surprise.prediction_algorithms.baseline_only import BaselineOnly
from astonish.surprise.prediction_algorithms.co_clustering import CoClustering
from astonish.surprise.prediction_algorithms.knns import (
    KNNBaseline,
    KNNBasic,
    KNNWithMeans,
    KNNWithZScore,
)
from astonish.surprise.prediction_algorithms.matrix_factorization import NMF, SVD, SVDpp
from astonish.surprise.prediction_algorithms.predictions import Prediction, PredictionImpossible
from astonish.surprise.prediction_algorithms.random_pred import NormalPredictor
from astonish.surprise.prediction_algorithms.slope_one import SlopeOne

__all__ = [
    "NMF",
    "SVD",
    "AlgoBase",
    "BaselineOnly",
    "CoClustering",
    "KNNBaseline",
    "KNNBasic",
    "KNNWithMeans",
    "KNNWithZScore",
    "NormalPredictor",
    "Prediction",
    "PredictionImpossible",
    "SVDpp",
    "SlopeOne",
]
