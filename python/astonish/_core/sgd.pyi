"""Stochastic gradient descent and multiplicative updates of factor models."""

import enum
from collections.abc import Callable

from numpy.typing import NDArray

from astonish._core._types import Float, Float32, Float64, Int32
from astonish._core.ratings import Ratings

class SgdSolver(enum.Enum):
    sequential = ...
    bitwise = ...

class SgdOptions:
    solver: SgdSolver
    n_epochs: int
    lr_bu: float
    lr_bi: float
    lr_pu: float
    lr_qi: float
    reg_bu: float
    reg_bi: float
    reg_pu: float
    reg_qi: float
    first_epoch: int

def fit_sgd(
    by_user: Ratings,
    pu: Float64,
    qi: Float64,
    bu: Float64,
    bi: Float64,
    global_mean: float,
    biased: bool,
    options: SgdOptions,
    on_epoch: Callable[[int], object] | None = ...,
    weights: Float64 | None = ...,
) -> float: ...

class SgdTrainer:
    def __init__(
        self,
        by_user: Ratings,
        pu: Float64,
        qi: Float64,
        bu: Float64,
        bi: Float64,
        global_mean: float,
        biased: bool,
        options: SgdOptions,
        weights: Float64 | None = ...,
    ) -> None: ...
    def run_epoch(self) -> float: ...
    def copy_to(self, pu: Float64, qi: Float64, bu: Float64, bi: Float64) -> None: ...

class ParallelSgdFloat32:
    def run_epoch(self, n_threads: int) -> float: ...
    def copy_to(
        self, pu: Float32, qi: Float32, bu: Float32, bi: Float32, n_threads: int
    ) -> None: ...

class ParallelSgdFloat64:
    def run_epoch(self, n_threads: int) -> float: ...
    def copy_to(
        self, pu: Float64, qi: Float64, bu: Float64, bi: Float64, n_threads: int
    ) -> None: ...

def parallel_sgd(
    by_user: Ratings,
    pu: NDArray[Float],
    qi: NDArray[Float],
    bu: NDArray[Float],
    bi: NDArray[Float],
    global_mean: float,
    biased: bool,
    options: SgdOptions,
    seed: int,
    weights: Float64 | None,
    n_threads: int,
) -> ParallelSgdFloat32 | ParallelSgdFloat64: ...

class SvdppOptions(SgdOptions):
    lr_yj: float
    reg_yj: float

def fit_svdpp(
    by_user: Ratings,
    pu: Float64,
    qi: Float64,
    bu: Float64,
    bi: Float64,
    global_mean: float,
    biased: bool,
    yj: Float64,
    options: SvdppOptions,
    on_epoch: Callable[[int], object] | None = ...,
) -> float: ...
def svdpp_user_factors(
    by_user: Ratings,
    users: Int32,
    pu: Float64,
    yj: Float64,
    n_threads: int,
) -> Float64: ...

class NmfOptions:
    n_epochs: int
    reg_pu: float
    reg_qi: float
    lr_bu: float
    lr_bi: float
    reg_bu: float
    reg_bi: float

class NmfTrainer:
    def __init__(
        self,
        by_user: Ratings,
        pu: Float64,
        qi: Float64,
        bu: Float64,
        bi: Float64,
        global_mean: float,
        biased: bool,
        options: NmfOptions,
    ) -> None: ...
    def run_epoch(self, n_threads: int) -> float: ...
    def copy_to(self, pu: Float64, qi: Float64, bu: Float64, bi: Float64) -> None: ...
