"""SVD++, which also learns from which items a user rated; drives the kernels of svdpp.hpp."""

import numbers
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._arrays import as_float64
from astonish._random import get_rng
from astonish._settings import IN_ORDER, resolve_n_threads, resolve_solver
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.factors import Factors
from astonish.models.held_out import split, training_part
from astonish.models.partial_fit import PartialFit
from astonish.models.ridge_model import RidgeModel
from astonish.models.sgd_trainers import Parameters, SvdppTrainer
from astonish.models.svd import draw_normal
from astonish.models.training import Callback, History, run_epochs

_KINDS = ("bu", "bi", "pu", "qi", "yj")
_RATES = tuple(f"{rate}_{kind}" for rate in ("lr", "reg") for kind in _KINDS)


class SVDpp(RidgeModel, PartialFit):
    r"""Biased matrix factorization with implicit ratings, known as SVD++.

    The estimate is :math:`\mu + b_u + b_i + q_i^T \left(p_u + |I_u|^{-1/2} \sum_{j \in I_u}
    y_j\right)`, where :math:`I_u` are the ratings of user :math:`u`: that a user rated an item says
    something, whatever the rating. It is fitted by stochastic gradient descent on the regularised
    squared error, rating after rating in the order of the training set. Terms of an unknown user or
    item are left out.

    Parameters
    ----------
    n_factors : int, default 20
        Length of the factor vectors; 0 leaves the biases.
    n_epochs : int, default 20
        Passes over the ratings; 0 gives the initial model.
    init_mean, init_std_dev : float, default 0 and 0.1
        The normal distribution that factors start from.
    lr_all, reg_all : float, default 0.007 and 0.02
        Learning rate and regularisation of all parameters.
    lr_bu, lr_bi, lr_pu, lr_qi, lr_yj, reg_bu, reg_bi, reg_pu, reg_qi, reg_yj : float, optional
        The same for one kind of parameter each; they win over `lr_all` and `reg_all`.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the initial factors. An int gives the same model at every fit, None uses NumPy's
        global generator.
    verbose : bool, default False
        Whether to print the number of each epoch.
    cache_ratings : bool, default False
        Has no effect: scikit-surprise trades memory for time with it, here ratings are arrays.
    solver : {"sequential", "bitwise"}, optional
        How the sums are computed. "sequential" takes time proportional to `n_factors` for a rating
        and equals scikit-surprise to about 1e-12; "bitwise" equals it to the last bit and takes
        time proportional to `n_factors` times the number of the user's ratings. Default: the
        environment variable ``ASTONISH_SOLVER`` where it is one of these, else "sequential".
    validation : list of (user id, item id, rating), optional
        Ratings to measure each epoch with. Not a share of the training set, as `SVD` takes it: that
        a rating exists would tell the model about it.
    patience : int, optional
        Stop when so many epochs in a row have not lowered the RMSE of `validation`, and keep the
        best epoch's parameters.
    callback : callable, optional
        Called after each epoch as ``callback(epoch, losses)``; True stops.
    n_threads : int, optional
        Threads for `test`, `predict_many` and `recommend`; see `FactorModel`.

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

    yj: NDArray[np.float64]
    history_: History
    # Pickles of scikit-surprise's models know nothing of these.
    solver: str | None = None
    validation: Any = None
    patience: int | None = None
    callback: Callback | None = None
    _announcement = " processing epoch {}"

    def __init__(
        self,
        n_factors: int = 20,
        n_epochs: int = 20,
        init_mean: float = 0,
        init_std_dev: float = 0.1,
        lr_all: float = 0.007,
        reg_all: float = 0.02,
        lr_bu: float | None = None,
        lr_bi: float | None = None,
        lr_pu: float | None = None,
        lr_qi: float | None = None,
        lr_yj: float | None = None,
        reg_bu: float | None = None,
        reg_bi: float | None = None,
        reg_pu: float | None = None,
        reg_qi: float | None = None,
        reg_yj: float | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
        cache_ratings: bool = False,
        *,
        solver: str | None = None,
        validation: Any = None,
        patience: int | None = None,
        callback: Callback | None = None,
        n_threads: int | None = None,
    ) -> None:
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.init_mean = init_mean
        self.init_std_dev = init_std_dev
        self.lr_bu = lr_all if lr_bu is None else lr_bu
        self.lr_bi = lr_all if lr_bi is None else lr_bi
        self.lr_pu = lr_all if lr_pu is None else lr_pu
        self.lr_qi = lr_all if lr_qi is None else lr_qi
        self.lr_yj = lr_all if lr_yj is None else lr_yj
        self.reg_bu = reg_all if reg_bu is None else reg_bu
        self.reg_bi = reg_all if reg_bi is None else reg_bi
        self.reg_pu = reg_all if reg_pu is None else reg_pu
        self.reg_qi = reg_all if reg_qi is None else reg_qi
        self.reg_yj = reg_all if reg_yj is None else reg_yj
        self.random_state = random_state
        self.verbose = verbose
        self.cache_ratings = cache_ratings
        self.solver = solver
        self.validation = validation
        self.patience = patience
        self.callback = callback
        self.n_threads = n_threads

    def sgd(self, trainset: Trainset) -> None:
        """Draw initial factors, train them, and set ``pu``, ``qi``, ``yj``, ``bu`` and ``bi``."""
        rng = get_rng(self.random_state)
        initial = self._draw(rng, trainset.n_users, trainset.n_items)
        self._train(trainset, initial, rng, None)

    def _draw(self, rng: np.random.RandomState, n_users: int, n_items: int) -> Parameters:
        pu, qi, yj = draw_normal(self, rng, n_users, n_items, n_items)
        return {"pu": pu, "qi": qi, "yj": yj, "bu": np.zeros(n_users), "bi": np.zeros(n_items)}

    def _train(
        self,
        ratings: Trainset,
        initial: Parameters,
        rng: np.random.RandomState,
        weights: NDArray[np.float64] | None,  # noqa: ARG002  SVD has them
        n_epochs: int | None = None,
    ) -> None:
        options = _core.sgd.SvdppOptions()
        options.solver = _core.sgd.SgdSolver[resolve_solver(self.solver, IN_ORDER)]
        self._set_options(options, _RATES)
        resolve_n_threads(self.n_threads)  # refuses now what `test` would refuse later
        if isinstance(self.validation, numbers.Real):
            raise ValueError(f"validation must be a test set for SVDpp, got {self.validation!r}")
        held_out, *_ = split(ratings, self.validation if n_epochs is None else None, None, rng)
        yj, mean = initial.pop("yj"), float(self.trainset.global_mean)
        factors = Factors(**initial, global_mean=mean, biased=True)
        trainer = SvdppTrainer(ratings.by_user, factors, yj, options)
        run_epochs(self, trainer, held_out, n_epochs, self._announcement)

    def _to_train(self, added: Trainset) -> Trainset:
        """Return all ratings of users with new ones: what they rated before is a part of them."""
        union = self.trainset
        has_new = np.diff(added.by_user.offsets) > 0
        kept = has_new[union.by_user.row_of_each()]
        by_user, by_item = training_part(union, kept)
        return Trainset.from_csr(
            by_user, by_item, union.user_ids, union.item_ids, union.rating_scale
        )

    def _factors_of(
        self, users: NDArray[np.int32], n_threads: int
    ) -> tuple[Factors, NDArray[np.int32]]:
        """Return parameters whose ``pu`` holds what the rated items add, for `users` alone."""
        factors, ratings = self._factors(), self.trainset.by_user.ratings
        known, rows = np.unique(users, return_inverse=True)
        if len(known) and known[0] < 0:
            known, rows = known[1:], rows - 1
        pu = _core.sgd.svdpp_user_factors(
            ratings, known, factors.pu, as_float64(self.yj), n_threads
        )
        return factors._replace(pu=pu, bu=factors.bu[known]), rows.astype(np.int32)

    def _factors_of_one(self, user: int) -> tuple[Factors, int]:
        factors, rows = self._factors_of(np.array([user], dtype=np.int32), n_threads=1)
        return factors, int(rows[0])

    def _ridge(self, side: str) -> _core.als.AlsOptions:
        if side == "item":
            raise ValueError("side must be 'user' for SVDpp: nothing tells the yj of a new item")
        return self._ridge_options(self.reg_pu, self.reg_bu, by_count=True)

    def _targets(self, by_user: Csr) -> Csr:
        """Return the ratings less what the rated items add to the factors of their user."""
        n_users, factors = by_user.n_rows, self._factors()
        n_threads = resolve_n_threads(self.n_threads)
        users, nothing = np.arange(n_users, dtype=np.int32), np.zeros((n_users, len(factors.qi.T)))
        yj = as_float64(self.yj)
        added = _core.sgd.svdpp_user_factors(by_user.ratings, users, nothing, yj, n_threads)
        implicit = factors._replace(pu=added, bu=np.zeros(n_users), biased=False)
        pairs = by_user.row_of_each(), by_user.indices
        explained = _core.factors.estimate_pairs(*implicit, *pairs, n_threads)
        return replace(by_user, values=by_user.values - explained)

    def _contributions(self, user: int, item: int) -> NDArray[np.float64]:
        columns, _ = self.trainset.by_user.row(user)
        added = as_float64(self.yj)[columns] @ self.qi[item] / np.sqrt(len(columns))
        contributions: NDArray[np.float64] = super()._contributions(user, item) + added
        return contributions
