"""``surprise.model_selection.split``."""

from astonish._random import get_rng as get_rng
from astonish.evaluation.split import (
    KFold,
    PredefinedKFold,
    ShuffleSplit,
    get_cv,
    train_test_split,
)

__all__ = ["KFold", "PredefinedKFold", "ShuffleSplit", "get_cv", "train_test_split"]
