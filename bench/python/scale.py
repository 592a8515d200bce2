"""An epoch of training on 100 million ratings beside one on ML-1M: time for a rating, and memory.

Run: python bench/python/scale.py [--users 1000000 --items 100000 --ratings 100000000]
"""

import argparse
import resource
import statistics

import numpy as np
from common import load, seconds, show

import astonish
from astonish import _core
from astonish.models.ranking.factors import Factors
from astonish.models.rating.als import AlsTrainer
from astonish.models.training.sgd_trainers import ParallelTrainer

N_FACTORS, N_EPOCHS = 100, 10


def sgd(trainset):
    """Return a trainer of `SVD` with solver="parallel", with its initial factors."""
    rng = np.random.default_rng(0)
    pu, qi = (
        np.float32(0.1) * rng.standard_normal((n, N_FACTORS), dtype=np.float32)
        for n in (trainset.n_users, trainset.n_items)
    )
    bu, bi = np.zeros(len(pu), np.float32), np.zeros(len(qi), np.float32)
    initial = Factors(pu, qi, bu, bi, float(trainset.global_mean), biased=True)
    n_threads = _core.parallel.available_threads()
    return ParallelTrainer(
        trainset.by_user, initial, _core.sgd.SgdOptions(), None, seed=0, n_threads=n_threads
    )


def als(trainset):
    """Return a trainer of `ALS`, with its initial factors."""
    model = astonish.ALS(N_FACTORS)
    model.trainset = trainset
    initial = model._initial_parameters(np.random.RandomState(0))
    options = model._ridge("user").options(trainset.global_mean, biased=True)
    return AlsTrainer(trainset.sides, None, initial, options, _core.parallel.available_threads())


# By name, functions that make an object with `run_epoch(epoch)` of a training set.
TRAINERS = {"SVD, parallel, float32": sgd, "ALS, float32": als}


def peak_gib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure(label, trainset):
    """Yield (name, label, seconds to begin, seconds of an epoch, figures of the last, ratings)."""
    for name, make in TRAINERS.items():
        begin, trainer = seconds(lambda make=make: make(trainset))
        epochs = [seconds(lambda e=e, t=trainer: t.run_epoch(e)) for e in range(N_EPOCHS)]
        time = statistics.median(duration for duration, _ in epochs)
        yield name, label, begin, time, epochs[-1][1], trainset.n_ratings


def rows(small, large):
    for one, other in zip(small, large, strict=True):
        for name, label, begin, time, figures, n_ratings in (one, other):
            ratio = (one[3] / one[5]) / (time / n_ratings)
            yield (
                name,
                label,
                f"{begin:.2f} s",
                f"{time:.3f} s",
                f"{n_ratings / time / 1e6:.1f}",
                f"{ratio:.2f}",
                f"{figures['rmse']:.4f}",
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--ratings", type=int, default=100_000_000)
    sizes = parser.parse_args()

    label, data = load("ml-1m")
    small = list(measure(label, data.build_full_trainset()))
    making, data = seconds(
        lambda: astonish.make_ratings(sizes.users, sizes.items, sizes.ratings, seed=0)
    )
    print(f"{data} made in {making:.0f} s, peak {peak_gib():.1f} GiB")
    building, trainset = seconds(data.build_full_trainset)
    del data
    print(f"training set built in {building:.0f} s, peak {peak_gib():.1f} GiB")
    large = list(measure(f"{sizes.ratings:,} synthetic ratings", trainset))
    show(
        f"{sizes.users:,} users, {sizes.items:,} items, {sizes.ratings:,} ratings, "
        f"{N_FACTORS} factors; medians of {N_EPOCHS} epochs; peak of the process "
        f"{peak_gib():.1f} GiB",
        ("trainer", "data", "begin", "epoch", "M ratings/s", "of ML-1M's rate", "RMSE"),
        rows(small, large),
    )


if __name__ == "__main__":
    main()
