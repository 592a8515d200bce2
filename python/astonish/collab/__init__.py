"""fastai's collaborative filtering, without torch."""

from astonish.collab.callbacks import (
    Callback,
    CancelFitException,
    EarlyStoppingCallback,
    SaveModelCallback,
    TrackerCallback,
)
from astonish.collab.categories import CategoryMap
from astonish.collab.collab_learner import collab_learner
from astonish.collab.data import CollabDataLoaders
from astonish.collab.learner import Learner, load_learner
from astonish.collab.loader import RatingsLoader
from astonish.collab.metrics import mae, mse, rmse
from astonish.collab.predictions import RowPrediction
from astonish.collab.recorder import Recorder
from astonish.collab.suggestions import minimum, slide, steep, valley

__all__ = [
    "Callback",
    "CancelFitException",
    "CategoryMap",
    "CollabDataLoaders",
    "EarlyStoppingCallback",
    "Learner",
    "RatingsLoader",
    "Recorder",
    "RowPrediction",
    "SaveModelCallback",
    "TrackerCallback",
    "collab_learner",
    "load_learner",
    "mae",
    "minimum",
    "mse",
    "rmse",
    "slide",
    "steep",
    "valley",
]
