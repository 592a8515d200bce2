"""Non-negative matrix factorization; drives the kernel of nmf.hpp."""

import numbers
from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.factors.factor_model import FactorModel
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import EpochCallback, Losses, run_epochs
from astonish.models.training.held_out import training_split
from astonish.models.training.parameters import (
    CALLBACK,
    N_THREADS,
    PATIENCE,
    RANDOM_STATE,
    VALIDATION,
    VERBOSE,
    RandomState,
    epochs,
    factors,
    tolerance,
)
from astonish.models.training.sgd_trainers import Parameters, root_mean
from astonish.support.parameters import checked, declare, fill, flag, number, param
from astonish.support.public import public
from astonish.support.random_state import get_rng
from astonish.support.settings import resolve_n_threads

_SWING = 2  # epochs: both sides are scaled for the other as it was


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
    history_ : dict of lists
        One number for each epoch of the last training: ``"rmse"`` of the ratings trained on, by the
        factors before the epoch; ``"validation_rmse"``, after it, where there is `validation`.
    stopped_by_ : str
        Why training ended: "n_epochs", "patience", "tol" or "callback".

    Raises
    ------
    ValueError
        When `init_low` is negative.
    TypeError, ValueError
        By `fit`: for a parameter out of range, and when the factors stop being finite. A fit that
        fails or is interrupted leaves the model as it was.

    Notes
    -----
    An epoch scales users and items at once, each for the other as it was. Without biases the errors
    of every other epoch may therefore rise while those of two epochs fall: `tol` looks back two
    epochs, and `patience` should be at least 2.

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
    validation: Any = VALIDATION
    patience: int | None = PATIENCE
    tol: float | None = tolerance("two epochs lower")
    callback: EpochCallback | None = CALLBACK
    n_threads: int | None = N_THREADS

    _announcement = "Processing epoch {}"

    def __post_init__(self) -> None:
        """Refuse what scikit-surprise refuses here; what is no number is refused by `fit`."""
        super().__post_init__()
        if isinstance(self.init_low, numbers.Real) and self.init_low < 0:
            raise ValueError(f"init_low should be greater than zero, got {self.init_low!r}")

    def _fit(self, trainset: Trainset) -> None:
        self.sgd(trainset)

    def sgd(self, trainset: Trainset) -> None:
        """Draw initial factors, train them, and set ``pu``, ``qi``, ``bu`` and ``bi``."""
        values = checked(self)
        rng = get_rng(values.random_state)
        ends = values.init_low, values.init_high
        if ends[0] > ends[1]:
            raise ValueError(f"init_low must be at most init_high={ends[1]}, got {ends[0]}")
        pu = rng.uniform(*ends, (trainset.n_users, values.n_factors))
        qi = rng.uniform(*ends, (trainset.n_items, values.n_factors))
        bu, bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        initial = Factors(pu, qi, bu, bi, float(trainset.global_mean), values.biased)
        held_out, sides, _ = training_split(trainset, values.validation, None, rng)
        options = fill(_core.sgd.NmfOptions(), values)
        n_threads = resolve_n_threads(values.n_threads)
        trainer = _Trainer(sides.by_user, initial, options, n_threads)
        run_epochs(self, trainer, held_out, announcement=self._announcement, period=_SWING)


class _Trainer:
    """Factors in training; see `run_epochs`."""

    def __init__(
        self, by_user: Csr, initial: Factors, options: _core.sgd.NmfOptions, n_threads: int
    ) -> None:
        self._by_user, self._initial, self._n_threads = by_user, initial, n_threads
        self._trainer = _core.sgd.NmfTrainer(by_user.view, *initial, options)

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002
        return root_mean(self._trainer.run_epoch(self._n_threads), self._by_user, None)

    def parameters(self) -> Parameters:
        pu, qi, bu, bi = map(np.zeros_like, self._initial[:4])
        self._trainer.copy_to(pu, qi, bu, bi)
        return {"pu": pu, "qi": qi, "bu": bu, "bi": bi}
