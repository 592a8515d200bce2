"""Non-negative matrix factorization; drives the kernel of nmf.hpp."""

import numbers
from dataclasses import KW_ONLY

import numpy as np

from astonish import _core
from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.factors.factor_model import FactorModel
from astonish.models.ranking.factors import Factors
from astonish.models.training.parameters import (
    N_THREADS,
    RANDOM_STATE,
    VERBOSE,
    RandomState,
    epochs,
    factors,
)
from astonish.support.cancellation import check_cancelled
from astonish.support.parameters import checked, declare, fill, flag, number, param
from astonish.support.public import public
from astonish.support.random_state import get_rng
from astonish.support.settings import resolve_n_threads


@public
@declare
class NMF(FactorModel, AlgoBase):
    r"""Non-negative matrix factorization of ratings.

    The estimate is :math:`q_i^T p_u` with factors that are not negative, fitted by multiplicative
    updates: each epoch scales every factor by a ratio of two sums over the ratings of its user or
    item. An unknown user or item makes the estimate impossible. With ``biased=True`` it is
    :math:`\mu + b_u + b_i + q_i^T p_u`, biases are fitted by stochastic gradient descent, and terms
    of an unknown user or item are left out.

    The factors equal scikit-surprise's to the last bit with every number of threads. Where
    scikit-surprise raises ZeroDivisionError, because a factor's ratio has a denominator of zero,
    the factor keeps its value.

    Attributes
    ----------
    pu : float64 array of shape (n_users, n_factors)
        User factors.
    qi : float64 array of shape (n_items, n_factors)
        Item factors.
    bu, bi : float64 arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.

    Raises
    ------
    ValueError
        When `init_low` is negative.
    TypeError, ValueError
        By `fit`: for a parameter out of range, and when the factors stop being finite. A fit that
        fails or is interrupted leaves the model as it was.

    References
    ----------
    Luo, Zhou, Xia, Zhu: An efficient non-negative matrix-factorization-based approach to
    collaborative filtering for recommender systems. IEEE Transactions on Industrial Informatics
    10(2), 2014. Interface and order of sums are scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.NMF(n_epochs=10, random_state=0).fit(trainset)
    >>> bool((model.pu >= 0).all() and (model.qi >= 0).all())
    True
    """

    n_factors: int = factors(15, "Length of the factor vectors.", search=(5, 100, "log"))
    n_epochs: int = epochs(50, search=(20, 200, "log"))
    biased: bool = param(default=False, check=flag, doc="Whether to use the mean and the biases.")
    reg_pu: float = param(default=0.06, check=number(), doc="Regularisation of the user factors.")
    reg_qi: float = param(default=0.06, check=number(), doc="Regularisation of the item factors.")
    reg_bu: float = param(default=0.02, check=number(), doc="Regularisation of the user biases.")
    reg_bi: float = param(default=0.02, check=number(), doc="Regularisation of the item biases.")
    lr_bu: float = param(default=0.005, check=number(), doc="Learning rate of the user biases.")
    lr_bi: float = param(default=0.005, check=number(), doc="Learning rate of the item biases.")
    init_low: float = param(
        default=0,
        check=number(0),
        doc="Lower end of the uniform distribution that factors start from.",
    )
    init_high: float = param(
        default=1,
        check=number(0),
        doc="Upper end of the uniform distribution that factors start from.",
    )
    random_state: RandomState = RANDOM_STATE
    verbose: bool = VERBOSE
    _: KW_ONLY
    n_threads: int | None = N_THREADS

    _announcement = "Processing epoch {}"

    def __post_init__(self) -> None:
        """Refuse what scikit-surprise refuses here; what is no number is refused by `fit`."""
        super().__post_init__()
        if isinstance(self.init_low, numbers.Real) and self.init_low < 0:
            raise ValueError("init_low should be greater than zero")

    def _fit(self, trainset: Trainset) -> None:
        self.sgd(trainset)

    def sgd(self, trainset: Trainset) -> None:
        """Draw initial factors, train them, and set ``pu``, ``qi``, ``bu`` and ``bi``."""
        values = checked(self)
        rng = get_rng(values.random_state)
        ends = values.init_low, values.init_high
        pu = rng.uniform(*ends, (trainset.n_users, values.n_factors))
        qi = rng.uniform(*ends, (trainset.n_items, values.n_factors))
        bu, bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        _core.sgd.fit_nmf(
            trainset.by_user.view,
            *Factors(pu, qi, bu, bi, float(trainset.global_mean), values.biased),
            fill(_core.sgd.NmfOptions(), values),
            resolve_n_threads(values.n_threads),
            self._before_epoch,
        )
        self.bu, self.bi, self.pu, self.qi = bu, bi, pu, qi

    def _before_epoch(self, epoch: int) -> None:
        check_cancelled()
        if self.verbose:
            print(self._announcement.format(epoch))
