"""What the C++ core offers. Arrays must be C-contiguous and of the dtype named: nothing is cast.

int32 codes, float64 values; offsets are int32 or int64 as the aliases say.
"""

import enum
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

_Int32: TypeAlias = NDArray[np.int32]
_Int64: TypeAlias = NDArray[np.int64]
_Float32: TypeAlias = NDArray[np.float32]
_Float64: TypeAlias = NDArray[np.float64]
_Offsets: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
_Float = TypeVar("_Float", np.float32, np.float64)

__version__: str
cpu_level: str

def available_threads() -> int: ...
def renumber(codes: _Int32, n_codes: int) -> tuple[_Int32, _Int32]: ...
def encode_ids(ids: list[Any]) -> tuple[_Int32, dict[Any, int]]: ...
def lookup_ids(codes: dict[Any, int], ids: list[Any]) -> _Int32: ...
def permute(draws: NDArray[np.uint32]) -> _Int64: ...
def build_csr(
    rows: _Int32, cols: _Int32, values: _Float64, n_rows: int, n_cols: int
) -> tuple[_Int64, _Int32, _Float64]: ...

class Ratings:
    def __init__(self, offsets: _Int64, indices: _Int32, values: _Float64, n_cols: int) -> None: ...

def take_rows(ratings: Ratings, rows: _Int32) -> tuple[_Int64, _Int32]: ...
def fit_baselines(
    by_user: Ratings,
    by_item: Ratings,
    global_mean: float,
    n_epochs: int,
    reg_u: float,
    reg_i: float,
    n_threads: int,
    on_epoch: Callable[[int], object] | None = ...,
) -> tuple[_Float64, _Float64]: ...
def slope_one_rows(
    by_user: Ratings,
    by_item: Ratings,
    items: _Int32,
    n_threads: int,
) -> tuple[_Int64, _Float64]: ...
def estimate_slope_one(
    by_user: Ratings,
    by_item: Ratings,
    user_mean: _Float64,
    items: _Int32,
    pair_offsets: _Int64,
    users: _Int32,
    n_threads: int,
) -> _Float64: ...
def average_clusters(
    by_user: Ratings,
    cltr_u: _Int64,
    cltr_i: _Int64,
    global_mean: float,
    n_cltr_u: int,
    n_cltr_i: int,
) -> tuple[_Float64, _Float64, _Float64]: ...
def assign_users(
    by_user: Ratings,
    user_mean: _Float64,
    item_mean: _Float64,
    avg_cltr_u: _Float64,
    avg_cltr_i: _Float64,
    avg_cocltr: _Float64,
    cltr_i: _Int64,
    n_threads: int,
) -> _Int64: ...
def assign_items(
    by_item: Ratings,
    user_mean: _Float64,
    item_mean: _Float64,
    avg_cltr_u: _Float64,
    avg_cltr_i: _Float64,
    avg_cocltr: _Float64,
    cltr_u: _Int64,
    n_threads: int,
) -> _Int64: ...

class AlsOptions:
    reg: float
    reg_bias: float
    reg_by_count: bool
    global_mean: float
    biased: bool

def solve_side(
    ratings: Ratings,
    weights: _Float64 | None,
    fixed_factors: NDArray[_Float],
    fixed_biases: NDArray[_Float],
    factors: NDArray[_Float],
    biases: NDArray[_Float],
    options: AlsOptions,
    n_threads: int,
) -> None: ...
def als_loss(
    by_user: Ratings,
    weights: _Float64 | None,
    pu: NDArray[_Float],
    bu: NDArray[_Float],
    qi: NDArray[_Float],
    bi: NDArray[_Float],
    options: AlsOptions,
    n_threads: int,
) -> tuple[float, float]: ...
def explain_row(
    columns: _Int32,
    ratings: _Float64,
    fixed_factors: NDArray[_Float],
    fixed_biases: NDArray[_Float],
    options: AlsOptions,
    target: int,
) -> _Float64: ...

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
    pu: _Float64,
    qi: _Float64,
    bu: _Float64,
    bi: _Float64,
    global_mean: float,
    biased: bool,
    options: SgdOptions,
    on_epoch: Callable[[int], object] | None = ...,
    weights: _Float64 | None = ...,
) -> float: ...

class ParallelSgdFloat32:
    def run_epoch(self, n_threads: int) -> float: ...
    def copy_to(
        self, pu: _Float32, qi: _Float32, bu: _Float32, bi: _Float32, n_threads: int
    ) -> None: ...

