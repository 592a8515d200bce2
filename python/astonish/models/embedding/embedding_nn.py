"""A network over two embeddings, by mini-batches of Adam; drives embedding_network.hpp."""

import math
import numbers
from collections.abc import Sequence
from dataclasses import KW_ONLY, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.fitted_arrays import FLOATS, ArrayOf, FittedArrays
from astonish.models.embedding.embedding_model import EmbeddingModel, draw_embedding
from astonish.models.embedding.network_fold_in import Layer, solve_embeddings
from astonish.models.embedding.parameters import (
    BATCH_SIZE,
    LR_MAX,
    N_EPOCHS,
    SAMPLING,
    Y_RANGE,
)
from astonish.models.ranking.factors import Factors
from astonish.models.ranking.scores import DenseScores, Scores
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
)
from astonish.support.cancellation import blocks
from astonish.support.checks import INT32_MAX, check_below_1, check_integer
from astonish.support.memory import check_fits
from astonish.support.parameters import declare, flag, number, param
from astonish.support.public import public
from astonish.support.settings import resolve_n_threads

_KINDS = ("weight", "bias", "norm_weight", "norm_bias", "norm_mean", "norm_variance")
_NORM_BIAS = 1e-3  # of a batch norm before training, as fastai has it
_USERS_A_CALL = 64  # between two calls Python looks for Ctrl-C


