"""Every algorithm beside scikit-surprise on ml-1m: fit, test, errors, largest difference.

Run: pip install '.[peers]' && python bench/python/compare_algorithms.py [names...]

Each side runs once, in turn: scikit-surprise needs about ten minutes for SVDpp alone. Names choose
some of the rows.
"""

import sys

import numpy as np
import surprise
from common import load, seconds, show
from surprise.model_selection import train_test_split as surprise_train_test_split
from twins import as_surprise, largest_difference, rmse

import astonish
from astonish.model_selection import train_test_split

SEED = {"random_state": 0}
QUIET = {"verbose": False}
ALGORITHMS = {
    "NormalPredictor": ("NormalPredictor", {}),
    "BaselineOnly": ("BaselineOnly", QUIET),
    "KNNBasic": ("KNNBasic", QUIET),
    "KNNWithMeans": ("KNNWithMeans", QUIET),
    "KNNWithZScore": ("KNNWithZScore", QUIET),
    "KNNBaseline": ("KNNBaseline", QUIET),
    "KNNBaseline, items, pearson_baseline": (
        "KNNBaseline",
        {**QUIET, "sim_options": {"name": "pearson_baseline", "user_based": False}},
    ),
    "SlopeOne": ("SlopeOne", {}),
    "CoClustering": ("CoClustering", SEED),
    "NMF": ("NMF", SEED),
    "SVD": ("SVD", SEED),
    "SVDpp": ("SVDpp", SEED),
}


def measure(library, name, parameters, trainset, testset):
    """Return seconds to fit, seconds to test, and the predictions."""
    np.random.seed(0)  # NormalPredictor draws from the global generator
    model = getattr(library, name)(**parameters)
    fit_time, _ = seconds(lambda: model.fit(trainset))
    test_time, predictions = seconds(lambda: model.test(testset))
    return fit_time, test_time, predictions


def row(label, trainset, ours, theirs):
    (our_fit, our_test, our_predictions), (their_fit, their_test, their_predictions) = ours, theirs
    difference = largest_difference(our_predictions, their_predictions, trainset)
    assert difference < 1e-8, f"{label}: the libraries differ by {difference}"
    return (
        label,
        f"{their_fit:.2f} + {their_test:.2f} s",
        f"{our_fit:.2f} + {our_test:.2f} s",
        f"{their_fit / our_fit:.0f} x" if our_fit > 0.01 else "",
        f"{(their_fit + their_test) / (our_fit + our_test):.0f} x",
        f"{rmse(their_predictions):.4f}",
        f"{rmse(our_predictions):.4f}",
        f"{difference:.1e}",
    )


def rows(names):
    label, data = load("ml-1m")
    print(label, flush=True)
    split = {"test_size": 100_203, "random_state": 0}
    ours = train_test_split(data, **split)
    theirs = surprise_train_test_split(as_surprise(data), **split)
    assert ours[1] == theirs[1]
    for name in names:
        pair = (
            measure(library, *ALGORITHMS[name], *folds)
            for library, folds in ((astonish, ours), (surprise, theirs))
        )
        yield row(name, ours[0], *pair)
        print(f"{name}: done", file=sys.stderr)


if __name__ == "__main__":
    show(
        f"Every algorithm, defaults, beside scikit-surprise {surprise.__version__}: ml-1m, "
        "900,006 ratings to fit, 100,203 to test",
        (
            "algorithm",
            "Surprise, fit + test",
            "astonish, fit + test",
            "fit faster",
            "both faster",
            "its RMSE",
            "our RMSE",
            "largest difference",
        ),
        list(rows(sys.argv[1:] or ALGORITHMS)),
    )