class ParallelSgdFloat64:
    def run_epoch(self, n_threads: int) -> float: ...
    def copy_to(
        self, pu: _Float64, qi: _Float64, bu: _Float64, bi: _Float64, n_threads: int
    ) -> None: ...

def parallel_sgd(
    by_user: Ratings,
    pu: NDArray[_Float],
    qi: NDArray[_Float],
    bu: NDArray[_Float],
    bi: NDArray[_Float],
    global_mean: float,
    biased: bool,
    options: SgdOptions,
    seed: int,
    weights: _Float64 | None,
    n_threads: int,
) -> ParallelSgdFloat32 | ParallelSgdFloat64: ...

class EmbeddingDotOptions:
    sqr_mom: float
    eps: float
    wd: float
    first_step: int
    y_range: tuple[float, float] | None
    biased: bool
    trains_users: bool
    trains_items: bool

class EmbeddingDotFloat32:
    def run(
        self,
        users: _Int32,
        items: _Int32,
        ratings: _Float32,
        samples: _Int32,
        batch_size: int,
        lrs: _Float64,
        moms: _Float64,
        losses: _Float64,
        n_threads: int,
    ) -> None: ...
    def copy_to(
        self,
        weights: tuple[_Float32, _Float32, _Float32, _Float32],
        averages: tuple[_Float32, _Float32, _Float32, _Float32],
        squares: tuple[_Float32, _Float32, _Float32, _Float32],
    ) -> None: ...

class EmbeddingDotFloat64:
    def run(
        self,
        users: _Int32,
        items: _Int32,
        ratings: _Float64,
        samples: _Int32,
        batch_size: int,
        lrs: _Float64,
        moms: _Float64,
        losses: _Float64,
        n_threads: int,
    ) -> None: ...
    def copy_to(
        self,
        weights: tuple[_Float64, _Float64, _Float64, _Float64],
        averages: tuple[_Float64, _Float64, _Float64, _Float64],
        squares: tuple[_Float64, _Float64, _Float64, _Float64],
    ) -> None: ...

def embedding_dot(
    weights: tuple[NDArray[_Float], NDArray[_Float], NDArray[_Float], NDArray[_Float]],
    averages: tuple[NDArray[_Float], NDArray[_Float], NDArray[_Float], NDArray[_Float]],
    squares: tuple[NDArray[_Float], NDArray[_Float], NDArray[_Float], NDArray[_Float]],
    options: EmbeddingDotOptions,
) -> EmbeddingDotFloat32 | EmbeddingDotFloat64: ...

class EmbeddingNetworkOptions:
    sqr_mom: float
    eps: float
    wd: float
    first_step: int
    y_range: tuple[float, float] | None
    use_bn: bool
    embed_p: float
    ps: list[float]
    seed: int

class EmbeddingNetworkFloat32:
    def run(
        self,
        users: _Int32,
        items: _Int32,
        ratings: _Float32,
        samples: _Int32,
        batch_size: int,
        lrs: _Float64,
        moms: _Float64,
        losses: _Float64,
        n_threads: int,
    ) -> None: ...
    def copy_to(
        self,
        weights: Sequence[_Float32],
        averages: Sequence[_Float32],
        squares: Sequence[_Float32],
        buffers: Sequence[_Float32] = ...,
    ) -> None: ...

class EmbeddingNetworkFloat64:
    def run(
        self,
        users: _Int32,
        items: _Int32,
        ratings: _Float64,
        samples: _Int32,
        batch_size: int,
        lrs: _Float64,
        moms: _Float64,
        losses: _Float64,
        n_threads: int,
    ) -> None: ...
    def copy_to(
        self,
        weights: Sequence[_Float64],
        averages: Sequence[_Float64],
        squares: Sequence[_Float64],
        buffers: Sequence[_Float64] = ...,
    ) -> None: ...

def embedding_network(
    weights: Sequence[NDArray[_Float]],
    averages: Sequence[NDArray[_Float]],
    squares: Sequence[NDArray[_Float]],
    buffers: Sequence[NDArray[_Float]],
    options: EmbeddingNetworkOptions,
) -> EmbeddingNetworkFloat32 | EmbeddingNetworkFloat64: ...
def network_estimates(
    weights: Sequence[NDArray[_Float]],
    buffers: Sequence[NDArray[_Float]],
    y_range: tuple[float, float] | None,
    users: _Int32,
    items: _Int32,
    n_threads: int,
) -> _Float64: ...

