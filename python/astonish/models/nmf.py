"""Non-negative matrix factorization; drives the kernel of nmf.hpp."""

import numbers

import numpy as np

from astonish import _core
from astonish._cancellation import check_cancelled
from astonish._checks import check_integer, check_number
from astonish._random import get_rng
from astonish._settings import resolve_n_threads
from astonish.data.trainset import Trainset
from astonish.models.epoch_model import EpochModel
from astonish.models.factors import Factors

_RATES = ("reg_pu", "reg_qi", "reg_bu", "reg_bi", "lr_bu", "lr_bi")


class NMF(EpochModel):
    r"""Non-negative matrix factorization of ratings.

    The estimate is :math:`q_i^T p_u` with factors that are not negative, fitted by multiplicative
    updates: each epoch scales every factor by a ratio of two sums over the ratings of its user or
    item. An unknown user or item makes the estimate impossible. With ``biased=True`` it is
    :math:`\mu + b_u + b_i + q_i^T p_u`, biases are fitted by stochastic gradient descent, and terms
    of an unknown user or item are left out.

    The factors equal scikit-surprise's to the last bit with every number of threads. Where
    scikit-surprise raises ZeroDivisionError, because a factor's ratio has a denominator of zero,
    the factor keeps its value.

    Parameters
    ----------
    n_factors : int, default 15
        Length of the factor vectors.
    n_epochs : int, default 50
        Passes over the ratings; 0 gives the initial model.
    biased : bool, default False
        Whether to use the mean and the biases.
    reg_pu, reg_qi : float, default 0.06
        Regularisation of the factors.
    reg_bu, reg_bi : float, default 0.02
        Regularisation of the biases.
    lr_bu, lr_bi : float, default 0.005
        Learning rates of the biases.
    init_low, init_high : float, default 0 and 1
        The uniform distribution that factors start from.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the initial factors. An int gives the same model at every fit, None uses NumPy's
        global generator.
    verbose : bool, default False
        Whether to print the number of each epoch.
    n_threads : int, optional
        Threads for `fit`, `test`, `predict_many` and `recommend`; see `FactorModel`.

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
    ValueError
        When `init_low` is negative.
    TypeError, ValueError
        By `fit`: for a parameter out of range, and when the factors stop being finite. A fit that
        fails or is interrupted leaves the model as it was.

    References
    ----------
    Luo, Zhou, Xia, Zhu: An efficient non-negative matrix-factorization-based approach to
    collaborative filtering for recommender systems. IEEE Transactions on Industrial Informatics
    10(2), 2014. Interface and order of sums are scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.NMF(n_epochs=10, random_state=0).fit(trainset)
    >>> bool((model.pu >= 0).all() and (model.qi >= 0).all())
    True
    """

    def __init__(
        self,
        n_factors: int = 15,
        n_epochs: int = 50,
        biased: bool = False,
        reg_pu: float = 0.06,
        reg_qi: float = 0.06,
        reg_bu: float = 0.02,
        reg_bi: float = 0.02,
        lr_bu: float = 0.005,
        lr_bi: float = 0.005,
        init_low: float = 0,
        init_high: float = 1,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
        *,
        n_threads: int | None = None,
    ) -> None:
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.biased = biased
        self.reg_pu = reg_pu
        self.reg_qi = reg_qi
        self.reg_bu = reg_bu
        self.reg_bi = reg_bi
        self.lr_bu = lr_bu
        self.lr_bi = lr_bi
        self.init_low = init_low
        self.init_high = init_high
        self.random_state = random_state
        self.verbose = verbose
        self.n_threads = n_threads
        # scikit-surprise checks this one here; what is no number is refused by `fit`.
        if isinstance(init_low, numbers.Real) and init_low < 0:
            raise ValueError("init_low should be greater than zero")

    def sgd(self, trainset: Trainset) -> None:
        """Draw initial factors, train them, and set ``pu``, ``qi``, ``bu`` and ``bi``."""
        options = _core.sgd.NmfOptions()
        self._set_options(options, _RATES)
        n_threads = resolve_n_threads(self.n_threads)
        n_factors = check_integer("n_factors", self.n_factors, minimum=0)
        init_low = check_number("init_low", self.init_low, minimum=0)
        init_high = check_number("init_high", self.init_high, minimum=0)
        rng = get_rng(self.random_state)
        pu = rng.uniform(init_low, init_high, (trainset.n_users, n_factors))
        qi = rng.uniform(init_low, init_high, (trainset.n_items, n_factors))
        bu, bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        _core.sgd.fit_nmf(
            trainset.by_user.ratings,
            *Factors(pu, qi, bu, bi, float(trainset.global_mean), bool(self.biased)),
            options,
            n_threads,
            self._before_epoch,
        )
        self.bu, self.bi, self.pu, self.qi = bu, bi, pu, qi

    def _before_epoch(self, epoch: int) -> None:
        check_cancelled()
        if self.verbose:
            print(self._announcement.format(epoch))
