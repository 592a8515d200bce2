"""Trainers of factors in batches with Adam."""

from collections.abc import Callable

from numpy.typing import NDArray

from astonish._core._types import Float, Float32, Float64, Int32

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
        weights: tuple[Float32, Float32, Float32, Float32],
        averages: tuple[Float32, Float32, Float32, Float32],
        squares: tuple[Float32, Float32, Float32, Float32],
    ) -> None: ...

class EmbeddingDotFloat64:
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
        weights: tuple[Float64, Float64, Float64, Float64],
        averages: tuple[Float64, Float64, Float64, Float64],
        squares: tuple[Float64, Float64, Float64, Float64],
    ) -> None: ...

def embedding_dot(
    weights: tuple[NDArray[Float], NDArray[Float], NDArray[Float], NDArray[Float]],
    averages: tuple[NDArray[Float], NDArray[Float], NDArray[Float], NDArray[Float]],
    squares: tuple[NDArray[Float], NDArray[Float], NDArray[Float], NDArray[Float]],
    options: EmbeddingDotOptions,
) -> EmbeddingDotFloat32 | EmbeddingDotFloat64: ...
