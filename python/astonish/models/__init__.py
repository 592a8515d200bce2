"""The models."""

from astonish.models.base.algo_base import AlgoBase
from astonish.models.base.model import Model
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
from astonish.models.registry import ALGORITHMS, MODELS, RANKERS, having

__all__ = [
    "ALGORITHMS",
    "ALS",
    "MODELS",
    "NMF",
    "RANKERS",
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
    "Model",
    "NormalPredictor",
    "SVDpp",
    "SlopeOne",
    "having",
]
