"""Splits, cross-validation and searches, where scikit-surprise and scikit-learn have them."""

from astonish.data.splits import (
    KFold,
    LeaveOneOut,
    PredefinedKFold,
    RepeatedKFold,
    ShuffleSplit,
    get_cv,
    train_test_split,
)
from astonish.evaluation.cross_validation import cross_validate
from astonish.evaluation.search import GridSearchCV, RandomizedSearchCV

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
