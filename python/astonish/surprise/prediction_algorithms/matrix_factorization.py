"""``surprise.prediction_algorithms.matrix_factorization``."""

from astonish._random import get_rng as get_rng
from astonish.models.base import AlgoBase as AlgoBase
from astonish.models.nmf import NMF
from astonish.models.prediction import PredictionImpossible as PredictionImpossible
from astonish.models.svd import SVD
from astonish.models.svdpp import SVDpp

__all__ = ["NMF", "SVD", "SVDpp"]
