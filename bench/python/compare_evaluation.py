"""Whole evaluations beside scikit-surprise on ml-100k: ten algorithms, and a grid search.

Run: pip install '.[peers]' && python bench/python/compare_evaluation.py
"""

import os

import numpy as np
import surprise
from common import load, seconds, show
from surprise import model_selection as their_selection
from twins import as_surprise

import astonish
from astonish import model_selection as our_selection

SEED = {"random_state": 0}
QUIET = {"verbose": False}
# The rows of the comparison in scikit-surprise's README.
TEN = [
    ("SVD", SEED),
    ("SVDpp", {**SEED, "cache_ratings": True}),
    ("NMF", SEED),
    ("SlopeOne", {}),
    ("KNNBasic", QUIET),
    ("KNNWithMeans", QUIET),
    ("KNNBaseline", QUIET),
    ("CoClustering", SEED),
    ("BaselineOnly", QUIET),
    ("NormalPredictor", {}),
]
GRID = {
    "n_epochs": [10, 20],
    "lr_all": [0.002, 0.005],
    "reg_all": [0.02, 0.1, 0.4],
    "random_state": [0],
}


def evaluate(library, selection, name, parameters, data):
    np.random.seed(0)  # NormalPredictor draws from the global generator
    algo = getattr(library, name)(**parameters)
    return selection.cross_validate(algo, data, cv=selection.KFold(5, random_state=0))


def row(label, ours, theirs):
    (our_time, our_errors), (their_time, their_errors) = ours, theirs
    difference = np.abs(np.subtract(our_errors, their_errors)).max()
    assert difference < 1e-8, f"{label}: the errors differ by {difference}"
    return (
        label,
        f"{their_time:.2f} s",
        f"{our_time:.2f} s",
        f"{their_time / our_time:.1f} x",
        f"{np.mean(their_errors):.4f}",
        f"{np.mean(our_errors):.4f}",
        f"{difference:.1e}",
    )


def ten_rows(data, twin):
    totals = np.zeros(2)
    for name, parameters in TEN:
        sides = []
        for library, selection, ratings in (
            (astonish, our_selection, data),
            (surprise, their_selection, twin),
        ):
            job = library, selection, name, parameters, ratings
            time, result = seconds(lambda job=job: evaluate(*job))
            sides.append((time, result["test_rmse"]))
        totals += [time for time, _ in sides]
        yield row(f"{name}, 5 folds", *sides)
    times = f"{totals[1]:.2f} s", f"{totals[0]:.2f} s", f"{totals[1] / totals[0]:.1f} x"
    yield ("all ten", *times, "", "", "")


def grid_search(data, twin):
    sides = []
    for library, selection, ratings in (
        (astonish, our_selection, data),
        (surprise, their_selection, twin),
    ):
        folds = selection.KFold(3, random_state=0)
        search = selection.GridSearchCV(library.SVD, GRID, ["rmse"], folds, n_jobs=-1)
        time, _ = seconds(lambda search=search, ratings=ratings: search.fit(ratings))
        sides.append((time, search.cv_results["mean_test_rmse"]))
    yield row("GridSearchCV, SVD, 12 settings x 3 folds, n_jobs=-1", *sides)


if __name__ == "__main__":
    # The same question to both: what CoClustering says of unknown users and items differs else.
    os.environ["ASTONISH_SURPRISE_STRICT"] = "1"
    label, data = load("ml-100k")
    twin = as_surprise(data)
    show(
        f"{label}: cross-validation and search beside scikit-surprise {surprise.__version__}, "
        "one run of each in turn",
        ("job", "Surprise", "astonish", "faster", "its RMSE", "our RMSE", "largest difference"),
        [*ten_rows(data, twin), *grid_search(data, twin)],
    )
