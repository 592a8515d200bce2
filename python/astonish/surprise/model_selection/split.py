"""``surprise.model_selection.split``."""

from astonish.compat.list_splits import (
    KFold,
    LeaveOneOut,
    PredefinedKFold,
    RepeatedKFold,
    ShuffleSplit,
    get_cv,
    train_test_split,
)
from astonish.support.random_state import get_rng as get_rng

__all__ = [
    "KFold",
    "LeaveOneOut",
    "PredefinedKFold",
    "RepeatedKFold",
    "ShuffleSplit",
    "get_cv",
    "train_test_split",
]
