"""``surprise.model_selection.search``."""

from astonish.compat.list_splits import get_cv as get_cv
from astonish.data.dataset import DatasetUserFolds as DatasetUserFolds
from astonish.evaluation.scoring import fit_and_score as fit_and_score
from astonish.evaluation.search import BaseSearchCV, GridSearchCV, RandomizedSearchCV
from astonish.support.random_state import get_rng as get_rng

__all__ = ["BaseSearchCV", "GridSearchCV", "RandomizedSearchCV"]
