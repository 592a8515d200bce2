"""Matrix factorization by stochastic gradient descent; drives the kernel of sgd.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import check_integer, check_number
from astonish._random import get_rng
from astonish._settings import resolve_n_threads, resolve_solver
from astonish.data.trainset import Trainset
from astonish.models.epoch_model import EpochModel
from astonish.models.factors import Factors
from astonish.models.fold_in import FoldIn

_RATES = ("lr_bu", "lr_bi", "lr_pu", "lr_qi", "reg_bu", "reg_bi", "reg_pu", "reg_qi")


class SVD(FoldIn, EpochModel):
    r"""Biased matrix factorization, known as SVD or Funk SVD.

    The estimate is :math:`\mu + b_u + b_i + q_i^T p_u`, fitted by stochastic gradient descent on
    the regularised squared error, rating after rating in the order of the training set. Terms of an
    unknown user or item are left out. With ``biased=False`` it is :math:`q_i^T p_u` alone
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
        Whether to print the number of each epoch.
    solver : {"sequential", "bitwise"}, optional
        How the sums are rounded. "sequential" uses vector arithmetic and equals scikit-surprise to
        about 1e-12; "bitwise" equals it to the last bit and is slower. Default: the environment
        variable ``ASTONISH_SOLVER``, else "sequential".
    n_threads : int, optional
        Threads for `test`, `predict_many` and `recommend`; see `FactorModel`.

    Attributes
    ----------
    pu : float64 array of shape (n_users, n_factors)
        User factors.
    qi : float64 array of shape (n_items, n_factors)
        Item factors.
    bu, bi : float64 arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.

    Raises
    ------
    TypeError, ValueError
        By `fit`: for a parameter out of range, and when the factors stop being finite because a
        learning rate is too high. A fit that fails or is interrupted leaves the model as it was.

    References
    ----------
    Koren, Bell, Volinsky: Matrix factorization techniques for recommender systems. Computer 42(8),
    2009. Interface and order of updates are scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.SVD(n_factors=20, random_state=0).fit(trainset)
    >>> model.pu.shape, model.qi.shape
    ((943, 20), (1682, 20))
    """

    solver: str | None = None

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
        self.n_threads = n_threads

    def sgd(self, trainset: Trainset) -> None:
        """Draw initial factors, train them, and set ``pu``, ``qi``, ``bu`` and ``bi``."""
        options = _core.SgdOptions()
        options.solver = _core.SgdSolver[resolve_solver(self.solver)]
        self._set_options(options, _RATES)
        resolve_n_threads(self.n_threads)  # refuses now what `test` would refuse later
        pu, qi = draw_normal(self, trainset.n_users, trainset.n_items)
        bu, bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        _core.fit_sgd(
            trainset.by_user.ratings,
            *Factors(pu, qi, bu, bi, float(trainset.global_mean), bool(self.biased)),
            options,
            self._before_epoch,
        )
        self.bu, self.bi, self.pu, self.qi = bu, bi, pu, qi

    def _ridge(self, side: str) -> _core.AlsOptions:
        # The descent regularises with each rating, so a parameter by the number of its ratings.
        regs = (self.reg_pu, self.reg_bu) if side == "user" else (self.reg_qi, self.reg_bi)
        return self._ridge_options(*regs, by_count=True)


def draw_normal(model: Any, *n_rows: int) -> list[NDArray[np.float64]]:
    """Draw one matrix of factors after the other, as the parameters of `model` say."""
    n_factors = check_integer("n_factors", model.n_factors, minimum=0)
    init_mean = check_number("init_mean", model.init_mean)
    init_std_dev = check_number("init_std_dev", model.init_std_dev, minimum=0)
    rng = get_rng(model.random_state)
    return [rng.normal(init_mean, init_std_dev, (n, n_factors)) for n in n_rows]