@public
@declare
class EmbeddingNN(EmbeddingModel):
    r"""A neural network over the embeddings of user and item, trained by mini-batches of Adam.

    The model of fastai's ``collab_learner`` with ``use_nn=True``. Both embeddings, side by side, go
    through hidden layers, each a matrix product, a ReLU and a batch normalisation, and through a
    last layer of one output and the scaled sigmoid of `DotBias`. An unknown user or item has an
    embedding of zeros.

    Attributes
    ----------
    pu, qi : arrays of shape (n_users, emb_szs[0]) and (n_items, emb_szs[1])
        The embeddings.
    layers_ : tuple of int
        Outputs of the layers, the last one included.
    weight_k : array of shape (layers_[k], inputs), for each layer k
        Its matrix.
    bias_k : array of shape (layers_[k],)
        Its bias, where it is not normalised.
    norm_weight_k, norm_bias_k, norm_mean_k, norm_variance_k : arrays of shape (layers_[k],)
        Its batch normalisation.
    y_range_, history_, stopped_by_
        As in `DotBias`.

    Raises
    ------
    TypeError, ValueError
        By `fit`, as `DotBias`.

    References
    ----------
    Guo, Berkhahn: Entity embeddings of categorical variables. 2016. Ioffe, Szegedy: Batch
    normalization. ICML 2015. Details are those of fastai; see `DotBias`.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.EmbeddingNN(layers=(20,), n_epochs=1, random_state=0).fit(trainset)
    >>> model.pu.shape, model.qi.shape, model.weight_0.shape, model.weight_1.shape
    ((943, 74), (1682, 103), (20, 177), (1, 20))
    """

    layers: Sequence[int] = param(
        default=(50,), kind="sequence of int", doc="Outputs of the hidden layers."
    )
    n_epochs: int = N_EPOCHS
    lr_max: float = LR_MAX
    wd: float = param(
        default=0.1,
        check=number(0),
        doc="Weight decay: each batch multiplies embeddings and weights by ``1 - lr * wd``, and "
        "leaves biases and normalisations alone.",
        search=(0.01, 0.5, "log"),
        aliases=("weight_decay", "reg", "reg_all"),
    )
    emb_szs: Sequence[int] | None = param(
        default=None,
        kind="(int, int)",
        doc="Lengths of the embeddings of users and of items. By default ``1.6 * n**0.56``, "
        "rounded and at most 600, with n one more than there are.",
    )
    embed_p: float = param(
        default=0.0, doc="Share of the embeddings' numbers that is dropped in training."
    )
    ps: float | Sequence[float] | None = param(
        default=None,
        kind="float or sequence of float",
        doc="Share of the outputs of all, or of each, hidden layers that is dropped; by default "
        "none.",
    )
    use_bn: bool = param(
        default=True,
        check=flag,
        doc="Whether to normalise the hidden layers; they have biases where not.",
    )
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

    layers_: tuple[int, ...] = field(init=False)
    biased = False
    _least_batch = 2  # what can be normalised

    def _start(self, trainset: Trainset, rng: np.random.RandomState) -> None:
        for k in range(len(getattr(self, "layers_", ()))):  # of another network, fitted before
            for kind in _KINDS:
                vars(self).pop(f"{kind}_{k}", None)
        self.layers_ = (*_check_layers(self.layers), 1)
        self._dropped()
        super()._start(trainset, rng)

    def _dropped(self) -> tuple[float, list[float]]:
        """Return the shares to drop of the embeddings and of each layer; an error for no shares."""
        return check_below_1("embed_p", self.embed_p), _check_shares(self.ps, len(self.layers_) - 1)

    def _draw(self, rng: np.random.RandomState, dtype: str) -> Arrays:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        sizes = _embedding_sizes(self.emb_szs, n_users, n_items)
        widths = [sum(sizes), *self.layers_]
        n_weights = sum(map(math.prod, pairwise(widths)))
        size = 8 * (n_users * sizes[0] + n_items * sizes[1] + n_weights)  # as they are drawn
        check_fits(size, f"emb_szs={sizes} and layers={widths[1:-1]}", "smaller ones take less")
        arrays = {
            "pu": draw_embedding(rng, (n_users, sizes[0]), dtype),
            "qi": draw_embedding(rng, (n_items, sizes[1]), dtype),
        }
        n_inputs = sum(sizes)
        for k, n_outputs in enumerate(self.layers_):
            bound = 1 / math.sqrt(n_inputs)
            arrays[f"weight_{k}"] = rng.uniform(-bound, bound, (n_outputs, n_inputs)).astype(dtype)
            if self._is_normalised(k):
                arrays |= _identity_norm(k, n_outputs, dtype)
            else:
                arrays[f"bias_{k}"] = rng.uniform(-bound, bound, n_outputs).astype(dtype)
            n_inputs = n_outputs
        self._seed = int(rng.randint(2**31))  # of what is dropped
        return arrays

    def _fitted_arrays(self) -> FittedArrays:
        sizes = [np.shape(getattr(self, name, ()))[1:2] for name in ("pu", "qi")]
        n_inputs = sum(size for (size,) in filter(None, sizes))
        arrays = {
            "pu": ArrayOf((self.trainset.n_users, "size of users"), dtypes=FLOATS),
            "qi": ArrayOf((self.trainset.n_items, "size of items"), dtypes=FLOATS),
        }
        for k, n_outputs in enumerate(self.layers_):
            arrays[f"weight_{k}"] = ArrayOf((n_outputs, n_inputs), dtypes=FLOATS)
            for kind in _KINDS[2:] if self._is_normalised(k) else _KINDS[1:2]:
                arrays[f"{kind}_{k}"] = ArrayOf((n_outputs,), dtypes=FLOATS)
            n_inputs = n_outputs
        return arrays

    def _is_normalised(self, k: int) -> bool:
        return bool(self.use_bn) and k < len(self.layers_) - 1

    def _parameters(self) -> Arrays:
        names = ["pu", "qi"]
        for k in range(len(self.layers_)):
            kinds = ("weight", "norm_weight", "norm_bias")
            names += [f"{kind}_{k}" for kind in (kinds if self._is_normalised(k) else _KINDS[:2])]
        return self._named(names)

    def _buffers(self) -> Arrays:
        names = [
            f"{kind}_{k}"
            for k in range(len(self.layers_))
            if self._is_normalised(k)
            for kind in ("norm_mean", "norm_variance")
        ]
        return self._named(names)

    def _open(
        self, ratings: InnerRatings, wd: float, state: AdamState | None, n_threads: int
    ) -> BatchTraining:
        parameters, buffers = self._parameters(), self._buffers()
        state = state or AdamState.fresh(parameters)
        options = _core.network.EmbeddingNetworkOptions()
        options.wd, options.first_step, options.seed = wd, state.step, self._seed
        options.use_bn, options.y_range = bool(self.use_bn), self.y_range_
        options.embed_p, options.ps = self._dropped()
        weights, averages, squares, measured = (
            list(group.values()) for group in (parameters, state.averages, state.squares, buffers)
        )
        core = _core.network.embedding_network(weights, averages, squares, measured, options)
        return BatchTraining(core, state.step, parameters, buffers, ratings, n_threads)

    def _network(self) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
        """Return the arrays of a trained network as the core takes them."""
        return list(self._parameters().values()), list(self._buffers().values())

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        n_threads = resolve_n_threads(self.n_threads)
        return _core.network.network_estimates(
            *self._network(), self.y_range_, users, items, n_threads
        )

    def _scores(self, users: NDArray[np.int32], rows: Csr | None) -> Scores:
        if rows is not None or not self._runs_in_core():
            return super()._scores(users, rows)
        n_threads = resolve_n_threads(self.n_threads)
        network = _core.network.network_scores(*self._network(), self.y_range_, n_threads)
        values = np.empty((len(users), self.trainset.n_items), self.pu.dtype)
        for block in blocks(len(users), _USERS_A_CALL):
            network.score(np.ascontiguousarray(self.pu[users[block]]), values[block], n_threads)
        return DenseScores(values.astype(np.float64))

    def _search_factors(self) -> Factors:
        raise TypeError("an estimate of a network is no inner product: there is no index for it")

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], None]:
        """Return the embeddings of new ones; a network has no biases."""
        sides = (trainset.by_user, self.qi), (trainset.by_item, self.pu)
        layers = [self._layer(k) for k in range(len(self.layers_))]
        solved = solve_embeddings(
            layers,
            *sides[side == "item"],
            side,
            self.y_range_,
            self._fold_in_reg(),
            resolve_n_threads(self.n_threads),
        )
        return solved, None

    def _layer(self, k: int) -> Layer:
        weight = getattr(self, f"weight_{k}")
        if not self._is_normalised(k):
            return Layer.with_bias(weight, getattr(self, f"bias_{k}"))
        return Layer.normalised(weight, *(getattr(self, f"{kind}_{k}") for kind in _KINDS[2:]))


