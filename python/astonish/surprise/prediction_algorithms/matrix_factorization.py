"""``surprise.prediction_algorithms.matrix_factorization``."""

from astonish.models.base.algo_base import AlgoBase as AlgoBase
from astonish.models.base.prediction import PredictionImpossible as PredictionImpossible
from astonish.models.rating.nmf import NMF
from astonish.models.rating.svd import SVD
from astonish.models.rating.svdpp import SVDpp
from astonish.support.random_state import get_rng as get_rng

__all__ = ["NMF", "SVD", "SVDpp"]
