"""Names from where they are defined, and pickles that name them."""

import importlib
import pickle
import sys

import surprise
import surprise.prediction_algorithms.knns as knns
from surprise.builtin_datasets import BUILTIN_DATASETS
from surprise.dataset import DatasetAutoFolds, DatasetUserFolds
from surprise.model_selection.split import get_cv
from surprise.prediction_algorithms.algo_base import AlgoBase
from surprise.prediction_algorithms.matrix_factorization import NMF, SVD, SVDpp
from surprise.prediction_algorithms.predictions import Prediction
from surprise.utils import get_rng

print(surprise.__version__, sorted(surprise.__all__))
print(importlib.import_module("surprise.dump") is surprise.dump)
print(importlib.import_module(".accuracy", "surprise").rmse is surprise.accuracy.rmse)
print(
    issubclass(knns.KNNBasic, knns.SymmetricAlgo),
    issubclass(NMF, AlgoBase),
    SVDpp is surprise.SVDpp,
)
print(sorted(BUILTIN_DATASETS), BUILTIN_DATASETS["ml-1m"].reader_params["sep"])
print(get_cv(3).n_splits, get_rng(0).randint(1000))

data = DatasetAutoFolds(f"{sys.argv[1]}/ratings", surprise.Reader("ml-100k"))
print(isinstance(data, surprise.Dataset), issubclass(DatasetUserFolds, surprise.Dataset))
algo = SVD(random_state=0, n_epochs=1).fit(data.build_full_trainset())
again = pickle.loads(pickle.dumps(algo))
print(type(again) is SVD, again.predict("1", "2") == algo.predict("1", "2"))
print(Prediction("u", "i", 3.0, 2.5, {"was_impossible": False}))