def _identity_norm(k: int, n: int, dtype: str) -> Arrays:
    """Return a batch normalisation that has seen nothing."""
    return {
        f"norm_weight_{k}": np.ones(n, dtype),
        f"norm_bias_{k}": np.full(n, _NORM_BIAS, dtype),
        f"norm_mean_{k}": np.zeros(n, dtype),
        f"norm_variance_{k}": np.ones(n, dtype),
    }


def _check_layers(layers: Any) -> tuple[int, ...]:
    if not isinstance(layers, Sequence) or isinstance(layers, str):
        raise TypeError(f"layers must be a sequence of sizes, got {layers!r}")
    return tuple(check_integer(f"layers[{k}]", size, 1, INT32_MAX) for k, size in enumerate(layers))


def _embedding_sizes(emb_szs: Any, n_users: int, n_items: int) -> tuple[int, int]:
    if emb_szs is None:
        return embedding_size(n_users + 1), embedding_size(n_items + 1)
    if not isinstance(emb_szs, Sequence) or isinstance(emb_szs, str) or len(emb_szs) != 2:
        raise TypeError(f"emb_szs must be two sizes, of users and of items, got {emb_szs!r}")
    users, items = (
        check_integer(f"emb_szs[{k}]", size, 1, INT32_MAX) for k, size in enumerate(emb_szs)
    )
    return users, items


def embedding_size(n_ids: int) -> int:
    """Return fastai's rule of thumb for the length of an embedding of `n_ids` ids."""
    return int(min(600, round(1.6 * n_ids**0.56)))


def _check_shares(ps: Any, n_layers: int) -> list[float]:
    if ps is None or isinstance(ps, numbers.Real):
        return [check_below_1("ps", 0.0 if ps is None else ps)] * n_layers
    if not isinstance(ps, Sequence) or isinstance(ps, str) or len(ps) != n_layers:
        raise TypeError(f"ps must be a share, or one for each of {n_layers} layers, got {ps!r}")
    return [check_below_1(f"ps[{k}]", share) for k, share in enumerate(ps)]
