"""Similarities of rows of ratings, and means over the nearest."""

import enum

from astonish._core._types import Float64, Int32
from astonish._core.ratings import Ratings

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
        row_biases: Float64 | None,
        col_biases: Float64 | None,
    ) -> None: ...

def similarity_rows(similarity: RatedSimilarity, rows: Int32, n_threads: int) -> Float64: ...
def neighbor_means(
    similarities: RatedSimilarity,
    rows: Int32,
    cols: Int32,
    k: int,
    row_centers: Float64 | None,
    col_centers: Float64 | None,
    row_scales: Float64 | None,
    n_threads: int,
) -> tuple[Float64, Int32]: ...
def neighbor_means_of_matrix(
    similarities: Float64,
    by_col: Ratings,
    rows: Int32,
    cols: Int32,
    k: int,
    row_centers: Float64 | None,
    col_centers: Float64 | None,
    row_scales: Float64 | None,
    n_threads: int,
) -> tuple[Float64, Int32]: ...
def neighbor_mean_rows(
    similarities: RatedSimilarity,
    rows: Int32,
    cols: Int32,
    k: int,
    row_centers: Float64 | None,
    col_centers: Float64 | None,
    row_scales: Float64 | None,
    n_threads: int,
) -> tuple[Float64, Int32]: ...
def neighbor_mean_rows_of_matrix(
    similarities: Float64,
    by_col: Ratings,
    rows: Int32,
    cols: Int32,
    k: int,
    row_centers: Float64 | None,
    col_centers: Float64 | None,
    row_scales: Float64 | None,
    n_threads: int,
) -> tuple[Float64, Int32]: ...
