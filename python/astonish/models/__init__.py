"""The models."""

from astonish.models.base import AlgoBase
from astonish.models.knn import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore
from astonish.models.svd import SVD

__all__ = [
    "ALGORITHMS",
    "SVD",
    "AlgoBase",
    "KNNBaseline",
    "KNNBasic",
    "KNNWithMeans",
    "KNNWithZScore",
]

#: The models that the command line knows by name.
ALGORITHMS: dict[str, type[AlgoBase]] = {
    "SVD": SVD,
    "KNNBasic": KNNBasic,
    "KNNWithMeans": KNNWithMeans,
    "KNNWithZScore": KNNWithZScore,
    "KNNBaseline": KNNBaseline,
}
