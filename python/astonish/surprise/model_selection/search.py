"""``surprise.model_selection.search``."""

from astonish._random import get_rng as get_rng
from astonish.data.dataset import DatasetUserFolds as DatasetUserFolds
from astonish.evaluation.scoring import fit_and_score as fit_and_score
from astonish.evaluation.search import BaseSearchCV, GridSearchCV, RandomizedSearchCV
from astonish.evaluation.split import get_cv as get_cv

__all__ = ["BaseSearchCV", "GridSearchCV", "RandomizedSearchCV"]
