"""Baseline estimates: global mean, user bias and item bias; the gradient descent drives sgd.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import INT32_MAX, check_integer, check_number
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.factors import Factors

Biases = tuple[NDArray[np.float64], NDArray[np.float64]]


def baseline_als(trainset: Trainset, options: dict[str, Any]) -> Biases:
    """Return user and item biases by alternating least squares (Koren 2010).

    Parameters
    ----------
    trainset : Trainset
        The ratings.
    options : dict
        ``n_epochs`` (10), ``reg_u`` (15) and ``reg_i`` (10).
    """
    n_epochs = check_integer("n_epochs", options.get("n_epochs", 10), minimum=0)
    reg_u = check_number("reg_u", options.get("reg_u", 15))
    reg_i = check_number("reg_i", options.get("reg_i", 10))
    bu, bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
    for _ in range(n_epochs):
        bi = _shrunken_means(trainset.by_item, trainset.global_mean, bu, reg_i)
        bu = _shrunken_means(trainset.by_user, trainset.global_mean, bi, reg_u)
    return bu, bi


def _shrunken_means(
    ratings: Csr, global_mean: float, other: NDArray[np.float64], reg: float
) -> NDArray[np.float64]:
    """Return for each row the sum of what the other side leaves over, over reg + its length."""
    left_over = (ratings.values - global_mean) - other[ratings.indices]
    # bincount adds one after the other, in the order of the ratings: scikit-surprise's rounding.
    sums = np.bincount(ratings.row_of_each(), weights=left_over, minlength=ratings.n_rows)
    means: NDArray[np.float64] = sums / (reg + np.diff(ratings.offsets))
    return means


def baseline_sgd(trainset: Trainset, options: dict[str, Any]) -> Biases:
    """Return user and item biases by stochastic gradient descent.

    Parameters
    ----------
    trainset : Trainset
        The ratings.
    options : dict
        ``n_epochs`` (20), ``reg`` (0.02) and ``learning_rate`` (0.005).
    """
    sgd = _core.SgdOptions()
    sgd.solver = _core.SgdSolver.bitwise
    sgd.n_epochs = check_integer("n_epochs", options.get("n_epochs", 20), 0, INT32_MAX)
    sgd.lr_bu = sgd.lr_bi = check_number("learning_rate", options.get("learning_rate", 0.005))
    sgd.reg_bu = sgd.reg_bi = check_number("reg", options.get("reg", 0.02))
    bu, bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
    no_factors = np.zeros((trainset.n_users, 0)), np.zeros((trainset.n_items, 0))
    model = Factors(*no_factors, bu, bi, float(trainset.global_mean), True)
    ratings = trainset.by_user
    _core.fit_sgd(ratings.offsets, ratings.indices, ratings.values, *model, sgd)
    return bu, bi


BASELINES = {"als": baseline_als, "sgd": baseline_sgd}
