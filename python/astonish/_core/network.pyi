"""Embeddings with layers above them: training, estimates and scores."""

from collections.abc import Callable, Sequence

from numpy.typing import NDArray

from astonish._core._types import Float, Float32, Float64, Int32

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
        users: Int32,
        items: Int32,
        ratings: Float32,
        samples: Int32,
        batch_size: int,
        lrs: Float64,
        moms: Float64,
        losses: Float64,
        n_threads: int,
        check: Callable[[], object] | None = ...,
    ) -> None: ...
    def copy_to(
        self,
        weights: Sequence[Float32],
        averages: Sequence[Float32],
        squares: Sequence[Float32],
        buffers: Sequence[Float32] = ...,
    ) -> None: ...

class EmbeddingNetworkFloat64:
    def run(
        self,
        users: Int32,
        items: Int32,
        ratings: Float64,
        samples: Int32,
        batch_size: int,
        lrs: Float64,
        moms: Float64,
        losses: Float64,
        n_threads: int,
        check: Callable[[], object] | None = ...,
    ) -> None: ...
    def copy_to(
        self,
        weights: Sequence[Float64],
        averages: Sequence[Float64],
        squares: Sequence[Float64],
        buffers: Sequence[Float64] = ...,
    ) -> None: ...

def embedding_network(
    weights: Sequence[NDArray[Float]],
    averages: Sequence[NDArray[Float]],
    squares: Sequence[NDArray[Float]],
    buffers: Sequence[NDArray[Float]],
    options: EmbeddingNetworkOptions,
) -> EmbeddingNetworkFloat32 | EmbeddingNetworkFloat64: ...
def network_estimates(
    weights: Sequence[NDArray[Float]],
    buffers: Sequence[NDArray[Float]],
    y_range: tuple[float, float] | None,
    users: Int32,
    items: Int32,
    n_threads: int,
) -> Float64: ...

class NetworkScoresFloat32:
    def score(self, users: Float32, out: Float32, n_threads: int) -> None: ...

class NetworkScoresFloat64:
    def score(self, users: Float64, out: Float64, n_threads: int) -> None: ...

def network_scores(
    weights: Sequence[NDArray[Float]],
    buffers: Sequence[NDArray[Float]],
    y_range: tuple[float, float] | None,
    n_threads: int,
) -> NetworkScoresFloat32 | NetworkScoresFloat64: ...
