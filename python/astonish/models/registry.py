"""The models by name."""

from astonish.models.base.algo_base import AlgoBase
from astonish.models.embedding.dot_bias import DotBias
from astonish.models.embedding.embedding_nn import EmbeddingNN
from astonish.models.neighbors.knn import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore
from astonish.models.rating.als import ALS
from astonish.models.rating.nmf import NMF
from astonish.models.rating.svd import SVD
from astonish.models.rating.svdpp import SVDpp
from astonish.models.statistics.baseline_only import BaselineOnly
from astonish.models.statistics.co_clustering import CoClustering
from astonish.models.statistics.normal_predictor import NormalPredictor
from astonish.models.statistics.slope_one import SlopeOne

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
