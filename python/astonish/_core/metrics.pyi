"""Counts that metrics are made of."""

from astonish._core._types import Float64, Int64

def count_pairs(offsets: Int64, ratings: Float64, estimates: Float64) -> tuple[Int64, Int64]: ...
