"""``surprise.model_selection.validation``."""

from astonish.evaluation.cross_validation import cross_validate
from astonish.evaluation.split import get_cv as get_cv
from astonish.surprise import accuracy as accuracy

__all__ = ["cross_validate"]
