"""``surprise.model_selection.validation``."""

from astonish.compat.list_splits import get_cv as get_cv
from astonish.evaluation.cross_validation import cross_validate, print_summary
from astonish.evaluation.scoring import fit_and_score
from astonish.surprise import accuracy as accuracy

__all__ = ["cross_validate", "fit_and_score", "print_summary"]
