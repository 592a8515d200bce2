"""Embeddings of newcomers to a trained network: Gauss and Newton's method; drives als.hpp."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._cancellation import blocks
from astonish.data.csr import Csr
from astonish.models.y_range import YRange, linearised

Numbers = NDArray[np.float64]

_EPS = 1e-5  # of batch normalisation
_REG = 0.1  # by number of ratings
_STEPS = 8
_RATINGS_A_BLOCK = 1 << 16  # a row of derivatives each


class Layer(NamedTuple):
    """A layer of a trained network: ``scale * max(0, weight x + bias) + shift``."""

    weight: Numbers
    bias: Numbers
    scale: Numbers
    shift: Numbers

    @classmethod
    def with_bias(cls, weight: NDArray[Any], bias: NDArray[Any]) -> "Layer":
        """Return a layer without normalisation."""
        ones = np.ones(len(weight))
        return cls(weight.astype(np.float64), bias.astype(np.float64), ones, np.zeros_like(ones))

    @classmethod
    def normalised(
        cls,
        weight: NDArray[Any],
        norm_weight: NDArray[Any],
        norm_bias: NDArray[Any],
        mean: NDArray[Any],
        variance: NDArray[Any],
    ) -> "Layer":
        """Return a layer with batch normalisation, as it is after training."""
        scale = norm_weight.astype(np.float64) / np.sqrt(variance.astype(np.float64) + _EPS)
        shift = norm_bias - scale * mean
        return cls(weight.astype(np.float64), np.zeros(len(weight)), scale, shift)


def solve_embeddings(
    layers: list[Layer],
    rows: Csr,
    fixed: NDArray[Any],
    side: str,
    y_range: YRange,
    n_threads: int,
) -> NDArray[Any]:
    """Return the embeddings that fit the ratings of `rows` best, with some regularisation.

    Each step solves a ridge regression on the tangents of the network at where the last one ended.

    Parameters
    ----------
    layers : list of Layer
        The last one has one output and no ReLU.
    rows : Csr
        Ratings of newcomers, of columns that are rows of `fixed`.
    fixed : array of shape (rows.n_cols, n)
        Embeddings of the other side.
    side : {"user", "item"}
        Which side the newcomers are; the network's input begins with the user.
    """
    n_inputs = layers[0].weight.shape[1] - fixed.shape[1]
    solved = np.zeros((rows.n_rows, n_inputs), fixed.dtype)
    for block in blocks(rows.n_rows, _rows_a_block(rows)):
        part = rows.only_rows(np.arange(block.start, block.stop, dtype=np.int32))
        for _ in range(_STEPS):
            _improve(solved[block], layers, part, fixed, side, y_range, n_threads)
    return solved


def _rows_a_block(rows: Csr) -> int:
    return max(_RATINGS_A_BLOCK * rows.n_rows // max(len(rows.indices), 1), 1)


def _improve(
    embeddings: NDArray[Any],
    layers: list[Layer],
    rows: Csr,
    fixed: NDArray[Any],
    side: str,
    y_range: YRange,
    n_threads: int,
) -> None:
    """Take one step in place."""
    mine, others = embeddings[rows.row_of_each()], fixed[rows.indices]
    pairs = (mine, others) if side == "user" else (others, mine)
    sums, slopes_of_all = _forward_and_back(layers, np.concatenate(pairs, axis=1))
    n = embeddings.shape[1]
    slopes = slopes_of_all[:, :n] if side == "user" else slopes_of_all[:, -n:]
    estimates, steepness = sums, np.ones(len(sums))
    if y_range is not None:
        estimates, steepness = linearised(sums, y_range)
    targets = (rows.values - estimates) / steepness + np.einsum("kf,kf->k", slopes, mine)
    each = np.arange(len(targets), dtype=np.int32)
    tangents = Csr(rows.offsets, each, targets, len(each))
    _core.solve_side(
        tangents.ratings,
        steepness**2,
        np.ascontiguousarray(slopes, embeddings.dtype),
        np.zeros(len(each), embeddings.dtype),
        embeddings,
        np.zeros(len(embeddings), embeddings.dtype),
        _ridge(),
        n_threads,
    )


def _forward_and_back(layers: list[Layer], inputs: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """Return the network's sums, and their derivatives by the inputs."""
    x, actives = inputs.astype(np.float64), []
    for layer in layers[:-1]:
        x = x @ layer.weight.T + layer.bias
        actives.append(x > 0)
        x = np.maximum(x, 0) * layer.scale + layer.shift
    last = layers[-1]
    slopes = np.repeat(last.weight, len(x), axis=0)
    for layer, active in zip(layers[-2::-1], actives[::-1], strict=True):
        slopes = (slopes * layer.scale * active) @ layer.weight
    return x @ last.weight[0] + last.bias[0], slopes


def _ridge() -> _core.AlsOptions:
    options = _core.AlsOptions()
    options.reg, options.reg_by_count, options.biased = _REG, True, False
    return options
