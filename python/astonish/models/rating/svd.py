"""Matrix factorization by stochastic gradient descent; drives sgd.hpp and parallel_sgd.hpp."""

from collections.abc import Callable
from dataclasses import KW_ONLY
from inspect import signature
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.factors.factor_model import FactorModel
from astonish.models.factors.ridge import Ridge
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import EpochCallback, run_epochs
from astonish.models.training.growth import learn_by_descent
from astonish.models.training.held_out import training_split
from astonish.models.training.initial import draw_normal
from astonish.models.training.parameters import (
    BIASED,
    CALLBACK,
    INIT_MEAN,
    INIT_STD_DEV,
    N_THREADS,
    PATIENCE,
    RANDOM_STATE,
    REG_ALL,
    TOL,
    VALIDATION,
    VERBOSE,
    RandomState,
    epochs,
    factors,
    learning_rate,
    rate_of_all,
    regularisation,
)
from astonish.models.training.sgd_trainers import ParallelTrainer, Parameters, SequentialTrainer
from astonish.support.checks import check_dtype
from astonish.support.parameters import checked, choice, declare, fill, optional, param
from astonish.support.public import public
from astonish.support.random_state import get_rng
from astonish.support.settings import SOLVERS, resolve_n_threads, resolve_solver


@public
@declare
class SVD(FactorModel, AlgoBase):
    r"""Biased matrix factorization, known as SVD or Funk SVD.

    The estimate is :math:`\mu + b_u + b_i + q_i^T p_u`, fitted by stochastic gradient descent on
    the regularised squared error, rating after rating. Terms of an unknown user or item are left
    out. With ``biased=False`` it is :math:`q_i^T p_u` alone
    (probabilistic matrix factorization), and an unknown user or item makes it impossible.

    Attributes
    ----------
    pu, qi, bu, bi : arrays
        Factors and biases of users and items; see `FactorModel`.
    history_ : dict of lists
        One number for each epoch of the last training: ``"rmse"`` of the ratings trained on, each
        measured before its own update; ``"validation_rmse"`` where there is `validation`.
    stopped_by_ : str
        Why training ended: "n_epochs", "patience", "tol" or "callback".

    Raises
    ------
    TypeError, ValueError
        By `fit`: for a parameter out of range, and when the factors stop being finite because a
        learning rate is too high. A fit that fails or is interrupted leaves the model as it was.

    References
    ----------
    Koren, Bell, Volinsky: Matrix factorization techniques for recommender systems. Computer 42(8),
    2009. Interface and order of updates are scikit-surprise's. The blocks of "parallel": Gemulla,
    Nijkamp, Haas, Sismanis: Large-scale matrix factorization with distributed stochastic gradient
    descent. KDD 2011.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.SVD(n_factors=20, random_state=0).fit(trainset)
    >>> model.pu.shape, model.qi.shape
    ((943, 20), (1682, 20))
    >>> fast = astonish.SVD(solver="parallel", validation=0.05, patience=2, random_state=0)
    >>> errors = fast.fit(trainset).history_["validation_rmse"]
    >>> errors[-1] < errors[0]
    True
    """

    n_factors: int = factors(100)
    n_epochs: int = epochs(20)
    biased: bool = BIASED
    init_mean: float = INIT_MEAN
    init_std_dev: float = INIT_STD_DEV
    lr_all: float = rate_of_all(0.005)
    reg_all: float = REG_ALL
    lr_bu: float | None = learning_rate("user biases")
    lr_bi: float | None = learning_rate("item biases")
    lr_pu: float | None = learning_rate("user factors")
    lr_qi: float | None = learning_rate("item factors")
    reg_bu: float | None = regularisation("user biases")
    reg_bi: float | None = regularisation("item biases")
    reg_pu: float | None = regularisation("user factors")
    reg_qi: float | None = regularisation("item factors")
    random_state: RandomState = RANDOM_STATE
    verbose: bool = VERBOSE
    _: KW_ONLY
    solver: str | None = param(
        default=None,
        check=optional(choice(SOLVERS)),
        kind='{"sequential", "bitwise", "parallel"}',
        doc='"sequential" takes the ratings in the order of the training set, with vector '
        'arithmetic, and equals scikit-surprise to about 1e-12; "bitwise" equals it to the last '
        'bit and is slower. "parallel" uses all threads and takes the ratings in an order of its '
        "own, which depends on the data and `random_state` and not on the number of threads; its "
        "errors are about those of the others. Default: the environment variable "
        '``ASTONISH_SOLVER``, else "sequential".',
    )
    dtype: str | None = param(
        default=None,
        kind='{"float32", "float64"}',
        doc='Of the parameters and of the arithmetic. Default: "float32" for "parallel", "float64" '
        "for the other solvers, which have nothing else.",
    )
    validation: Any = VALIDATION
    patience: int | None = PATIENCE
    tol: float | None = TOL
    callback: EpochCallback | None = CALLBACK
    n_threads: int | None = N_THREADS

    abilities = frozenset(
        {"rates", "ranks", "has_factors", "folds_in", "partial_fit", "takes_weights", "explains"}
    )

    _announcement = "Processing epoch {}"

    def _fit(self, trainset: Trainset, **sample_weight: Any) -> None:
        if sample_weight and not _takes(self.sgd, "sample_weight"):
            self._refuse("has an sgd() of its own that takes no sample_weight")
        self.sgd(trainset, **sample_weight)  # a subclass may have one that takes no weights

    def _learn(self, before: Trainset, added: Trainset, n_epochs: int | None) -> None:
        learn_by_descent(self, before, added, n_epochs)

    def sgd(self, trainset: Trainset, *, sample_weight: NDArray[np.float64] | None = None) -> None:
        """Draw initial factors, train them, and set ``pu``, ``qi``, ``bu`` and ``bi``."""
        rng = get_rng(self.random_state)
        initial = self._draw(rng, trainset.n_users, trainset.n_items)
        self._train(trainset, initial, rng, sample_weight)

    def _train(
        self,
        ratings: Trainset,
        initial: Parameters,
        rng: np.random.RandomState,
        weights: NDArray[np.float64] | None = None,
        n_epochs: int | None = None,
    ) -> None:
        values = checked(self)
        solver = resolve_solver(values.solver, SOLVERS)
        validation = values.validation if n_epochs is None else None  # all later ones are learned
        held_out, sides, weights = training_split(ratings, validation, weights, rng)
        options = fill(_core.sgd.SgdOptions(), values)
        n_threads = resolve_n_threads(values.n_threads)
        mean = float(self.trainset.global_mean)
        factors = Factors(**initial, global_mean=mean, biased=values.biased)
        if solver == "parallel":
            seed = rng.randint(2**31)
            blocks = ParallelTrainer(sides.by_user, factors, options, weights, seed, n_threads)
            run_epochs(self, blocks, held_out, n_epochs)
        else:
            options.solver = _core.sgd.SgdSolver[solver]
            in_order = SequentialTrainer(sides.by_user, factors, options, weights)
            run_epochs(self, in_order, held_out, n_epochs, self._announcement)

    def _draw(self, rng: np.random.RandomState, n_users: int, n_items: int) -> Parameters:
        values = checked(self)
        dtype = _resolve_dtype(values)
        pu, qi = draw_normal(values, rng, n_users, n_items, dtype=dtype)
        return {"pu": pu, "qi": qi, "bu": np.zeros(n_users, dtype), "bi": np.zeros(n_items, dtype)}

    def _ridge(self, side: str) -> Ridge:
        # The descent regularises with each rating, so a parameter by the number of its ratings.
        names = ("reg_pu", "reg_bu") if side == "user" else ("reg_qi", "reg_bi")
        reg, reg_bias = vars(checked(self, *names)).values()
        return Ridge(reg, reg_bias, by_count=True)


def _takes(method: Callable[..., Any], name: str) -> bool:
    parameters = signature(method).parameters.values()
    return any(taken.name == name or taken.kind is taken.VAR_KEYWORD for taken in parameters)


def _resolve_dtype(values: SimpleNamespace) -> str:
    solver = resolve_solver(values.solver, SOLVERS)
    if values.dtype is None:
        return "float32" if solver == "parallel" else "float64"
    dtype = check_dtype(values.dtype)
    if dtype == "float32" and solver != "parallel":
        raise ValueError(f"dtype='float32' needs solver='parallel', got solver={solver!r}")
    return dtype
