"""``surprise.model_selection.split``."""

from astonish._random import get_rng as get_rng
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
    "get_cv",
    "train_test_split",
]
