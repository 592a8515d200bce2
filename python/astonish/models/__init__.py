"""The models."""

from astonish.models.als import ALS
from astonish.models.base import AlgoBase
from astonish.models.baseline_only import BaselineOnly
from astonish.models.co_clustering import CoClustering
from astonish.models.dot_bias import DotBias
from astonish.models.embedding_nn import EmbeddingNN
from astonish.models.implicit_als import ImplicitALS
from astonish.models.knn import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore
from astonish.models.nmf import NMF
from astonish.models.normal_predictor import NormalPredictor
from astonish.models.slope_one import SlopeOne
from astonish.models.svd import SVD
from astonish.models.svdpp import SVDpp

__all__ = [
    "ALGORITHMS",
    "ALS",
    "NMF",
    "SVD",
    "AlgoBase",
    "BaselineOnly",
    "CoClustering",
    "DotBias",
    "EmbeddingNN",
    "ImplicitALS",
    "KNNBaseline",
    "KNNBasic",
    "KNNWithMeans",
    "KNNWithZScore",
    "NormalPredictor",
    "SVDpp",
    "SlopeOne",
]

#: The models that the command line knows by name.
ALGORITHMS: dict[str, type[AlgoBase]] = {
    cls.__name__: cls
    for cls in (
        SVD,
        SVDpp,
        NMF,
        KNNBasic,
        KNNWithMeans,
        KNNWithZScore,
        KNNBaseline,
        SlopeOne,
        CoClustering,
        BaselineOnly,
        NormalPredictor,
        ALS,
        DotBias,
        EmbeddingNN,
    )
}
