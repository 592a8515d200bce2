"""fastai's collaborative filtering, without torch."""

from astonish.collab.callback import Callback, CancelFitException
from astonish.collab.callbacks import EarlyStoppingCallback, SaveModelCallback, TrackerCallback
from astonish.collab.categories import CategoryMap
from astonish.collab.collab_learner import collab_learner, get_emb_sz, tabular_config
from astonish.collab.data import CollabDataLoaders
from astonish.collab.learner import Learner, load_learner
from astonish.collab.loader import RatingsLoader
from astonish.collab.metrics import mae, mse, rmse
from astonish.collab.predictions import RowPrediction
from astonish.collab.recorder import Recorder
from astonish.collab.suggestions import minimum, slide, steep, valley
from astonish.models.embedding.dot_bias import DotBias
from astonish.models.embedding.embedding_nn import EmbeddingNN

__all__ = [
    "Callback",
    "CancelFitException",
    "CategoryMap",
    "CollabDataLoaders",
    "DotBias",
    "EarlyStoppingCallback",
    "EmbeddingNN",
    "Learner",
    "RatingsLoader",
    "Recorder",
    "RowPrediction",
    "SaveModelCallback",
    "TrackerCallback",
    "collab_learner",
    "get_emb_sz",
    "load_learner",
    "mae",
    "minimum",
    "mse",
    "rmse",
    "slide",
    "steep",
    "tabular_config",
    "valley",
]
