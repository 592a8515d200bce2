"""Matrix factorization by alternating least squares; drives the kernel of als.hpp."""

from dataclasses import KW_ONLY
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.sides import Sides
from astonish.data.trainset import Trainset
from astonish.models.factors.factor_model import FactorModel
from astonish.models.factors.ridge import Ridge
from astonish.models.training.epochs import (
    ALL_EPOCHS,
    EpochCallback,
    Losses,
    check_n_epochs,
    root_mean_square,
    run_epochs,
    total_weight,
)
from astonish.models.training.held_out import training_split
from astonish.models.training.parameters import (
    BIASED,
    CALLBACK,
    FACTOR_DTYPE,
    N_THREADS,
    PATIENCE,
    RANDOM_STATE,
    TOL,
    VALIDATION,
    VERBOSE,
    RandomState,
    epochs,
    factors,
)
from astonish.support.cancellation import check_cancelled
from astonish.support.parameters import checked, choice, declare, number, param
from astonish.support.public import public
from astonish.support.random_state import get_rng
from astonish.support.settings import resolve_n_threads

_SCALINGS = ("count", "none")


@public
@declare
class ALS(FactorModel):
    r"""Biased matrix factorization by alternating least squares.

    The estimate is that of `SVD`, :math:`\mu + b_u + b_i + q_i^T p_u`. An epoch solves the factors
    and bias of every user exactly, with the items fixed, and then those of every item: each is a
    ridge regression of its own. There is no learning rate, nothing can diverge, and the objective
    never increases,

    .. math:: \sum (r_{ui} - \hat r_{ui})^2
              + reg \sum_u s_u (|p_u|^2 + b_u^2) + reg \sum_i s_i (|q_i|^2 + b_i^2),

    where :math:`s` is the number of ratings of the user or item, or 1. Terms of an unknown user or
    item are left out. With ``biased=False`` the estimate is :math:`q_i^T p_u` alone, and an unknown
    user or item makes it impossible.

    Attributes
    ----------
    pu : array of shape (n_users, n_factors)
        User factors. Users and items whose ratings were all held out have zeros.
    qi : array of shape (n_items, n_factors)
        Item factors.
    bu, bi : arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.
    history_ : dict of lists
        One number for each epoch of the last training: ``"loss"``, the objective; ``"rmse"`` of
        the ratings trained on; ``"validation_rmse"`` where there is `validation`. After
        `partial_fit`, ``"rmse"`` of the new ratings alone.
    stopped_by_ : str
        Why training ended: "n_epochs", "patience", "tol" or "callback".

    Raises
    ------
    TypeError, ValueError
        By `fit`: for a parameter out of range. A fit that fails or is interrupted leaves the model
        as it was.

    References
    ----------
    Zhou, Wilkinson, Schreiber, Pan: Large-scale parallel collaborative filtering for the Netflix
    prize. AAIM 2008.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.ALS(n_factors=20, random_state=0).fit(trainset)
    >>> model.pu.shape, model.qi.shape
    ((943, 20), (1682, 20))
    >>> losses = model.history_["loss"]
    >>> losses == sorted(losses, reverse=True)
    True
    """

    n_factors: int = factors(100)
    n_epochs: int = epochs(
        10,
        "Times that all users and all items are solved; 0 gives the initial model.",
        (3, 30, "log"),
    )
    reg: float = param(
        default=0.08,
        check=number(0),
        doc="L2 regularisation of factors and biases. 0 is allowed: of equally good solutions the "
        "shortest is taken.",
        search=(0.01, 0.3, "log"),
        aliases=("regularization", "regParam", "lambda"),
    )
    biased: bool = BIASED
    _: KW_ONLY
    init_std_dev: float = param(
        default=0.1,
        check=number(0),
        doc="Standard deviation of the normal distribution that item factors start from.",
    )
    reg_scaling: str = param(
        default="count",
        check=choice(_SCALINGS),
        kind='{"count", "none"}',
        doc="Whether `reg` is multiplied by the number of ratings of the user or item (ALS-WR). "
        'One `reg` then suits data of any size; with "none" it has to be some 100 times larger.',
    )
    dtype: str = FACTOR_DTYPE
    random_state: RandomState = RANDOM_STATE
    verbose: bool = VERBOSE
    validation: Any = VALIDATION
    patience: int | None = PATIENCE
    tol: float | None = TOL
    callback: EpochCallback | None = CALLBACK
    n_threads: int | None = N_THREADS

    abilities = frozenset(
        {"rates", "ranks", "has_factors", "folds_in", "partial_fit", "takes_weights", "explains"}
    )

    def _bytes_of_systems(self, n_factors: int) -> int:
        return 8 * n_factors**2 * resolve_n_threads(self.n_threads)

    def _fit(self, trainset: Trainset, sample_weight: NDArray[np.float64] | None = None) -> None:
        values = checked(self)
        ridge = self._ridge("user").options(trainset.global_mean, values.biased)
        rng = get_rng(values.random_state)
        parameters = self._initial_parameters(rng)
        part = training_split(trainset, values.validation, sample_weight, rng)
        n_threads = resolve_n_threads(values.n_threads)
        trainer = AlsTrainer(part.sides, part.weights, parameters, ridge, n_threads)
        run_epochs(self, trainer, part.held_out)

    def _learn(self, before: Trainset, added: Trainset, n_epochs: int | None) -> None:
        n_epochs = check_n_epochs(1 if n_epochs is None else n_epochs)
        self.pu, self.qi, self.bu, self.bi = self._grown(before)
        users, items = added.by_user.rated_rows(), added.by_item.rated_rows()
        self._solve_again(users[users >= before.n_users], items[items >= before.n_items])
        self.history_, self.stopped_by_ = {"rmse": []}, ALL_EPOCHS
        for _ in range(n_epochs):
            check_cancelled()
            self._solve_again(users, items)
            self.history_["rmse"].append(self._rmse_of(added.by_user))

    def _rmse_of(self, by_user: Csr) -> float:
        estimates = self._estimate_many(by_user.row_of_each(), by_user.indices)
        squared_error = float(((by_user.values - estimates) ** 2).sum())
        return root_mean_square(squared_error, len(estimates))

    def _grown(self, before: Trainset) -> tuple[NDArray[Any], ...]:
        """Return the parameters with rows of zeros for the users and items that `before` lacks."""
        n_users = self.trainset.n_users - before.n_users
        n_items = self.trainset.n_items - before.n_items
        pu, qi, bu, bi, mean, biased = self._factors()
        # Biases of users are what they differ by from the mean, which has moved.
        bu = bu + bu.dtype.type(biased * (before.global_mean - mean))
        grown = zip((pu, qi, bu, bi), (n_users, n_items, n_users, n_items), strict=True)
        return tuple(
            np.concatenate((rows, np.zeros((n_new, *rows.shape[1:]), rows.dtype)))
            for rows, n_new in grown
        )

    def _solve_again(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> None:
        """Solve some users from all their ratings, and then some items."""
        ridge = self._ridge("user").options(self.trainset.global_mean, self.biased)
        user_side, item_side = Side(self.pu, self.bu), Side(self.qi, self.bi)
        n_threads = resolve_n_threads(self.n_threads)
        for csr, rows, solved, fixed in (
            (self.trainset.by_user, users, user_side, item_side),
            (self.trainset.by_item, items, item_side, user_side),
        ):
            again = Side(solved.factors[rows], solved.biases[rows])
            _solve(csr.only_rows(rows), None, fixed, again, ridge, n_threads)
            solved.factors[rows], solved.biases[rows] = again

    def _ridge(self, side: str) -> Ridge:  # noqa: ARG002  both sides alike
        values = checked(self, "reg", "reg_scaling")
        return Ridge(values.reg, values.reg, by_count=values.reg_scaling == "count")

    def _initial_parameters(self, rng: np.random.RandomState) -> dict[str, NDArray[Any]]:
        values = checked(self, "dtype", "n_factors", "init_std_dev")
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        shape = n_items, values.n_factors
        return {
            "pu": np.zeros((n_users, values.n_factors), values.dtype),
            "qi": rng.normal(0, values.init_std_dev, shape).astype(values.dtype),
            "bu": np.zeros(n_users, values.dtype),
            "bi": np.zeros(n_items, values.dtype),
        }


class Side(NamedTuple):
    """The parameters of all users, or of all items."""

    factors: NDArray[Any]
    biases: NDArray[Any]


def _solve(
    rows: Csr,
    weights: NDArray[np.float64] | None,
    fixed: Side,
    solved: Side,
    options: _core.als.AlsOptions,
    n_threads: int,
) -> None:
    """Write the least-squares parameters of rows, whose columns have those of `fixed`."""
    _core.als.solve_side(
        rows.view,
        weights,
        fixed.factors,
        fixed.biases,
        solved.factors,
        solved.biases,
        options,
        n_threads,
    )


class AlsTrainer:
    """Parameters in training; see `run_epochs`."""

    def __init__(
        self,
        sides: Sides,
        weights: NDArray[np.float64] | None,
        parameters: dict[str, NDArray[Any]],
        options: _core.als.AlsOptions,
        n_threads: int,
    ) -> None:
        self._by_user, self._by_item = sides
        self._weights = self._weights_by_item = weights
        self._total = total_weight(self._by_user, weights)
        if weights is not None:  # once more by item, from one order of ratings
            users, items = self._by_user.row_of_each(), self._by_user.indices
            shape = self._by_user.n_rows, self._by_user.n_cols
            self._by_item = Sides.from_triplets(users, items, self._by_user.values, shape).by_item
            self._weights_by_item = Sides.from_triplets(users, items, weights, shape).by_item.values
        self._parameters = parameters
        self._options = options
        self._n_threads = n_threads

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002
        """Solve all users and then all items."""
        users = Side(self._parameters["pu"], self._parameters["bu"])
        items = Side(self._parameters["qi"], self._parameters["bi"])
        options, n_threads = self._options, self._n_threads
        _solve(self._by_user, self._weights, items, users, options, n_threads)
        _solve(self._by_item, self._weights_by_item, users, items, options, n_threads)
        squared_error, penalty = _core.als.als_loss(
            self._by_user.view,
            self._weights,
            users.factors,
            users.biases,
            items.factors,
            items.biases,
            options,
            n_threads,
        )
        rmse = root_mean_square(squared_error, self._total)
        return {"loss": squared_error + penalty, "rmse": rmse}

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Return copies of factors and biases."""
        return {name: array.copy() for name, array in self._parameters.items()}
