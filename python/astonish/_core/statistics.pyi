"""Baselines, Slope One and co-clustering."""

from collections.abc import Callable

from astonish._core._types import Float64, Int32, Int64
from astonish._core.ratings import Ratings

def fit_baselines(
    by_user: Ratings,
    by_item: Ratings,
    global_mean: float,
    n_epochs: int,
    reg_u: float,
    reg_i: float,
    n_threads: int,
    on_epoch: Callable[[int], object] | None = ...,
) -> tuple[Float64, Float64]: ...
def slope_one_rows(
    by_user: Ratings,
    by_item: Ratings,
    items: Int32,
    n_threads: int,
) -> tuple[Int64, Float64]: ...
def estimate_slope_one(
    by_user: Ratings,
    by_item: Ratings,
    user_mean: Float64,
    items: Int32,
    pair_offsets: Int64,
    users: Int32,
    n_threads: int,
) -> Float64: ...
def average_clusters(
    by_user: Ratings,
    cltr_u: Int64,
    cltr_i: Int64,
    global_mean: float,
    n_cltr_u: int,
    n_cltr_i: int,
) -> tuple[Float64, Float64, Float64]: ...
def assign_users(
    by_user: Ratings,
    user_mean: Float64,
    item_mean: Float64,
    avg_cltr_u: Float64,
    avg_cltr_i: Float64,
    avg_cocltr: Float64,
    cltr_i: Int64,
    n_threads: int,
) -> tuple[Int64, float]: ...
def assign_items(
    by_item: Ratings,
    user_mean: Float64,
    item_mean: Float64,
    avg_cltr_u: Float64,
    avg_cltr_i: Float64,
    avg_cocltr: Float64,
    cltr_u: Int64,
    n_threads: int,
) -> tuple[Int64, float]: ...
