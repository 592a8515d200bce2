"""Epochs of stochastic gradient descent for `run_epochs`; drives sgd.hpp and parallel_sgd.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import Losses, root_mean_square, total_weight

Parameters = dict[str, NDArray[Any]]


def root_mean(squared_error: float, by_user: Csr, weights: NDArray[np.float64] | None) -> Losses:
    """Return what `run_epochs` records of a pass: the RMSE of each rating before its update."""
    return {"rmse": root_mean_square(squared_error, total_weight(by_user, weights))}


class SequentialTrainer:
    """Ratings one after the other, in the order of the users."""

    def __init__(
        self,
        by_user: Csr,
        initial: Factors,
        options: _core.sgd.SgdOptions,
        weights: NDArray[np.float64] | None,
    ) -> None:
        self._by_user, self._initial, self._weights = by_user, initial, weights
        self._ratings = _core.sgd.SgdTrainer(by_user.view, *initial, options, weights)

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002  the trainer counts its epochs
        """Pass over all ratings."""
        return root_mean(self._ratings.run_epoch(), self._by_user, self._weights)

    def parameters(self) -> Parameters:
        """Return copies of the arrays."""
        pu, qi, bu, bi = map(np.zeros_like, self._initial[:4])
        self._ratings.copy_to(pu, qi, bu, bi)
        return {"pu": pu, "qi": qi, "bu": bu, "bi": bi}


class SvdppTrainer:
    """The same with what the rated items add; trains the arrays that it is given in place."""

    def __init__(
        self,
        by_user: Csr,
        initial: Factors,
        yj: NDArray[np.float64],
        options: _core.sgd.SvdppOptions,
    ) -> None:
        self._by_user, self._factors, self._yj, self._options = by_user, initial, yj, options
        options.n_epochs = 1

    def run_epoch(self, epoch: int) -> Losses:
        """Pass over all ratings."""
        self._options.first_epoch = epoch
        squared_error = _core.sgd.fit_svdpp(
            self._by_user.view, *self._factors, self._yj, self._options, None
        )
        return root_mean(squared_error, self._by_user, None)

    def parameters(self) -> Parameters:
        """Return copies of the arrays."""
        pu, qi, bu, bi, *_ = self._factors
        arrays = {"pu": pu, "qi": qi, "bu": bu, "bi": bi, "yj": self._yj}
        return {name: array.copy() for name, array in arrays.items()}


class ParallelTrainer:
    """Blocks of ratings on all CPUs, in an order that `seed` decides."""

    def __init__(
        self,
        by_user: Csr,
        initial: Factors,
        options: _core.sgd.SgdOptions,
        weights: NDArray[np.float64] | None,
        seed: int,
        n_threads: int,
    ) -> None:
        self._by_user, self._initial, self._weights = by_user, initial, weights
        self._n_threads = n_threads
        self._blocks = _core.sgd.parallel_sgd(
            by_user.view, *initial, options, seed, weights, n_threads
        )

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002  the blocks count their epochs
        """Pass over all ratings."""
        return root_mean(self._blocks.run_epoch(self._n_threads), self._by_user, self._weights)

    def parameters(self) -> Parameters:
        """Return the parameters in the order of the inner ids."""
        pu, qi, bu, bi = map(np.zeros_like, self._initial[:4])
        self._blocks.copy_to(pu, qi, bu, bi, self._n_threads)
        return {"pu": pu, "qi": qi, "bu": bu, "bi": bi}