class NetworkScoresFloat32:
    def score(self, users: _Float32, out: _Float32, n_threads: int) -> None: ...

class NetworkScoresFloat64:
    def score(self, users: _Float64, out: _Float64, n_threads: int) -> None: ...

def network_scores(
    weights: Sequence[NDArray[_Float]],
    buffers: Sequence[NDArray[_Float]],
    y_range: tuple[float, float] | None,
    n_threads: int,
) -> NetworkScoresFloat32 | NetworkScoresFloat64: ...

class SvdppOptions(SgdOptions):
    lr_yj: float
    reg_yj: float

def fit_svdpp(
    by_user: Ratings,
    pu: _Float64,
    qi: _Float64,
    bu: _Float64,
    bi: _Float64,
    global_mean: float,
    biased: bool,
    yj: _Float64,
    options: SvdppOptions,
    on_epoch: Callable[[int], object] | None = ...,
) -> float: ...
def svdpp_user_factors(
    by_user: Ratings,
    users: _Int32,
    pu: _Float64,
    yj: _Float64,
    n_threads: int,
) -> _Float64: ...

class NmfOptions:
    n_epochs: int
    reg_pu: float
    reg_qi: float
    lr_bu: float
    lr_bi: float
    reg_bu: float
    reg_bi: float

def fit_nmf(
    by_user: Ratings,
    pu: _Float64,
    qi: _Float64,
    bu: _Float64,
    bi: _Float64,
    global_mean: float,
    biased: bool,
    options: NmfOptions,
    n_threads: int,
    on_epoch: Callable[[int], object] | None = ...,
) -> None: ...

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
    def __init__(self, factors: _Float64, options: ImplicitOptions, n_threads: int) -> None: ...
    def solve(
        self, interactions: Ratings, begin: int, solved: _Float64, n_threads: int
    ) -> None: ...

def implicit_loss(
    by_user: Ratings,
    pu: NDArray[_Float],
    qi: NDArray[_Float],
    options: ImplicitOptions,
    n_threads: int,
) -> float: ...
def estimate_pairs(
    pu: NDArray[_Float],
    qi: NDArray[_Float],
    bu: NDArray[_Float],
    bi: NDArray[_Float],
    global_mean: float,
    biased: bool,
    users: _Int32,
    items: _Int32,
    n_threads: int,
) -> _Float64: ...
def estimate_pair(
    pu: NDArray[_Float],
    qi: NDArray[_Float],
    bu: NDArray[_Float],
    bi: NDArray[_Float],
    global_mean: float,
    biased: bool,
    user: int,
    item: int,
) -> float: ...
def topk(
    queries: NDArray[_Float],
    items: NDArray[_Float],
    n: int,
    item_bias: NDArray[_Float] | None,
    exclude_offsets: _Offsets,
    exclude_indices: _Int32,
    n_threads: int,
) -> tuple[_Int32, NDArray[_Float]]: ...
def count_pairs(
    offsets: _Int64, ratings: _Float64, estimates: _Float64
) -> tuple[_Int64, _Int64]: ...

class Similarity(enum.Enum):
    cosine = ...
    msd = ...
    pearson = ...
    pearson_baseline = ...

class RatedSimilarity:
    def __init__(
        self,
        by_row: Ratings,
        by_col: Ratings,
        measure: Similarity,
        min_support: int,
        shrinkage: float,
        global_mean: float,
        row_biases: _Float64 | None,
        col_biases: _Float64 | None,
    ) -> None: ...

def similarity_rows(similarity: RatedSimilarity, rows: _Int32, n_threads: int) -> _Float64: ...
def neighbor_means(
    similarities: RatedSimilarity,
    rows: _Int32,
    cols: _Int32,
    k: int,
    row_centers: _Float64 | None,
    col_centers: _Float64 | None,
    row_scales: _Float64 | None,
    n_threads: int,
) -> tuple[_Float64, _Int32]: ...
def neighbor_means_of_matrix(
    similarities: _Float64,
    by_col: Ratings,
    rows: _Int32,
    cols: _Int32,
    k: int,
    row_centers: _Float64 | None,
    col_centers: _Float64 | None,
    row_scales: _Float64 | None,
    n_threads: int,
) -> tuple[_Float64, _Int32]: ...
