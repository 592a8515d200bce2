"""``surprise.model_selection``."""

from astonish.surprise.model_selection import search as search
from astonish.surprise.model_selection import split as split
from astonish.surprise.model_selection import validation as validation
from astonish.surprise.model_selection.search import GridSearchCV, RandomizedSearchCV
from astonish.surprise.model_selection.split import (
    KFold,
    LeaveOneOut,
    PredefinedKFold,
    RepeatedKFold,
    ShuffleSplit,
    train_test_split,
)
from astonish.surprise.model_selection.validation import cross_validate

__all__ = [
    "GridSearchCV",
    "KFold",
    "LeaveOneOut",
    "PredefinedKFold",
    "RandomizedSearchCV",
    "RepeatedKFold",
    "ShuffleSplit",
    "cross_validate",
    "train_test_split",
]
