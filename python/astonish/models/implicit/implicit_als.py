"""Factorization of implicit feedback; drives the kernels of implicit_als.hpp."""

from dataclasses import KW_ONLY, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.interactions import as_trainset, as_weights, check_nonnegative_weights
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset
from astonish.models.base.explanations import Terms
from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.models.factors.factor_model import FactorModel
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import (
    ALL_EPOCHS,
    EpochCallback,
    Losses,
    check_n_epochs,
    run_epochs,
)
from astonish.models.training.parameters import (
    CALLBACK,
    FACTOR_DTYPE,
    N_THREADS,
    RANDOM_STATE,
    TOL,
    VERBOSE,
    RandomState,
    epochs,
    factors,
)
from astonish.support.arrays import as_floats
from astonish.support.cancellation import blocks
from astonish.support.checks import check_number
from astonish.support.parameters import checked, choice, declare, fill, integer, number, param
from astonish.support.public import public
from astonish.support.random_state import get_rng
from astonish.support.settings import resolve_n_threads

_SOLVERS = {"cholesky": "cholesky", "cg": "cg", "ials++": "ialspp"}
_MOST_CONFIDENCE = 1e10  # what float32 still solves beside confidences of 1
_ROWS_PER_CALL = 65536  # between two of them Python looks for Ctrl-C


