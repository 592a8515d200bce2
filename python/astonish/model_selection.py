"""Splits, cross-validation and searches, where scikit-surprise and scikit-learn have them."""

from astonish.evaluation.cross_validation import cross_validate
from astonish.evaluation.search import GridSearchCV, RandomizedSearchCV
from astonish.evaluation.split import (
    KFold,
    LeaveOneOut,
    PredefinedKFold,
    RepeatedKFold,
    ShuffleSplit,
    get_cv,
    train_test_split,
)

__all__ = [
    "GridSearchCV",
    "KFold",
    "LeaveOneOut",
    "PredefinedKFold",
    "RandomizedSearchCV",
    "RepeatedKFold",
    "ShuffleSplit",
    "cross_validate",
    "get_cv",
    "train_test_split",
]
