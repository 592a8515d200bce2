"""Matrix factorization by mini-batches of Adam; drives embedding_dot.hpp."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import check_integer
from astonish._settings import resolve_n_threads
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.approximate import ApproximateIndex
from astonish.models.batch_training import AdamState, Arrays, BatchTraining, InnerRatings
from astonish.models.embedding_model import EmbeddingModel, draw_embedding
from astonish.models.factors import Factors
from astonish.models.ranking import Lists, Rules
from astonish.models.ridge_model import RidgeModel
from astonish.models.training import Callback
from astonish.models.y_range import linearised

Self = TypeVar("Self", bound="DotBias")

_TRAINED = ("pu", "qi", "bu", "bi")
_FOLD_IN_REG_OF_SUMS = 0.5  # without a y_range
_FOLD_IN_STEPS = 8  # Gauss and Newton's method gains a digit or two in each


class DotBias(EmbeddingModel, RidgeModel):
    r"""Biased matrix factorization through a scaled sigmoid, trained by mini-batches of Adam.

    The model of fastai's ``collab_learner``. The estimate is :math:`y(q_i^T p_u + b_u + b_i)` with
    :math:`y(x) = low + (high - low) / (1 + e^{-x})`; Adam lowers the mean squared error of a batch,
    weights decay beside it, and the learning rate rises and falls in one cycle. An unknown user or
    item contributes nothing: its factors and its bias are zero.

    Parameters
    ----------
    n_factors : int, default 50
        Length of the factor vectors; 0 leaves the biases.
    n_epochs : int, default 5
        Passes over the ratings; 0 gives the initial model.
    lr_max : float, default 0.005
        The highest learning rate of the cycle.
    wd : float, default 0.1
        Weight decay: each batch multiplies all parameters by ``1 - lr * wd``.
    biased : bool, default True
        Whether to use biases.
    y_range : (float, float), "auto" or None, default "auto"
        Bounds of the estimates. They are never reached, so they lie a little beyond the ratings:
        "auto" widens the rating scale by an eighth of it on either side. None leaves the sum as it
        is.
    batch_size : int, default 64
        Ratings in a batch; what is left over at the end of an epoch is not used in it.
    sampling : {"permutation", "replacement"}, default "permutation"
        Whether an epoch takes each rating once, or draws each sample among all ratings, as fastai
        does since 2024.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the initial parameters, the order of ratings and what `validation` holds out. An int
        gives the same model at every fit, None uses NumPy's global generator.
    verbose : bool, default False
        Whether to show the progress.
    dtype : {"float32", "float64"}, default "float32"
        Of the parameters and of the arithmetic.
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
    pu, qi : arrays of shape (n_users, n_factors) and (n_items, n_factors)
        User factors and item factors.
    bu, bi : arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.
    y_range_ : (float, float) or None
        The bounds that were used.
    history_ : dict of lists
        One number for each epoch: ``"loss"``, the mean squared error of its batches, each before
        its update; ``"validation_rmse"`` where there is `validation`.

    Raises
    ------
    TypeError, ValueError
        By `fit`: for a parameter out of range, and when a loss stops being finite because the
        learning rate is too high; it names the epoch and the batch. A fit that fails or is
        interrupted leaves the model as it was.

    Warns
    -----
    UserWarning
        When ratings lie on the bounds of `y_range` or beyond.

    References
    ----------
    Howard, Gugger: fastai: a layered API for deep learning. Information 11(2), 2020; the chapter on
    collaborative filtering of their book. Smith: A disciplined approach to neural network
    hyper-parameters. 2018.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.DotBias(n_factors=20, n_epochs=2, random_state=0).fit(trainset)
    >>> model.pu.shape, model.y_range_
    ((943, 20), (0.5, 5.5))
    """

    def __init__(
        self,
        n_factors: int = 50,
        n_epochs: int = 5,
        lr_max: float = 5e-3,
        wd: float = 0.1,
        biased: bool = True,
        y_range: tuple[float, float] | str | None = "auto",
        batch_size: int = 64,
        sampling: str = "permutation",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
        *,
        dtype: str = "float32",
        validation: Any = None,
        patience: int | None = None,
        callback: Callback | None = None,
        n_threads: int | None = None,
    ) -> None:
        super().__init__()
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.lr_max = lr_max
        self.wd = wd
        self.biased = biased
        self.y_range = y_range
        self.batch_size = batch_size
        self.sampling = sampling
        self.random_state = random_state
        self.verbose = verbose
        self.dtype = dtype
        self.validation = validation
        self.patience = patience
        self.callback = callback
        self.n_threads = n_threads

    def fold_in(self: Self, ratings: Any, side: str = "user") -> Self:
        """Return a model of users, or of items, who were not in training.

        Their factors and biases minimise the squared errors of their ratings, with the items
        (``side="item"``: the users) as they are, and some regularisation; nothing that was trained
        changes. Parameters, result and errors are those of `ALS.fold_in`.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.DotBias(random_state=0).fit(trainset)
        >>> newcomer = model.fold_in([("me", "50", 5), ("me", "100", 1)])
        >>> newcomer.recommend(["me"], n=3)[0].shape
        (1, 3)
        """
        return super().fold_in(ratings, side)

    def explain(
        self, user_id: Any, item_id: Any, n: int | None = 10
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Tell which of a user's ratings carry the estimate for an item; see `ALS.explain`.

        Raises
        ------
        TypeError
            With a `y_range`: through a sigmoid an estimate is no sum of contributions.
        """
        self._fitted_trainset()
        if self.y_range_ is not None:
            raise TypeError(
                f"with y_range={self.y_range_} an estimate is no sum of what ratings contribute: "
                "explain needs y_range=None"
            )
        return super().explain(user_id, item_id, n)

    def _draw(self, rng: np.random.RandomState, dtype: str) -> Arrays:
        n_factors = check_integer("n_factors", self.n_factors, minimum=0)
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        shapes = ((n_users, n_factors), (n_items, n_factors), (n_users,), (n_items,))
        if self.biased:
            return {
                name: draw_embedding(rng, shape, dtype)
                for name, shape in zip(_TRAINED, shapes, strict=True)
            }
        pu, qi = (draw_embedding(rng, shape, dtype) for shape in shapes[:2])
        return {"pu": pu, "qi": qi, "bu": np.zeros(n_users, dtype), "bi": np.zeros(n_items, dtype)}

    def _parameters(self) -> Arrays:
        return self._named(_TRAINED)

    def _open(
        self, ratings: InnerRatings, wd: float, state: AdamState | None, n_threads: int
    ) -> BatchTraining:
        parameters = self._parameters()
        state = state or AdamState.fresh(parameters)
        options = _core.embedding.EmbeddingDotOptions()
        options.wd, options.first_step = wd, state.step
        options.biased, options.y_range = bool(self.biased), self.y_range_
        core = _core.embedding.embedding_dot(
            _in_order(parameters), _in_order(state.averages), _in_order(state.squares), options
        )
        return BatchTraining(core, state.step, parameters, None, ratings, n_threads)

    def _factors(self) -> Factors:
        """Return the parameters of the sum as they are now; users may have assigned to them."""
        return Factors.of(self.pu, self.qi, self.bu, self.bi, 0.0, biased=True)

    def _sums(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float64]:
        return _core.factors.estimate_pairs(
            *self._factors(), users, items, resolve_n_threads(self.n_threads)
        )

    def _ranked(
        self,
        raw_ids: list[Any],
        users: NDArray[np.int32],
        n: int,
        rules: Rules,
        index: ApproximateIndex | None,
    ) -> Iterator[tuple[NDArray[np.intp], Lists]]:
        if rules.boosts is None or self.y_range_ is None:
            yield from super()._ranked(raw_ids, users, n, rules, index)
            return
        # a boost is added behind the sigmoid
        yield self._ranked_by_estimates(self._estimates_of_all, raw_ids, users, n, rules)

    def _estimates_of_all(self, users: NDArray[np.int32]) -> NDArray[np.float64]:
        n_items = self.trainset.n_items
        pairs = np.repeat(users, n_items), np.tile(np.arange(n_items, dtype=np.int32), len(users))
        return self._estimate_many(*pairs).reshape(len(users), n_items)

    def _ridge(self, side: str) -> _core.als.AlsOptions:  # noqa: ARG002  both sides alike
        reg = _FOLD_IN_REG_OF_SUMS if self.y_range_ is None else self._fold_in_reg()
        options = self._ridge_options(reg, reg, by_count=False)
        options.global_mean = 0.0
        return options

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], NDArray[Any]]:
        if self.y_range_ is None:
            return super()._solve_new(trainset, side)
        factors = self._factors()
        if side == "user":
            return self._solve_rows(trainset.by_user, factors.qi, factors.bi, side)
        return self._solve_rows(trainset.by_item, factors.pu, factors.bu, side)

    def _solve_rows(
        self, rows: Csr, fixed: NDArray[Any], fixed_biases: NDArray[Any], side: str
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Fit rows by Gauss and Newton: each step is a regression on the sigmoid's tangents."""
        assert self.y_range_ is not None
        each_row, options = rows.row_of_each(), self._ridge(side)
        n_threads = resolve_n_threads(self.n_threads)
        solved = np.zeros((rows.n_rows, fixed.shape[1]), fixed.dtype)
        biases = np.zeros(rows.n_rows, fixed.dtype)
        for _ in range(_FOLD_IN_STEPS):
            factors = Factors(solved, fixed, biases, fixed_biases, 0.0, biased=True)
            sums = _core.factors.estimate_pairs(*factors, each_row, rows.indices, n_threads)
            estimates, slopes = linearised(sums, self.y_range_)
            targets = replace(rows, values=sums + (rows.values - estimates) / slopes)
            _core.als.solve_side(
                targets.ratings, slopes**2, fixed, fixed_biases, solved, biases, options, n_threads
            )
        return solved, biases


def _in_order(arrays: Arrays) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return arrays in the order of the core."""
    return arrays["pu"], arrays["qi"], arrays["bu"], arrays["bi"]