@public
@declare
class ImplicitALS(FactorModel):
    r"""Matrix factorization of clicks, plays and purchases by alternating least squares.

    Every pair of user and item counts: those that interacted with the preference 1, all others with
    the preference 0 and less confidence. The objective is

    .. math:: \sum_{u,i} c_{ui} (p_{ui} - q_i^T p_u)^2
              + reg \sum_u s_u^\nu |p_u|^2 + reg \sum_i s_i^\nu |q_i|^2

    with :math:`c_{ui} = \alpha_0 + \alpha w_{ui}` for an interaction of weight :math:`w_{ui}` and
    :math:`\alpha_0` for any other pair; :math:`s_u` is the user's number of interactions plus
    :math:`\alpha_0` times the number of items, and likewise :math:`s_i`. Each epoch solves the
    factors of all items, and then of all users, so that users end where `fold_in` would put them.

    The estimate is the preference :math:`q_i^T p_u`, about 0 to 1. It is no rating: it is never
    clipped, and an unknown user or item gets 0. `recommend` gives a user whose factors are all
    zero, as they are without any interaction, the most popular items: those that most users
    interacted with, the share of the users as their score. `fold_in` solves exactly, whatever the
    solver, and takes what `partial_fit` takes; `explain` tells what each of a user's interactions
    adds to an estimate; where users were solved exactly the terms sum up to it.

    `fit` takes a Trainset, a frame (user ids, item ids and, optionally, weights) or a scipy sparse
    matrix, whose rows and columns are the users and items 0, 1, 2, ... Weights are not negative;
    a weight of zero is no interaction (though its item counts as seen), and the weights of a pair
    that occurs more than once are added up; their product with `alpha` may be up to 1e10.
    `partial_fit` solves the affected users exactly, then their items, and these users once more;
    all other factors stay.

    Attributes
    ----------
    pu : array of shape (n_users, n_factors)
        User factors; zeros for a user without interactions.
    qi : array of shape (n_items, n_factors)
        Item factors; zeros for an item without interactions.
    popularity_ : float64 array of shape (n_items,)
        The share of the users that interacted with each item.
    history_ : dict of lists
        ``"loss"``: the objective after each epoch of `fit`, over all pairs. Empty after
        `partial_fit`, which would take longer to measure it than to learn.
    stopped_by_ : str
        Why training ended: "n_epochs", "tol" or "callback".

    Raises
    ------
    TypeError, ValueError
        By `fit`: for a parameter out of range, or a weight that is negative or beyond 1e10. A fit
        that fails or is interrupted leaves the model as it was.

    Notes
    -----
    The defaults of `reg`, `alpha` and `nu` are a compromise of three data sets (films and artists);
    a search on one's own data finds better ones.

    Hu, Koren and Volinsky have ``alpha0=1, nu=0``. With weights of 1, ``alpha=1`` and
    ``reg = (1 + alpha0) * lambda`` the model is that of Rendle et al. with their `alpha0`, `nu` and
    `lambda`, its estimates multiplied by ``1 + alpha0``. The package implicit takes
    ``alpha0 + alpha * weight``, the whole confidence, as its data, and has ``alpha0=1, nu=0``.

    References
    ----------
    Hu, Koren, Volinsky: Collaborative filtering for implicit feedback datasets. ICDM 2008.
    Takacs, Pilaszy, Tikk: Applications of the conjugate gradient method for implicit feedback
    collaborative filtering. RecSys 2011. Rendle, Krichene, Zhang, Koren: Revisiting the performance
    of iALS on item recommendation benchmarks. RecSys 2022. Rendle, Krichene, Zhang, Koren: iALS++:
    speeding up matrix factorization with subspace optimization. 2021.

    Examples
    --------
    >>> import astonish
    >>> from scipy.sparse import csr_matrix
    >>> plays = csr_matrix([[3, 1, 0, 0], [1, 2, 0, 0], [0, 0, 1, 5], [0, 0, 2, 0]])
    >>> model = astonish.ImplicitALS(n_factors=2, random_state=0).fit(plays)
    >>> item_ids, scores = model.recommend([3], n=1)
    >>> item_ids[0, 0]
    3
    """

    n_factors: int = factors(64, "Length of the factor vectors.", search=(16, 512, "log"))
    n_epochs: int = epochs(
        15,
        "Times that all items and all users are solved; 0 gives the initial model.",
        (5, 30, "log"),
    )
    reg: float = param(
        default=0.005,
        check=number(0),
        doc="L2 regularisation. 0 is allowed: of equally good solutions the shortest is taken.",
        search=(1e-4, 0.1, "log"),
        aliases=("regularization", "regParam", "lambda"),
    )
    alpha: float = param(
        default=5.0,
        check=number(0),
        doc="Confidence of an interaction of weight 1, beyond that of any pair.",
        search=(0.5, 100, "log"),
    )
    solver: str = param(
        default="cholesky",
        check=choice(_SOLVERS),
        kind='{"cholesky", "cg", "ials++"}',
        doc='"cholesky" solves each row exactly. "cg" takes `cg_steps` steps of preconditioned '
        "conjugate gradient from the factors as they are: almost the same objective in less time, "
        'the less the more factors. "ials++" solves exactly for `block_size` factors after the '
        "other, for hundreds of factors.",
    )
    _: KW_ONLY
    alpha0: float = param(
        default=1.0, check=number(0), doc="Confidence of every pair.", search=(0.01, 2, "log")
    )
    nu: float = param(
        default=1.0,
        check=number(0),
        doc="How regularisation grows with the number of interactions: 0 not at all, 1 in "
        "proportion. With 1 the same `reg` suits data of any size; with 0 it has to be thousands "
        "of times larger.",
        search=(0, 1, "linear"),
    )
    cg_steps: int = param(
        default=3, check=integer(1), doc='Steps of "cg" a row and epoch.', aliases=("cg_iters",)
    )
    block_size: int = param(
        default=64, check=integer(1), doc='Factors that "ials++" solves for at once.'
    )
    init_std_dev: float = param(
        default=0.1,
        check=number(0),
        doc="Initial factors are drawn from a normal distribution of this standard deviation "
        "divided by the root of `n_factors`.",
    )
    dtype: str = FACTOR_DTYPE
    random_state: RandomState = RANDOM_STATE
    verbose: bool = VERBOSE
    tol: float | None = TOL
    callback: EpochCallback | None = CALLBACK
    n_threads: int | None = N_THREADS

    abilities = frozenset({"ranks", "has_factors", "folds_in", "partial_fit", "explains"})
    biased = False
    popularity_: NDArray[np.float64] = field(init=False)
    _impossible = "User and/or item has no interaction."
    _ranks_cold_users = True

    def _begin(self, trainset: Any) -> None:
        super()._begin(as_trainset(trainset))

    def _bytes_of_systems(self, n_factors: int) -> int:
        n_systems = resolve_n_threads(self.n_threads) if self.solver == "cholesky" else 0
        return 8 * n_factors**2 * (1 + n_systems)  # and the one of all rows

    def _fit(self, trainset: Trainset) -> None:
        values = checked(self)
        trainer = _Trainer(
            *self._interactions(trainset),
            self._initial_factors(get_rng(values.random_state)),
            self._options(),
            resolve_n_threads(values.n_threads),
        )
        self.popularity_ = _popularity(trainset)
        run_epochs(self, trainer, None)

    def _learn(self, before: Trainset, added: Trainset, n_epochs: int | None) -> None:  # noqa: ARG002
        n_epochs = check_n_epochs(1 if n_epochs is None else n_epochs)
        by_user, by_item = self._interactions(self.trainset)
        self.pu, self.qi = _grown(self.pu, by_user.n_rows), _grown(self.qi, by_item.n_rows)
        users, items = added.by_user.rated_rows(), added.by_item.rated_rows()
        self.pu[users] = self._solve(by_user.only_rows(users), self.qi)
        for _ in range(n_epochs):
            self.qi[items] = self._solve(by_item.only_rows(items), self.pu)
            self.pu[users] = self._solve(by_user.only_rows(users), self.qi)
        self.popularity_ = _popularity(self.trainset)
        self.history_, self.stopped_by_ = {}, ALL_EPOCHS

    def _interactions(self, trainset: Trainset) -> tuple[Csr, Csr]:
        """Return each pair once, by user and by item; ValueError for a weight out of range."""
        check_nonnegative_weights(trainset)
        by_user, by_item = trainset.sides.merged()
        alpha, largest = check_number("alpha", self.alpha, minimum=0), by_user.values.max(initial=0)
        if largest > _MOST_CONFIDENCE / max(alpha, 1.0):
            raise ValueError(
                f"a weight of {largest:g} with alpha={alpha:g} is a confidence beyond "
                f"{_MOST_CONFIDENCE:g}, beside which nothing else would count: scale the weights, "
                "or take their logarithms"
            )
        return by_user, by_item

    def _options(self) -> _core.als.ImplicitOptions:
        values = checked(self)
        options = fill(_core.als.ImplicitOptions(), values)
        options.solver = getattr(_core.als.ImplicitSolver, _SOLVERS[values.solver])
        return options

    def _initial_factors(self, rng: np.random.RandomState) -> dict[str, NDArray[Any]]:
        values = checked(self)
        std_dev = values.init_std_dev / max(1.0, values.n_factors) ** 0.5
        return {
            name: rng.normal(0, std_dev, (n, values.n_factors)).astype(values.dtype)
            for name, n in (("pu", self.trainset.n_users), ("qi", self.trainset.n_items))
        }

    # The kernel speaks for this default, too.
    _estimate_many = FactorModel._estimate_many

    def default_prediction(self) -> float:
        """Return what is predicted when an estimate is impossible: no preference."""
        return 0.0

    def _estimate_scale(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _fitted_arrays(self) -> FittedArrays:
        arrays = super()._fitted_arrays()
        arrays = {name: arrays[name] for name in ("pu", "qi")}
        if self.trainset.known_side == "items":  # new users, of whom it is asked for
            arrays["popularity_"] = ArrayOf((self.trainset.n_items,), keeps_type=True)
        return arrays

    def _factors(self) -> Factors:
        pu, qi = as_floats(self.pu, self.qi)
        bu, bi = (np.zeros(len(factors), factors.dtype) for factors in (pu, qi))
        return Factors(pu, qi, bu, bi, 0.0, biased=False)

    def _has_scores(self, users: NDArray[np.int32]) -> NDArray[np.bool_]:
        return np.asarray(self._factors().pu[users].any(axis=1))

    def _cold_scores(self) -> NDArray[np.float64]:
        """Return the share of the users that interacted with each item."""
        new_users = self.trainset.known_side == "items"
        return self.popularity_ if new_users else _popularity(self.trainset)

    def _weight_of_liked(self) -> float:
        return 1.0

    def _read(self, ratings: Any) -> Ratings:
        return as_weights(ratings)

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], NDArray[Any]]:
        by_user, by_item = self._interactions(trainset)
        factors = self._factors()
        rows, fixed = (by_user, factors.qi) if side == "user" else (by_item, factors.pu)
        return self._solve(rows, fixed), np.zeros(rows.n_rows, fixed.dtype)

    def _solve(self, rows: Csr, fixed: NDArray[Any]) -> NDArray[Any]:
        """Return the factors of rows that start from nothing, so exactly, whatever the solver."""
        options = self._options()
        options.solver = _core.als.ImplicitSolver.cholesky
        solved = np.zeros((rows.n_rows, fixed.shape[1]), fixed.dtype)
        solve_side(rows, fixed, solved, options, resolve_n_threads(self.n_threads))
        return solved

    def _explain(self, user: int, item: int) -> Terms:
        """Return what each interaction adds to the estimate; Hu, Koren and Volinsky, section 5."""
        rated_ids = self._rated_items(user)
        items, weights = self.trainset.by_user.row(user)
        distinct, index_of = np.unique(items, return_inverse=True)
        totals = np.bincount(index_of, weights)
        similarities = self._similarities(distinct, totals) @ self.qi[item]
        terms = np.where(totals > 0, (self.alpha0 + self.alpha * totals) * similarities, 0.0)
        return Terms(rated_ids, (terms / np.bincount(index_of))[index_of], {})

    def _similarities(self, items: NDArray[np.int32], weights: NDArray[Any]) -> NDArray[np.float64]:
        """Return a row for each item whose product with another's factors is how alike they are.

        It is so in the eyes of the user with these interactions, whose system is inverted here.
        """
        qi = self.qi.astype(np.float64)
        scale = (np.count_nonzero(weights) + self.alpha0 * len(qi)) ** self.nu
        system = self.alpha0 * qi.T @ qi + self.reg * scale * np.eye(qi.shape[1])
        system += qi[items].T @ (self.alpha * weights[:, np.newaxis] * qi[items])
        rows: NDArray[np.float64] = qi[items] @ np.linalg.pinv(system, hermitian=True)
        return rows


