"""One iteration of implicit ALS beside implicit's: time, and the objective after some iterations.

Both sides start from the same factors, solve users and then items, and minimise the same objective,
which one function computes for both. implicit runs as it recommends: one thread in its BLAS, two of
its own.

Run: pip install '.[peers]' && python bench/python/compare_implicit_als.py [factors ...]
"""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is loaded

import implicit
import numpy as np
from common import load, seconds, show
from implicit.cpu import _als
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_info

from astonish import ImplicitALS, Trainset, _core
from astonish.data.csr import Csr
from astonish.data.ratings import Ratings
from astonish.models.implicit_als import solve_side

ALPHA, REG = 10.0, 0.01
ITERATIONS, ROUNDS = 5, 3
THREADS = 2
SEED = 0
SOLVERS = {
    "cg, 3 steps": {"solver": "cg", "cg_steps": 3},
    "cg, 2 steps": {"solver": "cg", "cg_steps": 2},
    "cholesky": {"solver": "cholesky"},
    "ials++, blocks of 64": {"solver": "ials++", "block_size": 64},
}


def interactions_of(data):
    """Return training interactions of weight 1, and a fifth of all held out, as item sets."""
    ratings = data.ratings
    is_test = np.random.RandomState(SEED).uniform(size=len(ratings)) < 0.2
    ones = np.ones(len(ratings))
    ratings = Ratings(ratings.users, ratings.items, ones, ratings.user_ids, ratings.item_ids, None)
    trainset = Trainset.from_ratings(ratings.take(np.flatnonzero(~is_test)), (0, 1))
    held_out = {}
    for user, item, _ in ratings.take(np.flatnonzero(is_test)).to_testset():
        held_out.setdefault(user, set()).add(item)
    return trainset, held_out


def initial(trainset, n_factors):
    rng = np.random.RandomState(SEED)
    scale = 0.1 / n_factors**0.5
    return [
        rng.normal(0, scale, (n, n_factors)).astype(np.float32)
        for n in (trainset.n_users, trainset.n_items)
    ]


def run_ours(trainset, n_factors, parameters):
    """Return the seconds of each iteration, and the factors."""
    options = ImplicitALS(alpha=ALPHA, reg=REG, **parameters)._options()
    pu, qi = initial(trainset, n_factors)

    def iterate():
        solve_side(trainset.by_user, qi, pu, options, THREADS)
        solve_side(trainset.by_item, pu, qi, options, THREADS)

    return [seconds(iterate)[0] for _ in range(ITERATIONS)], pu, qi


def confidences(rows: Csr):
    """Return what implicit takes: the whole confidence of each interaction."""
    values = np.full(len(rows.values), 1 + ALPHA, np.float32)
    shape = rows.n_rows, rows.n_cols
    return csr_matrix((values, rows.indices.copy(), rows.offsets.astype(np.int32)), shape=shape)


def run_implicit(trainset, n_factors, use_cg):
    """Return the seconds of each iteration, and the factors."""
    by_user, by_item = confidences(trainset.by_user), confidences(trainset.by_item)
    solve = _als.least_squares_cg if use_cg else _als.least_squares
    extra = {"cg_steps": 3} if use_cg else {}
    pu, qi = initial(trainset, n_factors)

    def iterate():
        solve(by_user, pu, qi, REG, num_threads=THREADS, **extra)
        solve(by_item, qi, pu, REG, num_threads=THREADS, **extra)

    return [seconds(iterate)[0] for _ in range(ITERATIONS)], pu, qi


def recall(trainset, held_out, pu, qi, n=20):
    """Return the mean share of a user's held-out items among his best `n` others."""
    model = ImplicitALS()
    model.trainset, model.pu, model.qi = trainset, pu, qi
    users = [user for user in held_out if user in set(trainset.user_ids)]
    lists, _ = model.recommend(users, n=n)
    shares = [
        len(held_out[user].intersection(items)) / min(n, len(held_out[user]))
        for user, items in zip(users, lists, strict=True)
    ]
    return float(np.mean(shares))


def measure(trainset, held_out, n_factors):
    """Return the rows of the table; all sides run in turn, `ROUNDS` times."""
    jobs = {
        "implicit, cg, 3 steps": lambda: run_implicit(trainset, n_factors, use_cg=True),
        **{
            name: lambda parameters=parameters: run_ours(trainset, n_factors, parameters)
            for name, parameters in SOLVERS.items()
        },
    }
    if n_factors <= 128:
        jobs["implicit, cholesky"] = lambda: run_implicit(trainset, n_factors, use_cg=False)
    times = {name: [] for name in jobs}
    factors = {}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            each, *factors[name] = job()
            times[name].append(np.median(each))
    objective = ImplicitALS(alpha=ALPHA, reg=REG)._options()
    ratings = trainset.by_user.ratings
    losses = {
        name: _core.implicit_loss(ratings, *sides, objective, THREADS)
        for name, sides in factors.items()
    }
    rows = []
    for name in jobs:
        ratios = [
            f"{np.median(np.divide(times[peer], times[name])):.2f} x" if peer in times else ""
            for peer in ("implicit, cg, 3 steps", "implicit, cholesky")
        ]
        rows.append(
            (
                n_factors,
                name,
                f"{1e3 * np.median(times[name]):.1f} ms",
                *ratios,
                f"{losses[name]:.0f}",
                f"{100 * (losses[name] / losses['implicit, cg, 3 steps'] - 1):+.2f} %",
                f"{recall(trainset, held_out, *factors[name]):.4f}",
            )
        )
    if "implicit, cholesky" in losses:  # the same objective, exactly solved, is the same number
        assert np.isclose(losses["cholesky"], losses["implicit, cholesky"], rtol=1e-3)
    return rows


def main(all_factors):
    label, data = load("ml-1m")
    trainset, held_out = interactions_of(data)
    rows = [row for n_factors in all_factors for row in measure(trainset, held_out, n_factors)]
    kernels = {info.get("architecture") for info in threadpool_info() if info.get("architecture")}
    show(
        f"An iteration on {trainset.n_ratings:,} interactions of {label}, the objective after "
        f"{ITERATIONS}, beside implicit {implicit.__version__} (BLAS kernel "
        f"{', '.join(sorted(kernels))}), {THREADS} threads each",
        (
            "factors",
            "solver",
            "iteration",
            "faster than its cg",
            "than its cholesky",
            "objective",
            "against its cg",
            "recall@20",
        ),
        rows,
    )


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [64, 128, 256])
