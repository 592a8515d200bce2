"""``surprise.model_selection``."""

from astonish.surprise.model_selection import split as split
from astonish.surprise.model_selection import validation as validation
from astonish.surprise.model_selection.split import (
    KFold,
    PredefinedKFold,
    ShuffleSplit,
    train_test_split,
)
from astonish.surprise.model_selection.validation import cross_validate

__all__ = ["KFold", "PredefinedKFold", "ShuffleSplit", "cross_validate", "train_test_split"]
