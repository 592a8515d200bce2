"""Alternating least squares, for ratings and for implicit feedback."""

import enum

import numpy as np
from numpy.typing import NDArray

from astonish._core._types import Float, Float64, Int32
from astonish._core.ratings import Ratings

class AlsOptions:
    reg: float
    reg_bias: float
    reg_by_count: bool
    global_mean: float
    biased: bool

def solve_side(
    ratings: Ratings,
    weights: Float64 | None,
    fixed_factors: NDArray[Float],
    fixed_biases: NDArray[Float],
    factors: NDArray[Float],
    biases: NDArray[Float],
    options: AlsOptions,
    n_threads: int,
) -> None: ...
def als_loss(
    by_user: Ratings,
    weights: Float64 | None,
    pu: NDArray[Float],
    bu: NDArray[Float],
    qi: NDArray[Float],
    bi: NDArray[Float],
    options: AlsOptions,
    n_threads: int,
) -> tuple[float, float]: ...
def explain_row(
    columns: Int32,
    ratings: Float64,
    fixed_factors: NDArray[Float],
    fixed_biases: NDArray[Float],
    options: AlsOptions,
    target: int,
) -> Float64: ...

class ImplicitSolver(enum.Enum):
    cholesky = ...
    cg = ...
    ialspp = ...

class ImplicitOptions:
    solver: ImplicitSolver
    alpha: float
    alpha0: float
    reg: float
    nu: float
    cg_steps: int
    block_size: int

class ImplicitSideFloat32:
    def __init__(
        self, factors: NDArray[np.float32], options: ImplicitOptions, n_threads: int
    ) -> None: ...
    def solve(
        self, interactions: Ratings, begin: int, solved: NDArray[np.float32], n_threads: int
    ) -> None: ...

class ImplicitSideFloat64:
    def __init__(self, factors: Float64, options: ImplicitOptions, n_threads: int) -> None: ...
    def solve(self, interactions: Ratings, begin: int, solved: Float64, n_threads: int) -> None: ...

def implicit_loss(
    by_user: Ratings,
    pu: NDArray[Float],
    qi: NDArray[Float],
    options: ImplicitOptions,
    n_threads: int,
) -> float: ...
