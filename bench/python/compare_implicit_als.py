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
from astonish.data.ratings import Ratings
from astonish.models.implicit.implicit_als import solve_side

ALPHA, REG = 10.0, 0.01
ITERATIONS, ROUNDS = 10, 2
THREADS = 2
SEED = 0
PEER, EXACT_PEER = "implicit, cg, 3 steps", "implicit, cholesky"
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
    for user, item, _ in ratings.take(np.flatnonzero(is_test)).to_triples():
        held_out.setdefault(user, set()).add(item)
    return trainset, held_out


def initial(trainset, n_factors):
    rng = np.random.RandomState(SEED)
    scale = 0.1 / n_factors**0.5
    return [
        rng.normal(0, scale, (n, n_factors)).astype(np.float32)
        for n in (trainset.n_users, trainset.n_items)
    ]


def our_half_step(n_factors, parameters):
    """Return (rows, fixed, solved) -> None."""
    options = ImplicitALS(n_factors, alpha=ALPHA, reg=REG, nu=0, **parameters)._options()

    def half_step(rows, fixed, solved):
        solve_side(rows, fixed, solved, options, THREADS)

    return half_step, lambda rows: rows


def their_half_step(use_cg):
    """Return (rows, fixed, solved) -> None, and what makes its kind of rows."""

    def half_step(rows, fixed, solved):
        if use_cg:
            _als.least_squares_cg(rows, solved, fixed, REG, num_threads=THREADS, cg_steps=3)
        else:
            _als.least_squares(rows, solved, fixed, REG, num_threads=THREADS)

    def confidences(rows):  # the whole confidence of each interaction
        values = np.full(len(rows.values), 1 + ALPHA, np.float32)
        shape = rows.n_rows, rows.n_cols
        arrays = values, rows.indices.copy(), rows.offsets.astype(np.int32)
        return csr_matrix(arrays, shape=shape)

    return half_step, confidences


def run(trainset, n_factors, half_step, as_rows):
    """Return the seconds of each iteration, the objective after it, and the last factors."""
    by_user, by_item = as_rows(trainset.by_user), as_rows(trainset.by_item)
    pu, qi = initial(trainset, n_factors)
    objective = ImplicitALS(n_factors, alpha=ALPHA, reg=REG, nu=0)._options()

    def iterate():
        half_step(by_user, qi, pu)
        half_step(by_item, pu, qi)

    times, losses = [], []
    for _ in range(ITERATIONS):
        times.append(seconds(iterate)[0])
        ratings = trainset.by_user.view
        losses.append(_core.als.implicit_loss(ratings, pu, qi, objective, THREADS))
    return times, losses, pu, qi


def recall(trainset, held_out, pu, qi, n=20):
    """Return the mean share of a user's held-out items among the user's best `n` others."""
    model = ImplicitALS()
    model.trainset, model.pu, model.qi = trainset, pu, qi
    known = set(trainset.user_ids)
    users = [user for user in held_out if user in known]
    lists, _ = model.recommend(users, n=n)
    shares = [
        len(held_out[user].intersection(items)) / min(n, len(held_out[user]))
        for user, items in zip(users, lists, strict=True)
    ]
    return float(np.mean(shares))


def measure(trainset, held_out, n_factors):
    """Return the rows of the table; all sides run in turn, `ROUNDS` times."""
    jobs = {PEER: their_half_step(use_cg=True)}
    jobs |= {name: our_half_step(n_factors, each) for name, each in SOLVERS.items()}
    if n_factors <= 128:  # beyond, it takes minutes
        jobs[EXACT_PEER] = their_half_step(use_cg=False)
    times, losses, factors = {name: [] for name in jobs}, {}, {}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            each, losses[name], *factors[name] = run(trainset, n_factors, *job)
            times[name].append(np.median(each))
    if EXACT_PEER in jobs:  # the same objective, exactly solved: the same numbers
        np.testing.assert_allclose(losses["cholesky"], losses[EXACT_PEER], rtol=1e-3)
    goal = losses[PEER][-1]
    rows = []
    for name in jobs:
        ratios = [
            np.median(np.divide(times[peer], times[name])) if peer in jobs else np.nan
            for peer in (PEER, EXACT_PEER)
        ]
        enough = int(np.argmax(np.array(losses[name]) <= goal)) + 1
        reaches = losses[name][enough - 1] <= goal
        rows.append(
            (
                n_factors,
                name,
                f"{1e3 * np.median(times[name]):.1f} ms",
                *(f"{ratio:.2f} x" if ratio == ratio else "" for ratio in ratios),
                f"{losses[name][-1]:.0f}",
                enough if reaches else f"> {ITERATIONS}",
                f"{ratios[0] * ITERATIONS / enough:.2f} x" if reaches else "",
                f"{recall(trainset, held_out, *factors[name]):.4f}",
            )
        )
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
            "iterations to its cg's",
            "faster there",
            "recall@20",
        ),
        rows,
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [64, 128, 256])
