"""The items of largest inner product."""

from numpy.typing import NDArray

from astonish._core._types import Float, Int32, Offsets

def topk(
    queries: NDArray[Float],
    items: NDArray[Float],
    n: int,
    item_bias: NDArray[Float] | None,
    exclude_offsets: Offsets,
    exclude_indices: Int32,
    n_threads: int,
) -> tuple[Int32, NDArray[Float]]: ...
