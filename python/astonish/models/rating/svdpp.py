"""SVD++, which also learns from which items a user rated; drives the kernels of svdpp.hpp."""

from dataclasses import KW_ONLY, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.base.explanations import Terms
from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.models.factors.factor_model import FactorModel
from astonish.models.factors.ridge import Ridge
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import EpochCallback, run_epochs
from astonish.models.training.growth import learn_by_descent
from astonish.models.training.held_out import hold_out
from astonish.models.training.initial import draw_normal
from astonish.models.training.parameters import (
    CALLBACK,
    INIT_MEAN,
    INIT_STD_DEV,
    N_THREADS,
    PATIENCE,
    RANDOM_STATE,
    REG_ALL,
    TOL,
    VERBOSE,
    RandomState,
    epochs,
    factors,
    learning_rate,
    rate_of_all,
    regularisation,
    validation_set,
)
from astonish.models.training.sgd_trainers import Parameters, SvdppTrainer
from astonish.support.arrays import as_float64
from astonish.support.parameters import checked, choice, declare, fill, flag, optional, param
from astonish.support.public import public
from astonish.support.random_state import get_rng
from astonish.support.settings import IN_ORDER, resolve_n_threads, resolve_solver


@public
@declare
class SVDpp(FactorModel, AlgoBase):
    r"""Biased matrix factorization with implicit ratings, known as SVD++.

    The estimate is :math:`\mu + b_u + b_i + q_i^T \left(p_u + |I_u|^{-1/2} \sum_{j \in I_u}
    y_j\right)`, where :math:`I_u` are the ratings of user :math:`u`: that a user rated an item says
    something, whatever the rating. It is fitted by stochastic gradient descent on the regularised
    squared error, rating after rating in the order of the training set. Terms of an unknown user or
    item are left out.

    Attributes
    ----------
    pu : float64 array of shape (n_users, n_factors)
        User factors, without what the rated items add.
    qi : float64 array of shape (n_items, n_factors)
        Item factors.
    yj : float64 array of shape (n_items, n_factors)
        What each item adds to the factors of a user who rated it.
    bu, bi : float64 arrays of shape (n_users,) and (n_items,)
        User and item biases.
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
    Koren: Factorization meets the neighborhood: a multifaceted collaborative filtering model. KDD
    2008. Interface and order of updates are scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.SVDpp(n_epochs=5, random_state=0).fit(trainset)
    >>> model.pu.shape, model.yj.shape
    ((943, 20), (1682, 20))
    """

    n_factors: int = factors(20, search=(8, 128, "log"))
    n_epochs: int = epochs(20)
    init_mean: float = INIT_MEAN
    init_std_dev: float = INIT_STD_DEV
    lr_all: float = rate_of_all(0.007)
    reg_all: float = REG_ALL
    lr_bu: float | None = learning_rate("user biases")
    lr_bi: float | None = learning_rate("item biases")
    lr_pu: float | None = learning_rate("user factors")
    lr_qi: float | None = learning_rate("item factors")
    lr_yj: float | None = learning_rate("factors of rated items")
    reg_bu: float | None = regularisation("user biases")
    reg_bi: float | None = regularisation("item biases")
    reg_pu: float | None = regularisation("user factors")
    reg_qi: float | None = regularisation("item factors")
    reg_yj: float | None = regularisation("factors of rated items")
    random_state: RandomState = RANDOM_STATE
    verbose: bool = VERBOSE
    cache_ratings: bool = param(
        default=False,
        check=flag,
        doc="Has no effect: scikit-surprise trades memory for time with it, here ratings are "
        "arrays.",
    )
    _: KW_ONLY
    solver: str | None = param(
        default=None,
        check=optional(choice(IN_ORDER)),
        kind='{"sequential", "bitwise"}',
        doc='How the sums are computed. "sequential" takes time proportional to `n_factors` for a '
        'rating and equals scikit-surprise to about 1e-12; "bitwise" equals it to the last bit '
        "and takes time proportional to `n_factors` times the number of the user's ratings. "
        "Default: the environment variable ``ASTONISH_SOLVER`` where it is one of these, else "
        '"sequential".',
    )
    validation: Any = validation_set("that a rating exists would tell the model about it.")
    patience: int | None = PATIENCE
    tol: float | None = TOL
    callback: EpochCallback | None = CALLBACK
    n_threads: int | None = N_THREADS

    abilities = frozenset({"rates", "ranks", "has_factors", "folds_in", "partial_fit", "explains"})
    yj: NDArray[np.float64] = field(init=False)
    _announcement = " processing epoch {}"

    def _fit(self, trainset: Trainset) -> None:
        self.sgd(trainset)

    def sgd(self, trainset: Trainset) -> None:
        """Draw initial factors, train them, and set ``pu``, ``qi``, ``yj``, ``bu`` and ``bi``."""
        rng = get_rng(self.random_state)
        initial = self._draw(rng, trainset.n_users, trainset.n_items)
        self._train(trainset, initial, rng)

    def _draw(self, rng: np.random.RandomState, n_users: int, n_items: int) -> Parameters:
        pu, qi, yj = draw_normal(checked(self), rng, n_users, n_items, n_items)
        return {"pu": pu, "qi": qi, "yj": yj, "bu": np.zeros(n_users), "bi": np.zeros(n_items)}

    def _train(
        self,
        ratings: Trainset,
        initial: Parameters,
        rng: np.random.RandomState,
        n_epochs: int | None = None,
    ) -> None:
        values = checked(self)
        options = fill(_core.sgd.SvdppOptions(), values)
        options.solver = _core.sgd.SgdSolver[resolve_solver(values.solver, IN_ORDER)]
        validation = values.validation if n_epochs is None else None
        held_out = None if validation is None else hold_out(ratings, validation, rng)
        yj, mean = initial.pop("yj"), float(self.trainset.global_mean)
        factors = Factors(**initial, global_mean=mean, biased=True)
        trainer = SvdppTrainer(ratings.by_user, factors, yj, options)
        run_epochs(self, trainer, held_out, n_epochs, self._announcement)

    def _learn(self, before: Trainset, added: Trainset, n_epochs: int | None) -> None:
        """Train on all ratings of users with new ones: what they rated is a part of them."""
        union = self.trainset
        has_new = np.diff(added.by_user.offsets) > 0
        kept = has_new[union.by_user.row_of_each()]
        ids = union.user_ids, union.item_ids
        to_train = Trainset.from_csr(*union.sides.kept(kept), *ids, union.rating_scale)
        learn_by_descent(self, before, to_train, n_epochs)

    def _fitted_arrays(self) -> FittedArrays:
        yj = ArrayOf((self.trainset.n_items, "n_factors"))
        return {**super()._fitted_arrays(), "yj": yj}

    def _factors_of(
        self, users: NDArray[np.int32], n_threads: int | None
    ) -> tuple[Factors, NDArray[np.int32]]:
        """Return parameters whose ``pu`` holds what the rated items add, for `users` alone."""
        factors, ratings = self._factors(), self.trainset.by_user.view
        known, rows = np.unique(users, return_inverse=True)
        if len(known) and known[0] < 0:
            known, rows = known[1:], rows - 1
        yj, n_threads = as_float64(self.yj), resolve_n_threads(n_threads)
        pu = _core.sgd.svdpp_user_factors(ratings, known, factors.pu, yj, n_threads)
        return factors._replace(pu=pu, bu=factors.bu[known]), rows.astype(np.int32)

    def _factors_of_one(self, user: int) -> tuple[Factors, int]:
        factors, rows = self._factors_of(np.array([user], dtype=np.int32), n_threads=1)
        return factors, int(rows[0])

    def _ridge(self, side: str) -> Ridge:
        if side == "item":
            raise ValueError("side must be 'user' for SVDpp: nothing tells the yj of a new item")
        values = checked(self, "reg_pu", "reg_bu")
        return Ridge(values.reg_pu, values.reg_bu, by_count=True)

    def _targets(self, by_user: Csr) -> Csr:
        """Return the ratings less what the rated items add to the factors of their user."""
        n_users, factors = by_user.n_rows, self._factors()
        n_threads = resolve_n_threads(self.n_threads)
        users, nothing = np.arange(n_users, dtype=np.int32), np.zeros((n_users, len(factors.qi.T)))
        yj = as_float64(self.yj)
        added = _core.sgd.svdpp_user_factors(by_user.view, users, nothing, yj, n_threads)
        implicit = factors._replace(pu=added, bu=np.zeros(n_users), biased=False)
        pairs = by_user.row_of_each(), by_user.indices
        explained = _core.factors.estimate_pairs(*implicit, *pairs, n_threads)
        return replace(by_user, values=by_user.values - explained)

    def _explain(self, user: int, item: int) -> Terms:
        terms = super()._explain(user, item)
        columns, _ = self.trainset.by_user.row(user)
        added = as_float64(self.yj)[columns] @ self.qi[item] / np.sqrt(len(columns))
        return terms._replace(contributions=terms.contributions + added)
