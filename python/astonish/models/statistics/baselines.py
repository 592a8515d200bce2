"""Baseline estimates: global mean, user bias and item bias; drives baselines.hpp and sgd.hpp."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.trainset import Trainset
from astonish.models.ranking.factors import Factors
from astonish.support.cancellation import check_cancelled
from astonish.support.checks import INT32_MAX, check_integer, check_number

Biases = tuple[NDArray[np.float64], NDArray[np.float64]]


def baseline_als(trainset: Trainset, options: dict[str, Any], n_threads: int) -> Biases:
    """Return user and item biases by alternating least squares (Koren 2010).

    A bias whose divisor, regularisation plus number of ratings, is zero is zero.

    Parameters
    ----------
    trainset : Trainset
        The ratings.
    options : dict
        ``n_epochs`` (10), ``reg_u`` (15) and ``reg_i`` (10).
    n_threads : int
        Threads to use; the biases do not depend on it.
    """
    n_epochs = check_integer("n_epochs", options.get("n_epochs", 10), 0, INT32_MAX)
    reg_u = check_number("reg_u", options.get("reg_u", 15))
    reg_i = check_number("reg_i", options.get("reg_i", 10))
    return _core.statistics.fit_baselines(
        trainset.by_user.view,
        trainset.by_item.view,
        float(trainset.global_mean),
        n_epochs,
        reg_u,
        reg_i,
        n_threads,
        _before_epoch,
    )


def baseline_sgd(trainset: Trainset, options: dict[str, Any], _n_threads: int) -> Biases:
    """Return user and item biases by stochastic gradient descent.

    Parameters
    ----------
    trainset : Trainset
        The ratings.
    options : dict
        ``n_epochs`` (20), ``reg`` (0.02) and ``learning_rate`` (0.005).

    Notes
    -----
    Each step needs the one before it, so there is nothing to do for a second thread.
    """
    sgd = _core.sgd.SgdOptions()
    sgd.solver = _core.sgd.SgdSolver.bitwise
    sgd.n_epochs = check_integer("n_epochs", options.get("n_epochs", 20), 0, INT32_MAX)
    sgd.lr_bu = sgd.lr_bi = check_number("learning_rate", options.get("learning_rate", 0.005))
    sgd.reg_bu = sgd.reg_bi = check_number("reg", options.get("reg", 0.02))
    bu, bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
    model = Factors.of_biases(bu, bi, trainset.global_mean)
    _core.sgd.fit_sgd(trainset.by_user.view, *model, sgd, _before_epoch)
    return bu, bi


def _before_epoch(_epoch: int) -> None:
    check_cancelled()


BASELINES: dict[str, Callable[[Trainset, dict[str, Any], int], Biases]] = {
    "als": baseline_als,
    "sgd": baseline_sgd,
}
