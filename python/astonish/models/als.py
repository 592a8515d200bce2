"""Matrix factorization by alternating least squares; drives the kernel of als.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import check_choice, check_integer, check_number
from astonish._random import get_rng
from astonish._settings import resolve_n_threads
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.factors import Factors
from astonish.models.fold_in import FoldIn
from astonish.models.held_out import hold_out, training_part
from astonish.models.training import Callback, History, Losses, run_epochs

_DTYPES = ("float32", "float64")
_SCALINGS = ("count", "none")


class ALS(FoldIn):
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

    pu: NDArray[Any]
    qi: NDArray[Any]
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

    def fit(self, trainset: Trainset) -> "ALS":
        """Fit the factors to a training set; see the class for parameters and errors."""
        with self._all_or_nothing():
            super().fit(trainset)
            options = self._ridge("user")
            rng = get_rng(self.random_state)
            parameters = self._initial_parameters(rng)
            held_out = None
            by_user, by_item = trainset.by_user, trainset.by_item
            if self.validation is not None:
                held_out = hold_out(trainset, self.validation, rng)
                by_user, by_item = training_part(trainset, held_out.kept)
            n_threads = resolve_n_threads(self.n_threads)
            run_epochs(self, _Trainer(by_user, by_item, parameters, options, n_threads), held_out)
        return self

    def _ridge(self, side: str) -> _core.AlsOptions:  # noqa: ARG002
        reg = check_number("reg", self.reg, minimum=0)
        scaling = check_choice("reg_scaling", self.reg_scaling, _SCALINGS)
        return self._ridge_options(reg, reg, scaling == "count")

    def _initial_parameters(self, rng: np.random.RandomState) -> dict[str, NDArray[Any]]:
        dtype = check_choice("dtype", self.dtype, _DTYPES)
        n_factors = check_integer("n_factors", self.n_factors, minimum=0)
        std_dev = check_number("init_std_dev", self.init_std_dev, minimum=0)
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "pu": np.zeros((n_users, n_factors), dtype),
            "qi": rng.normal(0, std_dev, (n_items, n_factors)).astype(dtype),
            "bu": np.zeros(n_users, dtype),
            "bi": np.zeros(n_items, dtype),
        }

    def _factors(self) -> Factors:
        mean = float(self.trainset.global_mean)
        return Factors.of(self.pu, self.qi, self.bu, self.bi, mean, self.biased)


class _Trainer:
    """Parameters in training; see `run_epochs`."""

    def __init__(
        self,
        by_user: Csr,
        by_item: Csr,
        parameters: dict[str, NDArray[Any]],
        options: _core.AlsOptions,
        n_threads: int,
    ) -> None:
        self._sides = by_user, by_item
        self._n_ratings = len(by_user.values)
        self._parameters = parameters
        self._options = options
        self._n_threads = n_threads

    def run_epoch(self, epoch: int) -> Losses:  # noqa: ARG002
        users = self._parameters["pu"], self._parameters["bu"]
        items = self._parameters["qi"], self._parameters["bi"]
        how = self._options, self._n_threads
        by_user, by_item = (side.ratings for side in self._sides)
        _core.solve_side(by_user, None, *items, *users, *how)
        _core.solve_side(by_item, None, *users, *items, *how)
        squared_error, penalty = _core.als_loss(by_user, None, *users, *items, *how)
        return {
            "loss": squared_error + penalty,
            "rmse": float(np.sqrt(squared_error / self._n_ratings)),
        }

    def parameters(self) -> dict[str, NDArray[Any]]:
        return {name: array.copy() for name, array in self._parameters.items()}
