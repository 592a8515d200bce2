"""scikit-surprise's modules under astonish's roof: every name of them, and no code.

``import surprise`` becomes ``import astonish.surprise as surprise``; after `patch`, or run by
``python -m astonish.surprise program.py``, a program needs no change at all. In each module
``__all__`` holds what the module of scikit-surprise defines; what that merely imports can be
imported from here, too.
"""

from astonish.compat.mirror import SURPRISE_VERSION
from astonish.compat.surprise_runner import patch as patch
from astonish.surprise import accuracy as accuracy
from astonish.surprise import builtin_datasets as builtin_datasets
from astonish.surprise import dataset as dataset
from astonish.surprise import dump, model_selection
from astonish.surprise import prediction_algorithms as prediction_algorithms
from astonish.surprise import reader as reader
from astonish.surprise import similarities as similarities
from astonish.surprise import trainset as trainset
from astonish.surprise import utils as utils
from astonish.surprise.builtin_datasets import get_dataset_dir
from astonish.surprise.dataset import Dataset
from astonish.surprise.prediction_algorithms import (
    NMF,
    SVD,
    AlgoBase,
    BaselineOnly,
    CoClustering,
    KNNBaseline,
    KNNBasic,
    KNNWithMeans,
    KNNWithZScore,
    NormalPredictor,
    Prediction,
    PredictionImpossible,
    SlopeOne,
    SVDpp,
)
from astonish.surprise.reader import Reader
from astonish.surprise.trainset import Trainset

__version__ = SURPRISE_VERSION  # programs compare it

__all__ = [
    "NMF",
    "SVD",
    "AlgoBase",
    "BaselineOnly",
    "CoClustering",
    "Dataset",
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
    "dump",
    "get_dataset_dir",
    "model_selection",
]
