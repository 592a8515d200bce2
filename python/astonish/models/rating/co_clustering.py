"""Co-clustering of users and items; drives the kernels of co_clustering.hpp."""

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.models.training.epochs import WATCHERS, EpochCallback, History, Losses, run_epochs
from astonish.models.training.held_out import hold_out
from astonish.models.training.parameters import (
    CALLBACK,
    N_THREADS,
    PATIENCE,
    RANDOM_STATE,
    TOL,
    VERBOSE,
    RandomState,
    validation_set,
)
from astonish.models.training.publishing import reading
from astonish.models.training.sgd_trainers import Parameters, root_mean
from astonish.support.arrays import as_int64
from astonish.support.memory import check_fits
from astonish.support.parameters import checked, declare, integer, param
from astonish.support.public import public
from astonish.support.random_state import get_rng
from astonish.support.settings import is_strict, resolve_n_threads

Clusters = NDArray[np.intp]
Values = NDArray[np.float64]
Averages = tuple[Values, Values, Values]

_BYTES_A_PAIR = 32  # of clusters: sum, count and mean, and the mean of the epoch before


@public
@declare
class CoClustering(AlgoBase):
    r"""Users and items in clusters, a mean rating for each pair of clusters.

    The estimate is :math:`\overline{C_{ui}} + (\mu_u - \overline{C_u}) + (\mu_i -
    \overline{C_i})`: the mean of the pair of clusters, moved by what the user and the item are
    above the means of theirs. For an unknown user it is :math:`\mu_i`, for an unknown item
    :math:`\mu_u`, for both the mean of all ratings. Clusters begin at random; each epoch puts every
    user, then every item, where the squared error is least.

    Attributes
    ----------
    cltr_u, cltr_i : intp arrays of shape (n_users,) and (n_items,)
        Cluster of each user and item.
    user_mean, item_mean : float64 arrays of shape (n_users,) and (n_items,)
        Mean rating of each user and item.
    avg_cltr_u, avg_cltr_i : float64 arrays of shape (n_cltr_u,) and (n_cltr_i,)
        Mean rating of each cluster; the mean of all ratings where it holds none.
    avg_cocltr : float64 array of shape (n_cltr_u, n_cltr_i)
        The same for pairs of clusters.
    history_ : dict of lists
        One number for each epoch: ``"rmse"`` of the ratings trained on, in the clusters after the
        epoch with the means before it; ``"validation_rmse"`` where there is `validation`.
    stopped_by_ : str
        Why training ended: "n_epochs", "patience", "tol" or "callback".

    Raises
    ------
    TypeError, ValueError
        By `fit`: for a parameter out of range. A fit that fails or is interrupted leaves the model
        as it was.

    Notes
    -----
    Where scikit-surprise cuts all ratings to whole numbers and answers the mean of all (uncut)
    ratings for a pair of which one is unknown, this does not; with ``ASTONISH_SURPRISE_STRICT=1``
    it does. For whole numbers the attributes of both are equal to the last bit.

    References
    ----------
    George, Merugu: A scalable collaborative filtering framework based on co-clustering. ICDM 2005.
    Interface, random numbers and order of summation are scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.CoClustering(n_cltr_u=4, random_state=0).fit(trainset)
    >>> model.cltr_u.shape, model.avg_cocltr.shape
    ((943,), (4, 3))
    """

    n_cltr_u: int = param(
        default=3, check=integer(1), doc="Number of clusters of users.", search=(2, 20, "log")
    )
    n_cltr_i: int = param(
        default=3, check=integer(1), doc="Number of clusters of items.", search=(2, 20, "log")
    )
    n_epochs: int = param(
        default=20, check=integer(0), doc="Passes over the ratings; 0 leaves the random clusters."
    )
    random_state: RandomState = RANDOM_STATE
    verbose: bool = VERBOSE
    _: KW_ONLY
    validation: Any = validation_set("the means of users and items are of all their ratings.")
    patience: int | None = PATIENCE
    tol: float | None = TOL
    callback: EpochCallback | None = CALLBACK
    n_threads: int | None = N_THREADS

    cltr_u: Clusters = field(init=False)
    cltr_i: Clusters = field(init=False)
    user_mean: Values = field(init=False)
    item_mean: Values = field(init=False)
    avg_cltr_u: Values = field(init=False)
    avg_cltr_i: Values = field(init=False)
    avg_cocltr: Values = field(init=False)
    history_: History = field(init=False)
    stopped_by_: str = field(init=False)
    _unsaved = WATCHERS
    _announcement = "Processing epoch {}"

    def _fit(self, trainset: Trainset) -> None:
        values = checked(self)
        n_threads = resolve_n_threads(values.n_threads)
        sizes = values.n_cltr_u, values.n_cltr_i
        check_fits(
            _BYTES_A_PAIR * math.prod(sizes) + 8 * n_threads * max(sizes),
            f"n_cltr_u={sizes[0]} and n_cltr_i={sizes[1]}",
            "fewer clusters take less",
        )
        rng = get_rng(values.random_state)
        cltr_u = rng.randint(values.n_cltr_u, size=trainset.n_users).astype(np.intp)
        cltr_i = rng.randint(values.n_cltr_i, size=trainset.n_items).astype(np.intp)
        testset = values.validation
        held_out = None if testset is None else hold_out(trainset, testset, rng)
        sides = _counted(trainset.by_user), _counted(trainset.by_item)
        self.user_mean, self.item_mean = (side.reduce_rows(np.mean) for side in sides)
        means = self.user_mean, self.item_mean
        trainer = _Trainer(sides, means, (cltr_u, cltr_i), self.compute_averages, n_threads)
        run_epochs(self, trainer, held_out, announcement=self._announcement)

    def _fitted_arrays(self) -> FittedArrays:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "avg_cltr_u": ArrayOf(("n_cltr_u",)),
            "avg_cltr_i": ArrayOf(("n_cltr_i",)),
            "avg_cocltr": ArrayOf(("n_cltr_u", "n_cltr_i")),
            "cltr_u": ArrayOf((n_users,), below="n_cltr_u"),
            "cltr_i": ArrayOf((n_items,), below="n_cltr_i"),
            "user_mean": ArrayOf((n_users,)),
            "item_mean": ArrayOf((n_items,)),
        }

    @reading
    def compute_averages(self, cltr_u: Clusters, cltr_i: Clusters) -> Averages:
        """Return the mean ratings of clusters.

        Parameters
        ----------
        cltr_u, cltr_i : int arrays of shape (n_users,) and (n_items,)
            Cluster of each user and item.

        Returns
        -------
        avg_cltr_u, avg_cltr_i, avg_cocltr : float64 arrays
            As the attributes.

        Raises
        ------
        ValueError
            When an array has another length.
        IndexError
            For a cluster that does not exist.
        """
        trainset, values = self._fitted_trainset(), checked(self, "n_cltr_u", "n_cltr_i")
        return _core.statistics.average_clusters(
            _counted(trainset.by_user).view,
            as_int64(cltr_u),
            as_int64(cltr_i),
            float(trainset.global_mean),
            values.n_cltr_u,
            values.n_cltr_i,
        )

    @reading
    def estimate(self, u: Any, i: Any) -> float:
        """Return the estimate for inner ids; an unknown one leaves the mean of the other."""
        knows_user, knows_item = self.trainset.knows_user(u), self.trainset.knows_item(i)
        if knows_user and knows_item:
            return float(self._estimate_known(int(u), int(i)))
        if is_strict() or not (knows_user or knows_item):
            return self.trainset.global_mean
        return float(self.user_mean[int(u)] if knows_user else self.item_mean[int(i)])

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        estimates = np.full(len(users), self.trainset.global_mean)
        knows_user, knows_item = users >= 0, items >= 0
        if not is_strict():
            only_user, only_item = knows_user & ~knows_item, knows_item & ~knows_user
            estimates[only_user] = self.user_mean[users[only_user]]
            estimates[only_item] = self.item_mean[items[only_item]]
        both = knows_user & knows_item
        estimates[both] = self._estimate_known(users[both], items[both])
        return estimates

    def _estimate_known(self, user: Any, item: Any) -> Any:
        """Return the estimate for one inner user and item, or for arrays of them."""
        uc, ic = self.cltr_u[user], self.cltr_i[item]
        return (
            self.avg_cocltr[uc, ic]
            + self.user_mean[user]
            - self.avg_cltr_u[uc]
            + self.item_mean[item]
            - self.avg_cltr_i[ic]
        )


