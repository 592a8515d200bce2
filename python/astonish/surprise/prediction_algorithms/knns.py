"""``surprise.prediction_algorithms.knns``."""

from astonish.models.base import AlgoBase as AlgoBase
from astonish.models.knn import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore
from astonish.models.neighbor_model import SymmetricAlgo
from astonish.models.prediction import PredictionImpossible as PredictionImpossible

__all__ = ["KNNBaseline", "KNNBasic", "KNNWithMeans", "KNNWithZScore", "SymmetricAlgo"]
