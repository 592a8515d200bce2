"""Matrix factorization by alternating least squares; drives the kernel of als.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._cancellation import check_cancelled
from astonish._checks import check_choice, check_dtype, check_integer, check_number
from astonish._random import get_rng
from astonish._settings import resolve_n_threads
from astonish.data.any_ratings import as_ratings
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.held_out import split
from astonish.models.ridge_model import RidgeModel
from astonish.models.sample_weights import check_weights
from astonish.models.training import (
    Callback,
    History,
    Losses,
    check_n_epochs,
    root_mean_square,
    run_epochs,
    total_weight,
)

_SCALINGS = ("count", "none")


class ALS(RidgeModel):
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

    Parameters
    ----------
    n_factors : int, default 100
        Length of the factor vectors; 0 leaves the biases.
    n_epochs : int, default 10
        Times that all users and all items are solved; 0 gives the initial model.
    reg : float, default 0.08
        L2 regularisation of factors and biases. 0 is allowed: of equally good solutions the
        shortest is taken.
    biased : bool, default True
        Whether to use the mean and the biases.
    init_std_dev : float, default 0.1
        Standard deviation of the normal distribution that item factors start from.
    reg_scaling : {"count", "none"}, default "count"
        Whether `reg` is multiplied by the number of ratings of the user or item (ALS-WR). One
        `reg` then suits data of any size; with "none" it has to be some 100 times larger.
    dtype : {"float32", "float64"}, default "float32"
        Of the parameters and of the arithmetic. Equations that float32 cannot solve are solved in
        float64.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the initial item factors and what `validation` holds out. An int gives the same
        model at every fit, None uses NumPy's global generator.
    verbose : bool, default False
        Whether to show the progress.
    validation : float or list of (user id, item id, rating), optional
        A share of the ratings to hold out, or ratings, to measure each epoch with.
    patience : int, optional
        Stop when so many epochs in a row have not lowered the RMSE of `validation`, and keep the
        best epoch's parameters.
    callback : callable, optional
        Called after each epoch as ``callback(epoch, losses)``; True stops.
    n_threads : int, optional
        Threads for training, scoring and ranking; see `FactorModel`. The same bits for any number.

    Attributes
    ----------
    pu : array of shape (n_users, n_factors)
        User factors. Users and items whose ratings were all held out have zeros.
    qi : array of shape (n_items, n_factors)
        Item factors.
    bu, bi : arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.
    history_ : dict of lists
        One number for each epoch: ``"loss"``, the objective; ``"rmse"`` of the ratings trained on;
        ``"validation_rmse"`` where there is `validation`.

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

    history_: History

    def __init__(
        self,
        n_factors: int = 100,
        n_epochs: int = 10,
        reg: float = 0.08,
        biased: bool = True,
        *,
        init_std_dev: float = 0.1,
        reg_scaling: str = "count",
        dtype: str = "float32",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
        validation: Any = None,
        patience: int | None = None,
        callback: Callback | None = None,
        n_threads: int | None = None,
    ) -> None:
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.reg = reg
        self.biased = biased
        self.init_std_dev = init_std_dev
        self.reg_scaling = reg_scaling
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose
        self.validation = validation
        self.patience = patience
        self.callback = callback
        self.n_threads = n_threads

    def fit(self, trainset: Trainset, *, sample_weight: Any = None) -> "ALS":
        """Fit the factors to a training set; see the class for parameters and errors.

        Parameters
        ----------
        trainset : Trainset
            The ratings.
        sample_weight : array of shape (n_ratings,), optional
            How much the error of each rating counts, in the order of ``trainset.all_ratings()``;
            not negative. Regularisation does not depend on it.
        """
        with self._all_or_nothing():
            super().fit(trainset)
            options = self._ridge("user")
            weights = check_weights(sample_weight, trainset.n_ratings)
            rng = get_rng(self.random_state)
            parameters = self._initial_parameters(rng)
            held_out, by_user, by_item, weights = split(trainset, self.validation, weights, rng)
            n_threads = resolve_n_threads(self.n_threads)
            trainer = AlsTrainer(by_user, by_item, weights, parameters, options, n_threads)
            run_epochs(self, trainer, held_out)
        return self

    def partial_fit(self, ratings: Any, n_epochs: int = 1) -> "ALS":
        """Add ratings to what the model was fitted to, and solve again whom they concern.

        New users and items are solved first, then all users and all items that have a rating among
        the new ones, from all their ratings. The others stay as they are, so the time goes with
        what is new; `fit` on ``trainset``, which becomes the union, is more accurate.

        Parameters
        ----------
        ratings : list of (user id, item id, rating), Dataset, Trainset or frame
            What is new. The rating scale stays that of the training set. All ratings of those who
            are solved again count alike, whatever weights `fit` had. A new user of new items alone
            has factors of zero, and a bias.
        n_epochs : int, default 1
            Times that the users and the items are solved.

        Raises
        ------
        TypeError, ValueError
            As `fit`, and for ratings that are none. The model then stays as it was.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.ALS(n_factors=20, random_state=0).fit(trainset)
        >>> model.partial_fit([("newcomer", "1", 5.0), ("newcomer", "2", 1.0)]).trainset.n_users
        944
        """
        with self._all_or_nothing():
            before = self._fitted_trainset()
            n_epochs = check_n_epochs(n_epochs)
            self.trainset, added = before.extended(as_ratings(ratings))
            self.pu, self.qi, self.bu, self.bi = self._grown(before)
            users, items = added.by_user.rated_rows(), added.by_item.rated_rows()
            self._solve_again(users[users >= before.n_users], items[items >= before.n_items])
            for _ in range(n_epochs):
                check_cancelled()
                self._solve_again(users, items)
        return self

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
        how = self._ridge("user"), resolve_n_threads(self.n_threads)
        sides = (self.pu, self.bu), (self.qi, self.bi)
        csrs = self.trainset.by_user, self.trainset.by_item
        for csr, rows, solved, fixed in zip(csrs, (users, items), sides, sides[::-1], strict=True):
            factors, biases = solved[0][rows], solved[1][rows]
            ratings = csr.only_rows(rows).ratings
            _core.als.solve_side(ratings, None, *fixed, factors, biases, *how)
            solved[0][rows], solved[1][rows] = factors, biases

    def _ridge(self, side: str) -> _core.als.AlsOptions:  # noqa: ARG002
        reg = check_number("reg", self.reg, minimum=0)
        scaling = check_choice("reg_scaling", self.reg_scaling, _SCALINGS)
        return self._ridge_options(reg, reg, scaling == "count")

    def _initial_parameters(self, rng: np.random.RandomState) -> dict[str, NDArray[Any]]:
        dtype = check_dtype(self.dtype)
        n_factors = check_integer("n_factors", self.n_factors, minimum=0)
        std_dev = check_number("init_std_dev", self.init_std_dev, minimum=0)
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "pu": np.zeros((n_users, n_factors), dtype),
            "qi": rng.normal(0, std_dev, (n_items, n_factors)).astype(dtype),
            "bu": np.zeros(n_users, dtype),
            "bi": np.zeros(n_items, dtype),
        }


class AlsTrainer:
    """Parameters in training; see `run_epochs`."""

    def __init__(
        self,
        by_user: Csr,
        by_item: Csr,
        weights: NDArray[np.float64] | None,
        parameters: dict[str, NDArray[Any]],
        options: _core.als.AlsOptions,
        n_threads: int,
    ) -> None:
        self._weights = self._weights_by_item = weights
        self._total = total_weight(by_user, weights)
        if weights is not None:  # once more by item, from one order of ratings
            codes = by_user.indices, by_user.row_of_each()
            shape = by_user.n_cols, by_user.n_rows
            by_item = Csr.from_triplets(*codes, by_user.values, shape)
            self._weights_by_item = Csr.from_triplets(*codes, weights, shape).values
        self._by_user, self._by_item = by_user.ratings, by_item.ratings
        self._parameters = parameters
        self._options = options
        self._n_threads = n_threads

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002
        """Solve all users and then all items."""
        users = self._parameters["pu"], self._parameters["bu"]
        items = self._parameters["qi"], self._parameters["bi"]
        how = self._options, self._n_threads
        _core.als.solve_side(self._by_user, self._weights, *items, *users, *how)
        _core.als.solve_side(self._by_item, self._weights_by_item, *users, *items, *how)
        squared_error, penalty = _core.als.als_loss(
            self._by_user, self._weights, *users, *items, *how
        )
        rmse = root_mean_square(squared_error, self._total)
        return {"loss": squared_error + penalty, "rmse": rmse}

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Return copies of factors and biases."""
        return {name: array.copy() for name, array in self._parameters.items()}