def _counted(ratings: Csr) -> Csr:
    """Return the ratings as the model counts them."""
    return ratings.truncated if is_strict() else ratings


class _Trainer:
    """Clusters in training; see `run_epochs`."""

    def __init__(
        self,
        sides: tuple[Csr, Csr],
        means: tuple[Values, Values],
        clusters: tuple[Clusters, Clusters],
        average: Callable[[Clusters, Clusters], Averages],
        n_threads: int,
    ) -> None:
        self._by_user, self._by_item = sides
        self._means, self._average, self._n_threads = means, average, n_threads
        self._cltr_u, self._cltr_i = clusters
        self._averages = average(*clusters)

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002
        """Put each user, then each item, into the cluster with the least error."""
        means, n_threads = (*self._means, *self._averages), self._n_threads
        by_user, by_item = self._by_user.view, self._by_item.view
        self._cltr_u, _ = _core.statistics.assign_users(by_user, *means, self._cltr_i, n_threads)
        self._cltr_i, squared_error = _core.statistics.assign_items(
            by_item, *means, self._cltr_u, n_threads
        )
        self._averages = self._average(self._cltr_u, self._cltr_i)
        return root_mean(squared_error, self._by_user, None)

    def parameters(self) -> Parameters:
        names = "cltr_u", "cltr_i", "avg_cltr_u", "avg_cltr_i", "avg_cocltr"
        arrays = self._cltr_u, self._cltr_i, *self._averages
        return {name: array.copy() for name, array in zip(names, arrays, strict=True)}
