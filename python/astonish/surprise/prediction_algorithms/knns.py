"""``surprise.prediction_algorithms.knns``."""

from astonish.models.base.algo_base import AlgoBase as AlgoBase
from astonish.models.base.prediction import PredictionImpossible as PredictionImpossible
from astonish.models.neighbors.knn import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore
from astonish.models.neighbors.symmetric_algo import SymmetricAlgo

__all__ = ["KNNBaseline", "KNNBasic", "KNNWithMeans", "KNNWithZScore", "SymmetricAlgo"]
