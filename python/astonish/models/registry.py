"""All models by name, and which of them can do what."""

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

#: The models of the package by name; scikit-surprise's come first, in its order.
MODELS: dict[str, type[Model]] = {
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
        ImplicitALS,
    )
}


def having(*abilities: str) -> dict[str, type[Model]]:
    """Return the models that have all of some abilities; see `Model.abilities`."""
    return {name: cls for name, cls in MODELS.items() if cls.abilities.issuperset(abilities)}


#: Those whose estimates are ratings, and those that rank.
ALGORITHMS = having("rates")
RANKERS = having("ranks")
