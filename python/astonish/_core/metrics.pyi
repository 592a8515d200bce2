"""Counts that metrics are made of."""

from astonish._core._types import Float64, Int64

def count_pairs_by_user(
    offsets: Int64, ratings: Float64, estimates: Float64, n_threads: int
) -> tuple[Int64, Int64]: ...
