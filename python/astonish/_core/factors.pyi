"""Estimates of models that consist of factors and biases."""

from numpy.typing import NDArray

from astonish._core._types import Float, Float64, Int32

def estimate_pairs(
    pu: NDArray[Float],
    qi: NDArray[Float],
    bu: NDArray[Float],
    bi: NDArray[Float],
    global_mean: float,
    biased: bool,
    users: Int32,
    items: Int32,
    n_threads: int,
) -> Float64: ...
def estimate_pair(
    pu: NDArray[Float],
    qi: NDArray[Float],
    bu: NDArray[Float],
    bi: NDArray[Float],
    global_mean: float,
    biased: bool,
    user: int,
    item: int,
) -> float: ...
