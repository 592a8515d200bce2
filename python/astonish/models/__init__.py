"""The models."""

from astonish.models.base import AlgoBase
from astonish.models.baseline_only import BaselineOnly
from astonish.models.co_clustering import CoClustering
from astonish.models.knn import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore
from astonish.models.normal_predictor import NormalPredictor
from astonish.models.slope_one import SlopeOne
from astonish.models.svd import SVD

__all__ = [
    "ALGORITHMS",
    "SVD",
    "AlgoBase",
    "BaselineOnly",
    "CoClustering",
    "KNNBaseline",
    "KNNBasic",
    "KNNWithMeans",
    "KNNWithZScore",
    "NormalPredictor",
    "SlopeOne",
]

#: The models that the command line knows by name.
ALGORITHMS: dict[str, type[AlgoBase]] = {
    "SVD": SVD,
    "KNNBasic": KNNBasic,
    "KNNWithMeans": KNNWithMeans,
    "KNNWithZScore": KNNWithZScore,
    "KNNBaseline": KNNBaseline,
    "BaselineOnly": BaselineOnly,
    "SlopeOne": SlopeOne,
    "CoClustering": CoClustering,
    "NormalPredictor": NormalPredictor,
}
