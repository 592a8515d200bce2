"""Every algorithm on the same folds."""

import sys

import numpy as np
import surprise
from surprise.model_selection import KFold, cross_validate

data = surprise.Dataset.load_from_file(f"{sys.argv[1]}/ratings", surprise.Reader("ml-100k"))
seeded = {"random_state": 0}
ALGORITHMS = [
    surprise.SVD(**seeded),
    surprise.SVDpp(n_epochs=5, **seeded),
    surprise.SVDpp(n_epochs=2, cache_ratings=True, **seeded),
    surprise.NMF(**seeded),
    surprise.NMF(biased=True, n_epochs=10, **seeded),
    surprise.SlopeOne(),
    surprise.KNNBasic(verbose=False),
    surprise.KNNWithMeans(verbose=False),
    surprise.KNNWithZScore(verbose=False),
    surprise.KNNBaseline(verbose=False),
    surprise.CoClustering(**seeded),
    surprise.BaselineOnly(verbose=False),
    surprise.NormalPredictor(),
]

np.random.seed(0)
for algo in ALGORITHMS:
    result = cross_validate(
        algo, data, ["rmse", "mse", "mae", "fcp"], cv=KFold(3, random_state=0), n_jobs=1
    )
    means = [
        round(float(np.mean(result[f"test_{name}"])), 6) for name in ("rmse", "mse", "mae", "fcp")
    ]
    print(type(algo).__name__, *means)
