"""ALS on ml-1m beside Spark's: time to fit, RMSE of the same 100,203 ratings, arithmetic speed.

Run: pip install '.[peers]' && python bench/python/compare_als.py

Spark needs Java and runs in a process of its own: that of the interpreter which SPARK_PYTHON names,
else this one. Where it has no pyspark, our numbers are printed alone. Both sides solve with the
same number of factors, iterations and regularisation; Spark's model has no intercepts, so ours is
measured without and with them.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import load, seconds, show
from spark_als import FACTORS, ITERATIONS, REG

import astonish
from astonish import _core
from astonish.model_selection import train_test_split

SPARK = Path(__file__).with_name("spark_als.py")


def spark(trainset, testset):
    """Return the seconds and the estimates of Spark's ALS, or None and why there are none."""
    python = os.environ.get("SPARK_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import pyspark"], capture_output=True).returncode:
        return None, f"{python} has no pyspark"
    with tempfile.TemporaryDirectory() as folder:
        for name, ratings in (("train", trainset.build_testset()), ("test", testset)):
            users = trainset.inner_users([user for user, _, _ in ratings])
            items = trainset.inner_items([item for _, item, _ in ratings])
            values = [value for _, _, value in ratings]
            np.savetxt(Path(folder, name), np.column_stack([users, items, values]), "%d,%d,%g")
        cores = str(_core.parallel.available_threads())
        done = subprocess.run([python, SPARK, folder, cores], capture_output=True, text=True)
    if done.returncode:
        return None, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1]), "ok"


def measured(trainset, testset, repeats=3, **parameters):
    """Return the median seconds of a fit, and the RMSE."""
    model = astonish.ALS(FACTORS, ITERATIONS, random_state=0, **parameters)
    times = [seconds(lambda: model.fit(trainset))[0] for _ in range(repeats)]
    rmse = astonish.accuracy.rmse(model.test(testset), verbose=False)
    return float(np.median(times)), rmse


def gflops(trainset, time):
    """Return the speed at which a fit sums outer products and factorizes the sums.

    Rows with few ratings need less, in the dual; they are counted as the others.
    """
    products = 2 * trainset.n_ratings * FACTORS * (FACTORS + 1)
    factorizations = (trainset.n_users + trainset.n_items) * FACTORS**3 / 3
    return ITERATIONS * (products + factorizations) / time / 1e9


def numpy_gflops(n=4096):
    """Return the speed of NumPy's float32 matrix product, close to what the machine can do."""
    a = np.ones((n, n), np.float32)
    return 2 * n**3 / min(seconds(lambda: a @ a)[0] for _ in range(3)) / 1e9


def main():
    label, data = load("ml-1m")
    trainset, testset = train_test_split(data, test_size=100_203, random_state=0)
    theirs, reason = spark(trainset, testset)
    ours = {
        f"without intercepts, reg {REG}": {"reg": REG, "biased": False},
        "with intercepts, default reg": {},
    }
    rows = []
    for name, parameters in ours.items():
        time, rmse = measured(trainset, testset, **parameters)
        row = [name, f"{time:.2f} s", f"{rmse:.4f}", f"{gflops(trainset, time):.0f}"]
        if theirs is not None:
            row[1:1] = f"{theirs['seconds']:.1f} s", f"{theirs['rmse']:.4f}"
            row.append(f"{theirs['seconds'] / time:.0f} x")
            assert rmse < theirs["rmse"] + 0.002, f"{name}: RMSE {rmse}, Spark's {theirs['rmse']}"
        rows.append(row)
    their_header = ("Spark", "its RMSE") if theirs else ()
    show(
        f"ALS, {FACTORS} factors, {ITERATIONS} iterations, {trainset.n_ratings:,} ratings of "
        f"{label}; Spark: {reason if theirs is None else theirs['version']}; "
        f"NumPy's float32 product {numpy_gflops():.0f} GFLOP/s",
        ("job", *their_header, "astonish", "our RMSE", "GFLOP/s", *(("faster",) if theirs else ())),
        rows,
    )


if __name__ == "__main__":
    main()
