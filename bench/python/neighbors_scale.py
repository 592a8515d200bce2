"""Nearest neighbours where a matrix of similarities would take 80 GB: time and peak memory.

Run: python bench/python/neighbors_scale.py
"""

import resource

from common import seconds, show

import astonish
from astonish.model_selection import train_test_split

N_USERS, N_ITEMS, N_RATINGS, N_TEST = 100_000, 5_000, 5_000_000, 100_000

if __name__ == "__main__":
    data = astonish.make_ratings(N_USERS, N_ITEMS, N_RATINGS, seed=0)
    trainset, testset = train_test_split(data, test_size=N_TEST, random_state=0)
    rows = []
    for cls in (astonish.KNNBasic, astonish.KNNBaseline):
        model = cls(verbose=False)
        fit_time, _ = seconds(lambda model=model: model.fit(trainset))
        test_time, predictions = seconds(lambda model=model: model.test(testset))
        rmse = astonish.accuracy.rmse(predictions, verbose=False)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rows.append(
            (cls.__name__, f"{fit_time:.1f} s", f"{test_time:.1f} s", f"{rmse:.4f}", f"{peak:.1f}")
        )
    show(
        f"{N_USERS:,} users, {N_ITEMS:,} items, {N_RATINGS:,} ratings, {N_TEST:,} of them to test",
        ("algorithm", "fit", "test", "RMSE", "peak GiB of the process"),
        rows,
    )
