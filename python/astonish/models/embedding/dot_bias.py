"""Matrix factorization by mini-batches of Adam; drives embedding_dot.hpp."""

from dataclasses import KW_ONLY, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.explanations import Terms
from astonish.models.base.fitted_arrays import FLOATS, ArrayOf, FittedArrays
from astonish.models.base.y_range import NO_SUM, linearised, to_estimates
from astonish.models.embedding.embedding_model import EmbeddingModel, draw_embedding
from astonish.models.embedding.parameters import (
    BATCH_SIZE,
    LR_MAX,
    N_EPOCHS,
    SAMPLING,
    Y_RANGE,
)
from astonish.models.factors.ridge import Ridge, solve_rows, terms_of_ratings
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import EpochCallback
from astonish.models.training.mini_batches import AdamState, Arrays, BatchTraining, InnerRatings
from astonish.models.training.parameters import (
    CALLBACK,
    FACTOR_DTYPE,
    N_THREADS,
    PATIENCE,
    RANDOM_STATE,
    TOL,
    VALIDATION,
    VERBOSE,
    RandomState,
    factors,
)
from astonish.support.parameters import checked, declare, flag, number, param
from astonish.support.public import public
from astonish.support.settings import resolve_n_threads

_TRAINED = ("pu", "qi", "bu", "bi")
_FOLD_IN_REG_OF_SUMS = 0.5  # without a y_range
_FOLD_IN_STEPS = 8  # Gauss and Newton's method gains a digit or two in each


@public
@declare
class DotBias(EmbeddingModel):
    r"""Biased matrix factorization through a scaled sigmoid, trained by mini-batches of Adam.

    The model of fastai's ``collab_learner``. The estimate is :math:`y(q_i^T p_u + b_u + b_i)` with
    :math:`y(x) = low + (high - low) / (1 + e^{-x})`; Adam lowers the mean squared error of a batch,
    weights decay beside it, and the learning rate rises and falls in one cycle. An unknown user or
    item contributes nothing: its factors and its bias are zero.

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
    stopped_by_ : str
        Why training ended: "n_epochs", "patience", "tol" or "callback".

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

    n_factors: int = factors(50)
    n_epochs: int = N_EPOCHS
    lr_max: float = LR_MAX
    wd: float = param(
        default=0.1,
        check=number(0),
        doc="Weight decay: each batch multiplies all parameters by ``1 - lr * wd``.",
        search=(0.01, 0.5, "log"),
        aliases=("weight_decay", "reg", "reg_all"),
    )
    biased: bool = param(default=True, check=flag, doc="Whether to use biases.")
    y_range: Any = Y_RANGE
    batch_size: int = BATCH_SIZE
    sampling: str = SAMPLING
    random_state: RandomState = RANDOM_STATE
    verbose: bool = VERBOSE
    _: KW_ONLY
    dtype: str = FACTOR_DTYPE
    validation: Any = VALIDATION
    patience: int | None = PATIENCE
    tol: float | None = TOL
    callback: EpochCallback | None = CALLBACK
    n_threads: int | None = N_THREADS

    abilities = frozenset({"rates", "ranks", "has_factors", "folds_in", "explains"})

    def _draw(self, rng: np.random.RandomState, dtype: str) -> Arrays:
        n_factors = checked(self, "n_factors").n_factors
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

    def _fitted_arrays(self) -> FittedArrays:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "pu": ArrayOf((n_users, "n_factors"), dtypes=FLOATS),
            "qi": ArrayOf((n_items, "n_factors"), dtypes=FLOATS),
            "bu": ArrayOf((n_users,), dtypes=FLOATS),
            "bi": ArrayOf((n_items,), dtypes=FLOATS),
        }

    def _factors(self) -> Factors:
        """Return the parameters of the sum as they are now; users may have assigned to them."""
        return Factors.of(self.pu, self.qi, self.bu, self.bi, 0.0, biased=True)

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        n_threads = resolve_n_threads(self.n_threads)
        sums = _core.factors.estimate_pairs(*self._factors(), users, items, n_threads)
        return to_estimates(sums, self.y_range_)

    def _ridge(self) -> _core.als.AlsOptions:
        """Return the regression that finds newcomers; like weight decay it counts no ratings."""
        reg = _FOLD_IN_REG_OF_SUMS if self.y_range_ is None else self._fold_in_reg()
        return Ridge(reg, reg, by_count=False).options(0.0, self.biased)

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], NDArray[Any]]:
        factors = self._factors()
        fixed = (factors.qi, factors.bi) if side == "user" else (factors.pu, factors.bu)
        rows = trainset.by_user if side == "user" else trainset.by_item
        if self.y_range_ is None:
            return solve_rows(rows, fixed, self._ridge(), self.n_threads)
        return self._solve_rows(rows, *fixed)

    def _explain(self, user: int, item: int) -> Terms:
        if self.y_range_ is not None:
            raise TypeError(NO_SUM.format(self.y_range_))
        rated_ids = self._rated_items(user)
        rated = self.trainset.by_user.only_rows(np.array([user], np.int32))
        return terms_of_ratings(rated_ids, self._factors(), rated, item, self._ridge())

    def _solve_rows(
        self, rows: Csr, fixed: NDArray[Any], fixed_biases: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Fit rows by Gauss and Newton: each step is a regression on the sigmoid's tangents."""
        assert self.y_range_ is not None
        row_of, options = rows.row_of_each(), self._ridge()
        n_threads = resolve_n_threads(self.n_threads)
        solved = np.zeros((rows.n_rows, fixed.shape[1]), fixed.dtype)
        biases = np.zeros(rows.n_rows, fixed.dtype)
        for _ in range(_FOLD_IN_STEPS):
            factors = Factors(solved, fixed, biases, fixed_biases, 0.0, biased=True)
            sums = _core.factors.estimate_pairs(*factors, row_of, rows.indices, n_threads)
            estimates, slopes = linearised(sums, self.y_range_)
            targets = replace(rows, values=sums + (rows.values - estimates) / slopes)
            _core.als.solve_side(
                targets.view, slopes**2, fixed, fixed_biases, solved, biases, options, n_threads
            )
        return solved, biases


def _in_order(arrays: Arrays) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return arrays in the order of the core."""
    return arrays["pu"], arrays["qi"], arrays["bu"], arrays["bi"]