def _popularity(trainset: Trainset) -> NDArray[np.float64]:
    """Return the share of the users that interacted with each item."""
    by_item = trainset.by_item
    interacted = by_item.row_of_each()[by_item.values > 0]
    return np.bincount(interacted, minlength=by_item.n_rows) / max(1, by_item.n_cols)


def _grown(factors: NDArray[Any], n_rows: int) -> NDArray[Any]:
    """Return a copy with rows of zeros added."""
    return np.pad(factors, ((0, n_rows - len(factors)), (0, 0)))


class _Trainer:
    """Factors in training; see `run_epochs`."""

    def __init__(
        self,
        by_user: Csr,
        by_item: Csr,
        factors: dict[str, NDArray[Any]],
        options: _core.als.ImplicitOptions,
        n_threads: int,
    ) -> None:
        self._by_user, self._by_item = by_user, by_item
        self._factors = factors
        self._options = options
        self._n_threads = n_threads

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002
        pu, qi = self._factors["pu"], self._factors["qi"]
        solve_side(self._by_item, pu, qi, self._options, self._n_threads)
        solve_side(self._by_user, qi, pu, self._options, self._n_threads)
        loss = _core.als.implicit_loss(self._by_user.view, pu, qi, self._options, self._n_threads)
        return {"loss": loss}

    def parameters(self) -> dict[str, NDArray[Any]]:
        return {name: array.copy() for name, array in self._factors.items()}


def solve_side(
    interactions: Csr,
    fixed: NDArray[Any],
    solved: NDArray[Any],
    options: _core.als.ImplicitOptions,
    n_threads: int,
) -> None:
    """Write the factors of each row of `interactions` into `solved`, those of its columns fixed."""
    make = (
        _core.als.ImplicitSideFloat32
        if fixed.dtype == np.float32
        else _core.als.ImplicitSideFloat64
    )
    side = make(fixed, options, n_threads)
    for block in blocks(interactions.n_rows, _ROWS_PER_CALL):
        side.solve(interactions.view, block.start, solved[block], n_threads)
