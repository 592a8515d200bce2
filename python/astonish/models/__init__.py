"""The models."""

from astonish.models.base.algo_base import AlgoBase
from astonish.models.embedding.dot_bias import DotBias
from astonish.models.embedding.embedding_nn import EmbeddingNN
from astonish.models.implicit.implicit_als import ImplicitALS
from astonish.models.neighbors.knn import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore
from astonish.models.rating.als import ALS
from astonish.models.rating.baseline_only import BaselineOnly
from astonish.models.rating.co_clustering import CoClustering
from astonish.models.rating.nmf import NMF
from astonish.models.rating.normal_predictor import NormalPredictor
from astonish.models.rating.slope_one import SlopeOne
from astonish.models.rating.svd import SVD
from astonish.models.rating.svdpp import SVDpp

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
