"""``surprise.prediction_algorithms.matrix_factorization``."""

from astonish._random import get_rng as get_rng
from astonish.models.base import AlgoBase as AlgoBase
from astonish.models.prediction import PredictionImpossible as PredictionImpossible
from astonish.models.svd import SVD

__all__ = ["SVD"]
