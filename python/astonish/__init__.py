"""Collaborative filtering: scikit-surprise's interface on a C++ core.

>>> import astonish
>>> data = astonish.Dataset.load_builtin("demo")
>>> trainset, testset = astonish.model_selection.train_test_split(data, random_state=0)
>>> model = astonish.SVD(random_state=0).fit(trainset)
>>> error = astonish.accuracy.rmse(model.test(testset), verbose=False)
"""

from astonish import accuracy, dump, model_selection
from astonish._core import __version__
from astonish.data.dataset import Dataset
from astonish.data.reader import Reader
from astonish.data.sources.builtin import get_dataset_dir
from astonish.data.synthetic.make_ratings import make_ratings
from astonish.data.trainset import Trainset
from astonish.models import (
    ALS,
    NMF,
    SVD,
    AlgoBase,
    BaselineOnly,
    CoClustering,
    DotBias,
    EmbeddingNN,
    ImplicitALS,
    KNNBaseline,
    KNNBasic,
    KNNWithMeans,
    KNNWithZScore,
    NormalPredictor,
    SlopeOne,
    SVDpp,
)
from astonish.models.base.prediction import Prediction, PredictionImpossible
from astonish.models.ranking.topk import topk
from astonish.support import old_names

old_names.install()

load = AlgoBase.load

__all__ = [
    "ALS",
    "NMF",
    "SVD",
    "AlgoBase",
    "BaselineOnly",
    "CoClustering",
    "Dataset",
    "DotBias",
    "EmbeddingNN",
    "ImplicitALS",
    "KNNBaseline",
    "KNNBasic",
    "KNNWithMeans",
    "KNNWithZScore",
    "NormalPredictor",
    "Prediction",
    "PredictionImpossible",
    "Reader",
    "SVDpp",
    "SlopeOne",
    "Trainset",
    "__version__",
    "accuracy",
    "dump",
    "get_dataset_dir",
    "load",
    "make_ratings",
    "model_selection",
    "topk",
]
