"""What models have in common that learn embeddings by mini-batches of Adam."""

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.estimates import NOT_A_NUMBER
from astonish.models.base.model import Model
from astonish.models.base.y_range import (
    YRange,
    check_y_range,
    warn_if_tight,
    widened,
)
from astonish.models.embedding.embedding_lookup import EmbeddingTable, codes_of, table_of
from astonish.models.factors.ridge import with_newcomers
from astonish.models.training.epochs import WATCHERS, EpochCallback, History, run_epochs
from astonish.models.training.held_out import training_split
from astonish.models.training.mini_batches import (
    AdamState,
    Arrays,
    BatchTraining,
    EpochTrainer,
    InnerRatings,
)
from astonish.models.training.publishing import reading, snapshot
from astonish.models.training.sampling import EpochSampler
from astonish.models.training.schedules import one_cycle
from astonish.support.checks import check_dtype, check_number
from astonish.support.parameters import checked
from astonish.support.random_state import get_rng
from astonish.support.settings import resolve_n_threads

Self = TypeVar("Self", bound="EmbeddingModel")

_STD_DEV = 0.01  # of embeddings before training
_FOLD_IN_REG = 0.2  # by the square of the range of estimates
_CUT = 2.0  # no embedding begins further out, in standard deviations


class EmbeddingModel(Model):
    """A model of embeddings whose parameters Adam trains by one cycle of its learning rate.

    An unknown user or item contributes nothing to an estimate: its embedding is zero. Embeddings
    and biases are looked up as fastai's are.
    """

    abilities = frozenset({"rates", "ranks", "has_factors", "folds_in"})

    pu: NDArray[Any]
    qi: NDArray[Any]
    bu: Any
    bi: Any
    biased: bool = True
    n_epochs: int
    lr_max: float
    wd: float
    y_range: Any
    batch_size: int
    sampling: str
    random_state: Any
    verbose: bool
    dtype: str
    validation: Any
    patience: int | None
    callback: EpochCallback | None
    history_: History
    stopped_by_: str | None = None
    y_range_: YRange
    _least_batch: int = 1
    _unsaved = WATCHERS

    @reading
    def weight(self, arr: Iterable[Any], is_item: bool = True) -> NDArray[Any]:
        """Return the embeddings of items, or of users.

        Parameters
        ----------
        arr : sequence of raw ids, of length n
            Items, or users.
        is_item : bool, default True
            Which of them.

        Returns
        -------
        array of shape (n, n_factors)

        Raises
        ------
        KeyError
            For an id that the training data does not have.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.DotBias(n_factors=20, n_epochs=1, random_state=0).fit(trainset)
        >>> model.weight(["50", "100"]).shape, model.bias(["196"], is_item=False).shape
        ((2, 20), (1,))
        """
        codes = codes_of(self._fitted_trainset(), arr, is_item)
        return (self.qi if is_item else self.pu)[codes]

    @reading
    def bias(self, arr: Iterable[Any], is_item: bool = True) -> NDArray[Any]:
        """Return the biases of items, or of users: an array of shape (n,).

        Parameters and errors are those of `weight`.

        Raises
        ------
        TypeError
            When the model has no biases.
        """
        codes = codes_of(self._fitted_trainset(), arr, is_item)
        return self._biases(is_item)[codes]

    @property
    def u_weight(self) -> EmbeddingTable:
        """The embeddings of all users, behind that of '#na#'."""
        return table_of(self.pu)

    @property
    def i_weight(self) -> EmbeddingTable:
        """The embeddings of all items, behind that of '#na#'."""
        return table_of(self.qi)

    @property
    def u_bias(self) -> EmbeddingTable:
        """The biases of all users, behind that of '#na#': of shape (n_users + 1, 1)."""
        return table_of(self._biases(is_item=False)[:, np.newaxis])

    @property
    def i_bias(self) -> EmbeddingTable:
        """The biases of all items, behind that of '#na#': of shape (n_items + 1, 1)."""
        return table_of(self._biases(is_item=True)[:, np.newaxis])

    def _biases(self, is_item: bool) -> NDArray[Any]:
        model = snapshot(self)
        biases: NDArray[Any] | None = getattr(model, "bi" if is_item else "bu", None)
        if biases is None or not model.biased:
            raise TypeError(f"this {type(self).__name__} has no biases")
        return biases

    def _fit(self, trainset: Trainset) -> None:
        rng = get_rng(self.random_state)
        self._start(trainset, rng)
        values = checked(self)
        held_out, sides, _ = training_split(trainset, values.validation, None, rng)
        by_user = sides.by_user
        columns = self._columns(by_user)
        if not self._is_auto():  # there, ratings beyond their scale are the user's will
            warn_if_tight(self.y_range_, by_user.values)
        order = np.random.RandomState(rng.randint(2**31))
        sampler = EpochSampler(len(columns[0]), values.batch_size, values.sampling, order)
        schedule = one_cycle(values.n_epochs, sampler.n_batches, values.lr_max)
        trainer = EpochTrainer(self._training(*columns, values.wd), schedule, sampler)
        run_epochs(self, trainer, held_out)

    def _start(self, trainset: Trainset, rng: np.random.RandomState) -> None:
        """Make this an untrained model of a training set; it predicts from now on."""
        self._begin(trainset)
        vars(self).pop("history_", None)
        bounds = widened(trainset.rating_scale) if self._is_auto() else self.y_range
        self.y_range_ = check_y_range(bounds)
        vars(self).update(self._draw(rng, check_dtype(self.dtype)))

    def _check_fitted(self) -> None:
        super()._check_fitted()
        check_y_range(self.y_range_)

    def _columns(self, by_user: Csr) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return users, items and values; repeated where they are fewer than a batch needs."""
        n = max(len(by_user.values), self._least_batch)
        users, items, values = by_user.row_of_each(), by_user.indices, by_user.values
        return np.resize(users, n), np.resize(items, n), np.resize(values, n)

    def _is_auto(self) -> bool:
        return isinstance(self.y_range, str) and self.y_range == "auto"

    def _draw(self, rng: np.random.RandomState, dtype: str) -> Arrays:
        """Return the parameters that training starts from."""
        raise NotImplementedError

    def _training(
        self,
        users: NDArray[np.int32],
        items: NDArray[np.int32],
        values: NDArray[np.float64],
        wd: float,
        state: AdamState | None = None,
    ) -> BatchTraining:
        """Begin to train the model's parameters as they are; the model keeps its own.

        `state` is what Adam remembers, by default nothing.
        """
        wd = check_number("wd", wd, minimum=0)
        ratings = InnerRatings(users, items, values.astype(self.pu.dtype))
        return self._open(ratings, wd, state, resolve_n_threads(self.n_threads))

    def _named(self, names: Iterable[str]) -> Arrays:
        """Return arrays as the core takes them; users may have assigned to them."""
        return {name: np.ascontiguousarray(getattr(self, name), self.pu.dtype) for name in names}

    def _parameters(self) -> Arrays:
        """Return what Adam trains, in the order of the core."""
        raise NotImplementedError

    def _buffers(self) -> Arrays:
        """Return what training measures beside, such as statistics of batches, in that order."""
        return {}

    def _open(
        self, ratings: InnerRatings, wd: float, state: AdamState | None, n_threads: int
    ) -> BatchTraining:
        raise NotImplementedError

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        raise NotImplementedError

    @reading
    def estimate(self, u: Any, i: Any) -> float:
        """Return the estimate for inner ids; a user or item that is unknown contributes nothing."""
        user = int(u) if self.trainset.knows_user(u) else -1
        item = int(i) if self.trainset.knows_item(i) else -1
        pair = np.array([user], np.int32), np.array([item], np.int32)
        return float(self._estimate_many(*pair)[0])

    def _why_impossible(self, user: int, item: int) -> str:  # noqa: ARG002
        return NOT_A_NUMBER

    def _vectors(self, side: str) -> NDArray[Any]:
        return np.ascontiguousarray(self.qi if side == "item" else self.pu)

    def _folded(self: Self, trainset: Trainset, side: str) -> Self:
        return with_newcomers(self, trainset, side, lambda: self._solve_new(trainset, side))

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[Any, Any]:
        """Return embeddings and biases of the users, or items, of a training set of new ones."""
        raise NotImplementedError

    def _fold_in_reg(self) -> float:
        """Return the regularisation of newcomers; like weight decay it does not count ratings."""
        low, high = self.y_range_ or self.trainset.rating_scale
        return _FOLD_IN_REG * ((high - low) or 1.0) ** 2  # in the unit of squared errors


def draw_embedding(rng: np.random.RandomState, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """Draw from a normal distribution of standard deviation 0.01, wrapped at twice that.

    It is the initialisation of fastai.
    """
    return (np.fmod(rng.standard_normal(shape), _CUT) * _STD_DEV).astype(dtype)
