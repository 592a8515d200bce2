"""Matrix factorization by stochastic gradient descent; drives sgd.hpp and parallel_sgd.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import check_dtype, check_integer, check_number
from astonish._random import get_rng
from astonish._settings import resolve_n_threads, resolve_solver
from astonish.data.trainset import Trainset
from astonish.models.factor_model import FactorModel
from astonish.models.factors import Factors
from astonish.models.held_out import split
from astonish.models.partial_fit import PartialFit
from astonish.models.ridge_model import RidgeModel
from astonish.models.sample_weights import check_weights
from astonish.models.sgd_trainers import ParallelTrainer, Parameters, SequentialTrainer
from astonish.models.training import Callback, History, run_epochs

_RATES = ("lr_bu", "lr_bi", "lr_pu", "lr_qi", "reg_bu", "reg_bi", "reg_pu", "reg_qi")
_ROWS_A_DRAW = 1 << 14


class SVD(RidgeModel, PartialFit):
    r"""Biased matrix factorization, known as SVD or Funk SVD.

    The estimate is :math:`\mu + b_u + b_i + q_i^T p_u`, fitted by stochastic gradient descent on
    the regularised squared error, rating after rating. Terms of an unknown user or item are left
    out. With ``biased=False`` it is :math:`q_i^T p_u` alone
    (probabilistic matrix factorization), and an unknown user or item makes it impossible.

    Parameters
    ----------
    n_factors : int, default 100
        Length of the factor vectors; 0 leaves the biases.
    n_epochs : int, default 20
        Passes over the ratings; 0 gives the initial model.
    biased : bool, default True
        Whether to use the mean and the biases.
    init_mean, init_std_dev : float, default 0 and 0.1
        The normal distribution that factors start from.
    lr_all, reg_all : float, default 0.005 and 0.02
        Learning rate and regularisation of all parameters.
    lr_bu, lr_bi, lr_pu, lr_qi, reg_bu, reg_bi, reg_pu, reg_qi : float, optional
        The same for one kind of parameter each; they win over `lr_all` and `reg_all`.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the initial factors. An int gives the same model at every fit, None uses NumPy's
        global generator.
    verbose : bool, default False
        Whether to print the number of each epoch; a bar of progress for "parallel".
    solver : {"sequential", "bitwise", "parallel"}, optional
        "sequential" takes the ratings in the order of the training set, with vector arithmetic, and
        equals scikit-surprise to about 1e-12; "bitwise" equals it to the last bit and is slower.
        "parallel" uses all threads and takes the ratings in an order of its own, which depends on
        the data and `random_state` and not on the number of threads; its errors are about those of
        the others. Default: the environment variable ``ASTONISH_SOLVER``, else "sequential".
    dtype : {"float32", "float64"}, optional
        Of the parameters and of the arithmetic. Default: "float32" for "parallel", "float64" for
        the other solvers, which have nothing else.
    validation : float or list of (user id, item id, rating), optional
        A share of the ratings to hold out, or ratings, to measure each epoch with.
    patience : int, optional
        Stop when so many epochs in a row have not lowered the RMSE of `validation`, and keep the
        best epoch's parameters.
    callback : callable, optional
        Called after each epoch as ``callback(epoch, losses)``; True stops.
    n_threads : int, optional
        Threads for "parallel", `test`, `predict_many` and `recommend`; see `FactorModel`.

    Attributes
    ----------
    pu : array of shape (n_users, n_factors)
        User factors.
    qi : array of shape (n_items, n_factors)
        Item factors.
    bu, bi : arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.
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

    history_: History
    # Pickles of scikit-surprise's models know nothing of these.
    solver: str | None = None
    dtype: str | None = None
    validation: Any = None
    patience: int | None = None
    callback: Callback | None = None

    def __init__(
        self,
        n_factors: int = 100,
        n_epochs: int = 20,
        biased: bool = True,
        init_mean: float = 0,
        init_std_dev: float = 0.1,
        lr_all: float = 0.005,
        reg_all: float = 0.02,
        lr_bu: float | None = None,
        lr_bi: float | None = None,
        lr_pu: float | None = None,
        lr_qi: float | None = None,
        reg_bu: float | None = None,
        reg_bi: float | None = None,
        reg_pu: float | None = None,
        reg_qi: float | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
        *,
        solver: str | None = None,
        dtype: str | None = None,
        validation: Any = None,
        patience: int | None = None,
        callback: Callback | None = None,
        n_threads: int | None = None,
    ) -> None:
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.biased = biased
        self.init_mean = init_mean
        self.init_std_dev = init_std_dev
        self.lr_bu = lr_all if lr_bu is None else lr_bu
        self.lr_bi = lr_all if lr_bi is None else lr_bi
        self.lr_pu = lr_all if lr_pu is None else lr_pu
        self.lr_qi = lr_all if lr_qi is None else lr_qi
        self.reg_bu = reg_all if reg_bu is None else reg_bu
        self.reg_bi = reg_all if reg_bi is None else reg_bi
        self.reg_pu = reg_all if reg_pu is None else reg_pu
        self.reg_qi = reg_all if reg_qi is None else reg_qi
        self.random_state = random_state
        self.verbose = verbose
        self.solver = solver
        self.dtype = dtype
        self.validation = validation
        self.patience = patience
        self.callback = callback
        self.n_threads = n_threads

    def fit(self, trainset: Trainset, *, sample_weight: Any = None) -> "SVD":
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
            FactorModel.fit(self, trainset)
            weights = check_weights(sample_weight, trainset.n_ratings)
            # A subclass may have an `sgd` that knows nothing of weights.
            self.sgd(trainset, **({} if weights is None else {"sample_weight": weights}))
        return self

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
        weights: NDArray[np.float64] | None,
        n_epochs: int | None = None,
    ) -> None:
        """Train `initial` on `ratings`, which have the inner ids of the model's training set."""
        validation = self.validation if n_epochs is None else None  # all later ratings are learned
        held_out, by_user, _, weights = split(ratings, validation, weights, rng)
        options = _core.sgd.SgdOptions()
        self._set_options(options, _RATES)
        n_threads = resolve_n_threads(self.n_threads)
        factors = Factors(
            **initial, global_mean=float(self.trainset.global_mean), biased=bool(self.biased)
        )
        solver = resolve_solver(self.solver)
        if solver == "parallel":
            seed = rng.randint(2**31)
            blocks = ParallelTrainer(by_user, factors, options, weights, seed, n_threads)
            run_epochs(self, blocks, held_out, n_epochs)
        else:
            options.solver = _core.sgd.SgdSolver[solver]
            in_order = SequentialTrainer(by_user, factors, options, weights)
            run_epochs(self, in_order, held_out, n_epochs, self._announcement)

    def _draw(self, rng: np.random.RandomState, n_users: int, n_items: int) -> Parameters:
        """Return the parameters that training starts from."""
        dtype = _resolve_dtype(self.dtype, resolve_solver(self.solver))
        pu, qi = draw_normal(self, rng, n_users, n_items, dtype=dtype)
        return {"pu": pu, "qi": qi, "bu": np.zeros(n_users, dtype), "bi": np.zeros(n_items, dtype)}

    def _ridge(self, side: str) -> _core.als.AlsOptions:
        # The descent regularises with each rating, so a parameter by the number of its ratings.
        regs = (self.reg_pu, self.reg_bu) if side == "user" else (self.reg_qi, self.reg_bi)
        return self._ridge_options(*regs, by_count=True)


def draw_normal(
    model: Any, rng: np.random.RandomState, *n_rows: int, dtype: str = "float64"
) -> list[NDArray[Any]]:
    """Draw one matrix of factors after the other, as the parameters of `model` say."""
    n_factors = check_integer("n_factors", model.n_factors, minimum=0)
    init_mean = check_number("init_mean", model.init_mean)
    init_std_dev = check_number("init_std_dev", model.init_std_dev, minimum=0)
    matrices = [np.empty((n, n_factors), dtype) for n in n_rows]
    for matrix in matrices:
        for begin in range(0, len(matrix), _ROWS_A_DRAW):  # the same numbers, in less memory
            rows = matrix[begin : begin + _ROWS_A_DRAW]
            rows[:] = rng.normal(init_mean, init_std_dev, rows.shape)
    return matrices


def _resolve_dtype(dtype: str | None, solver: str) -> str:
    if dtype is None:
        return "float32" if solver == "parallel" else "float64"
    if check_dtype(dtype) == "float32" and solver != "parallel":
        raise ValueError(f"dtype='float32' needs solver='parallel', got solver={solver!r}")
    return dtype
