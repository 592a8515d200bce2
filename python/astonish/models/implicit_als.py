"""Factorization of implicit feedback; drives the kernels of implicit_als.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._arrays import as_floats
from astonish._cancellation import blocks
from astonish._checks import INT32_MAX, check_choice, check_dtype, check_integer, check_number
from astonish._random import get_rng
from astonish._settings import resolve_n_threads
from astonish.data.csr import Csr
from astonish.data.interactions import as_trainset, as_weights, check_weights, merge_repeats
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset
from astonish.models.factor_model import FactorModel
from astonish.models.factors import Factors
from astonish.models.ridge_model import RidgeModel
from astonish.models.training import Callback, History, Losses, run_epochs

_SOLVERS = {"cholesky": "cholesky", "cg": "cg", "ials++": "ialspp"}
_MOST_CONFIDENCE = 1e10  # what float32 still solves beside confidences of 1
_ROWS_PER_CALL = 65536  # between two of them Python looks for Ctrl-C


class ImplicitALS(RidgeModel):
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

    Parameters
    ----------
    n_factors : int, default 64
        Length of the factor vectors.
    n_epochs : int, default 15
        Times that all items and all users are solved; 0 gives the initial model.
    reg : float, default 0.005
        L2 regularisation. 0 is allowed: of equally good solutions the shortest is taken.
    alpha : float, default 5
        Confidence of an interaction of weight 1, beyond that of any pair.
    solver : {"cholesky", "cg", "ials++"}, default "cholesky"
        "cholesky" solves each row exactly. "cg" takes `cg_steps` steps of preconditioned conjugate
        gradient from the factors as they are: almost the same objective in less time, the less the
        more factors. "ials++" solves exactly for `block_size` factors after the other, for
        hundreds of factors.
    alpha0 : float, default 1
        Confidence of every pair.
    nu : float, default 1
        How regularisation grows with the number of interactions: 0 not at all, 1 in proportion.
        With 1 the same `reg` suits data of any size; with 0 it has to be thousands of times larger.
    cg_steps : int, default 3
        Steps of "cg" a row and epoch.
    block_size : int, default 64
        Factors that "ials++" solves for at once.
    init_std_dev : float, default 0.1
        Initial factors are drawn from a normal distribution of this standard deviation divided by
        the root of `n_factors`.
    dtype : {"float32", "float64"}, default "float32"
        Of the factors and of the arithmetic.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the initial factors. An int gives the same model at every fit, None uses NumPy's
        global generator.
    verbose : bool, default False
        Whether to show the progress.
    callback : callable, optional
        Called after each epoch as ``callback(epoch, losses)``; True stops.
    n_threads : int, optional
        Threads for training, scoring and ranking; see `FactorModel`. The same bits for any number.

    Attributes
    ----------
    pu : array of shape (n_users, n_factors)
        User factors; zeros for a user without interactions.
    qi : array of shape (n_items, n_factors)
        Item factors; zeros for an item without interactions.
    popularity_ : float64 array of shape (n_items,)
        The share of the users that interacted with each item.
    history_ : dict of lists
        ``"loss"``: the objective after each epoch, over all pairs.

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

    popularity_: NDArray[np.float64]
    history_: History
    biased = False
    patience: None = None  # estimates are no ratings, so there is no error to stop by
    _impossible = "User and/or item has no interaction."

    def __init__(
        self,
        n_factors: int = 64,
        n_epochs: int = 15,
        reg: float = 0.005,
        alpha: float = 5.0,
        solver: str = "cholesky",
        *,
        alpha0: float = 1.0,
        nu: float = 1.0,
        cg_steps: int = 3,
        block_size: int = 64,
        init_std_dev: float = 0.1,
        dtype: str = "float32",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
        callback: Callback | None = None,
        n_threads: int | None = None,
    ) -> None:
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.reg = reg
        self.alpha = alpha
        self.solver = solver
        self.alpha0 = alpha0
        self.nu = nu
        self.cg_steps = cg_steps
        self.block_size = block_size
        self.init_std_dev = init_std_dev
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose
        self.callback = callback
        self.n_threads = n_threads

    def fit(self, trainset: Any) -> "ImplicitALS":
        """Fit the factors to interactions; see the class for parameters and errors.

        Parameters
        ----------
        trainset : Trainset, frame or scipy sparse matrix
            Interactions and their weights. Weights must not be negative; a weight of zero is no
            interaction (though its item counts as seen), and the weights of a pair that occurs more
            than once are added up; their product with `alpha` may be up to 1e10. A frame has user
            ids, item ids and, if it likes, weights. The rows and columns of a matrix are the users
            and items 0, 1, 2, ...
        """
        with self._all_or_nothing():
            super().fit(as_trainset(trainset))
            trainer = _Trainer(
                *self._interactions(self.trainset),
                self._initial_factors(get_rng(self.random_state)),
                self._options(),
                resolve_n_threads(self.n_threads),
            )
            run_epochs(self, trainer, None)
            self.popularity_ = _popularity(self.trainset)
        return self

    def partial_fit(self, interactions: Any) -> "ImplicitALS":
        """Add interactions to what the model was fitted to, and solve anew whom they touch.

        Their users are solved exactly, then their items, and these users once more; everybody
        else's factors stay. Time goes with the interactions of those who are touched.

        Parameters
        ----------
        interactions : frame, scipy sparse matrix, Trainset, or list of (user id, item id, weight)
            What is new. Weights of pairs that are known are added up. New users and items follow
            the known ones; a new user of new items alone has factors of zero.

        Raises
        ------
        TypeError, ValueError
            As `fit`. The model then stays as it was.

        Examples
        --------
        >>> import astonish
        >>> from scipy.sparse import csr_matrix
        >>> plays = csr_matrix([[3, 1, 0, 0], [1, 2, 0, 0], [0, 0, 1, 5], [0, 0, 2, 0]])
        >>> model = astonish.ImplicitALS(n_factors=2, random_state=0).fit(plays)
        >>> item_ids, scores = model.partial_fit([("new", 0, 2)]).recommend(["new"], n=1)
        >>> item_ids[0, 0]
        1
        """
        with self._all_or_nothing():
            before = self._fitted_trainset()
            self.trainset, added = before.extended(self._read(interactions))
            by_user, by_item = self._interactions(self.trainset)
            self.pu, self.qi = _grown(self.pu, by_user.n_rows), _grown(self.qi, by_item.n_rows)
            users, items = added.by_user.rated_rows(), added.by_item.rated_rows()
            self.pu[users] = self._solve(by_user.only_rows(users), self.qi)
            self.qi[items] = self._solve(by_item.only_rows(items), self.pu)
            self.pu[users] = self._solve(by_user.only_rows(users), self.qi)
            self.popularity_ = _popularity(self.trainset)
        return self

    def _interactions(self, trainset: Trainset) -> tuple[Csr, Csr]:
        """Return each pair once, by user and by item; ValueError for a weight out of range."""
        check_weights(trainset)
        by_user, by_item = merge_repeats(trainset.by_user, trainset.by_item)
        alpha, largest = check_number("alpha", self.alpha, minimum=0), by_user.values.max(initial=0)
        if largest > _MOST_CONFIDENCE / max(alpha, 1.0):
            raise ValueError(
                f"a weight of {largest:g} with alpha={alpha:g} is a confidence beyond "
                f"{_MOST_CONFIDENCE:g}, beside which nothing else would count: scale the weights, "
                "or take their logarithms"
            )
        return by_user, by_item

    def _options(self) -> _core.als.ImplicitOptions:
        options = _core.als.ImplicitOptions()
        name = _SOLVERS[check_choice("solver", self.solver, _SOLVERS)]
        options.solver = getattr(_core.als.ImplicitSolver, name)
        for name in ("alpha", "alpha0", "reg", "nu"):
            setattr(options, name, check_number(name, getattr(self, name), minimum=0))
        for name in ("cg_steps", "block_size"):
            setattr(options, name, check_integer(name, getattr(self, name), 1, INT32_MAX))
        return options

    def _initial_factors(self, rng: np.random.RandomState) -> dict[str, NDArray[Any]]:
        dtype = check_dtype(self.dtype)
        n_factors = check_integer("n_factors", self.n_factors, minimum=0)
        std_dev = check_number("init_std_dev", self.init_std_dev, minimum=0)
        std_dev /= max(1.0, n_factors) ** 0.5
        return {
            name: rng.normal(0, std_dev, (n, n_factors)).astype(dtype)
            for name, n in (("pu", self.trainset.n_users), ("qi", self.trainset.n_items))
        }

    # The kernel speaks for this default, too.
    _estimate_many = FactorModel._estimate_many

    def default_prediction(self) -> float:
        """Return what is predicted when an estimate is impossible: no preference."""
        return 0.0

    def _estimate_scale(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _factors(self) -> Factors:
        pu, qi = as_floats(self.pu, self.qi)
        bu, bi = (np.zeros(len(factors), factors.dtype) for factors in (pu, qi))
        return Factors(pu, qi, bu, bi, 0.0, biased=False)

    def _rated_users(self, user_ids: list[Any]) -> NDArray[np.int32]:
        users = self.trainset.inner_users(user_ids)
        return np.where(self._factors().pu[users].any(axis=1), users, np.int32(-1))

    def _fallback_scores(self) -> NDArray[np.float64]:
        """Return the share of the users that interacted with each item."""
        new_users = self.trainset.known_side == "items"
        return self.popularity_ if new_users else _popularity(self.trainset)

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

    def _contributions(self, user: int, item: int) -> NDArray[np.float64]:
        """Return what each interaction adds to the estimate; Hu, Koren and Volinsky, section 5."""
        items, weights = self.trainset.by_user.row(user)
        distinct, places = np.unique(items, return_inverse=True)
        totals = np.bincount(places, weights)
        similarities = self._similarities(distinct, totals) @ self.qi[item]
        terms = np.where(totals > 0, (self.alpha0 + self.alpha * totals) * similarities, 0.0)
        contributions: NDArray[np.float64] = (terms / np.bincount(places))[places]
        return contributions

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
        loss = _core.als.implicit_loss(
            self._by_user.ratings, pu, qi, self._options, self._n_threads
        )
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
        side.solve(interactions.ratings, block.start, solved[block], n_threads)
