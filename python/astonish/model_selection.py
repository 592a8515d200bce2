"""Splits and cross-validation under the name that scikit-surprise and scikit-learn use."""

from astonish.evaluation.cross_validation import cross_validate
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
    "KFold",
    "LeaveOneOut",
    "PredefinedKFold",
    "RepeatedKFold",
    "ShuffleSplit",
    "cross_validate",
    "get_cv",
    "train_test_split",
]
