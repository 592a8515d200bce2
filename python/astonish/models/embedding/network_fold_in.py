"""Embeddings of newcomers to a trained network: Gauss and Newton's method; drives als.hpp."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.models.base.y_range import YRange, linearised, to_estimates
from astonish.support.cancellation import blocks

Numbers = NDArray[np.float64]

_EPS = 1e-5  # of batch normalisation
_STEPS, _HALVINGS = 5, 5
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
    reg: float,
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
    y_range : (float, float) or None
        What the network's sums are squashed to.
    reg : float
        L2 regularisation.
    """
    n_inputs = layers[0].weight.shape[1] - fixed.shape[1]
    solved = np.zeros((rows.n_rows, n_inputs), fixed.dtype)
    for block in blocks(rows.n_rows, _rows_a_block(rows)):
        part = rows.only_rows(np.arange(block.start, block.stop, dtype=np.int32))
        newcomers = _Newcomers(layers, part, fixed[part.indices], side, y_range, reg, n_threads)
        solved[block] = newcomers.solve(solved[block])
    return solved


def _rows_a_block(rows: Csr) -> int:
    return max(_RATINGS_A_BLOCK * rows.n_rows // max(len(rows.indices), 1), 1)


class _Newcomers:
    """Some newcomers, their ratings, and the embedding of the other side of each rating."""

    def __init__(
        self,
        layers: list[Layer],
        rows: Csr,
        others: NDArray[Any],
        side: str,
        y_range: YRange,
        reg: float,
        n_threads: int,
    ) -> None:
        self._layers, self._rows, self._others = layers, rows, others
        self._is_user, self._y_range, self._n_threads = side == "user", y_range, n_threads
        self._row_of_each = rows.row_of_each()
        self._options = _core.als.AlsOptions()
        self._options.reg, self._options.reg_by_count, self._options.biased = reg, False, False

    def solve(self, embeddings: NDArray[Any]) -> NDArray[Any]:
        """Return better embeddings; a step that makes one worse is halved, or not taken."""
        least = self._objective(embeddings)
        for _ in range(_STEPS):
            found = self._step(embeddings)
            for _ in range(_HALVINGS):
                objective = self._objective(found)
                is_worse = ~(objective <= least)
                if not is_worse.any():
                    break
                found[is_worse] = (found[is_worse] + embeddings[is_worse]) / 2
            is_better = self._objective(found) < least
            embeddings = np.where(is_better[:, np.newaxis], found, embeddings)
            least = self._objective(embeddings)
        return embeddings

    def _objective(self, embeddings: NDArray[Any]) -> Numbers:
        """Return the regularised squared error of each newcomer."""
        sums, _ = _forward(self._layers, self._inputs(embeddings))
        errors = self._rows.values - to_estimates(sums, self._y_range)
        squares = np.bincount(self._row_of_each, errors**2, len(embeddings))
        lengths = np.einsum("kf,kf->k", embeddings, embeddings)
        penalties: Numbers = self._options.reg * lengths
        return squares + penalties

    def _inputs(self, embeddings: NDArray[Any]) -> Numbers:
        own = embeddings[self._row_of_each]
        pairs = (own, self._others) if self._is_user else (self._others, own)
        return np.concatenate(pairs, axis=1).astype(np.float64)

    def _step(self, embeddings: NDArray[Any]) -> NDArray[Any]:
        """Return the solution of the regression on tangents."""
        sums, active = _forward(self._layers, self._inputs(embeddings))
        n = embeddings.shape[1]
        slopes = _slopes(self._layers, active)
        slopes = slopes[:, :n] if self._is_user else slopes[:, -n:]
        estimates, steepness = sums, np.ones(len(sums))
        if self._y_range is not None:
            estimates, steepness = linearised(sums, self._y_range)
        here = np.einsum("kf,kf->k", slopes, embeddings[self._row_of_each])
        targets = (self._rows.values - estimates) / steepness + here
        ratings = np.arange(len(targets), dtype=np.int32)
        found = np.zeros_like(embeddings)
        _core.als.solve_side(
            Csr(self._rows.offsets, ratings, targets, len(ratings)).view,
            steepness**2,
            np.ascontiguousarray(slopes, embeddings.dtype),
            np.zeros(len(ratings), embeddings.dtype),
            found,
            np.zeros(len(found), found.dtype),
            self._options,
            self._n_threads,
        )
        return found


def _forward(layers: list[Layer], x: Numbers) -> tuple[Numbers, list[NDArray[np.bool_]]]:
    """Return the network's sums, and where the ReLU of each hidden layer lets through."""
    active = []
    for layer in layers[:-1]:
        x = x @ layer.weight.T + layer.bias
        active.append(x > 0)
        x = np.maximum(x, 0) * layer.scale + layer.shift
    last = layers[-1]
    sums: Numbers = x @ last.weight[0] + last.bias[0]
    return sums, active


def _slopes(layers: list[Layer], active: list[NDArray[np.bool_]]) -> Numbers:
    """Return the derivatives of the sums by the network's inputs."""
    slopes = layers[-1].weight
    for layer, is_active in zip(layers[-2::-1], active[::-1], strict=True):
        slopes = (slopes * layer.scale * is_active) @ layer.weight
    return slopes
