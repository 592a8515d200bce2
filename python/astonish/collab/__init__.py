"""fastai's collaborative filtering, without torch."""

from astonish.collab.collab_learner import collab_learner, get_emb_sz, tabular_config
from astonish.collab.learner import Learner, load_learner
from astonish.collab.loaders.categories import CategoryMap
from astonish.collab.loaders.data import CollabDataLoaders
from astonish.collab.loaders.loader import RatingsLoader
from astonish.collab.metrics import mae, mse, rmse
from astonish.collab.predictions import RowPrediction
from astonish.collab.training.callback import Callback, CancelFitException
from astonish.collab.training.callbacks import (
    EarlyStoppingCallback,
    SaveModelCallback,
    TrackerCallback,
)
from astonish.collab.training.recorder import Recorder
from astonish.collab.training.suggestions import minimum, slide, steep, valley
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
