"""SVD in parallel beside scikit-surprise's, LIBMF, and what the machine can do: time and error.

Run: pip install '.[peers]' && python bench/python/parallel_sgd.py

The package libmf builds LIBMF without AVX, which takes three times as long. To stand beside the
faster one, build it from the package's sources and name it in the environment:

    pip download --no-deps --no-binary :all: libmf && tar xzf libmf-*.tar.gz
    g++ -std=c++11 -O3 -march=native -DNDEBUG -DUSEAVX -shared -fPIC -pthread \
        libmf-*/src_cpp/*.cpp -o libmf_avx.so
    LIBMF_OBJ=$PWD/libmf_avx.so python bench/python/parallel_sgd.py
"""

import statistics
import warnings

import numpy as np
import surprise
from common import load, seconds, show
from roofline import copied_bytes, multiply_adds
from twins import as_surprise, rmse

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)  # it compares text with `is`
    from libmf.mf import MF

import astonish
from astonish import _core
from astonish.model_selection import train_test_split

N_FACTORS, N_EPOCHS, N_TEST, REPEATS = 100, 20, 100_203, 3
LINE = 64  # bytes
LIBMF_SETTINGS = {  # the best of a few on a validation part; the package regularises in L1
    "lambda_p1": 0,
    "lambda_q1": 0,
    "lambda_p2": 0.05,
    "lambda_q2": 0.05,
    "eta": 0.05,
}


def thread_counts():
    return sorted({1, _core.parallel.available_threads()})


def in_threads(n):
    return f"{n} thread{'s' * (n > 1)}"


def variants():
    """Yield (name, parameters) of the models of ours."""
    yield "sequential, float64", {"solver": "sequential"}
    for dtype in ("float64", "float32"):
        for n_threads in thread_counts():
            options = {"solver": "parallel", "dtype": dtype, "n_threads": n_threads}
            yield f"parallel, {dtype}, {in_threads(n_threads)}", options


def measure(fit, fewest=0):
    """Return seconds of `fit(N_EPOCHS)`, seconds of one of its epochs, and what it returned."""
    whole, start = [], []
    for _ in range(REPEATS):
        time, fitted = seconds(lambda: fit(N_EPOCHS))
        whole.append(time)
        start.append(seconds(lambda: fit(fewest))[0])
    epochs = statistics.median(whole) - statistics.median(start)
    return statistics.median(whole), epochs / (N_EPOCHS - fewest), fitted


def libmf(ratings, known, n_threads):
    """Return seconds to fit, seconds of one epoch, and the error on `known`, of LIBMF.

    It trains no biases, has a learning rate for each row, and wants multiples of 8 factors.
    """

    def fit(n_epochs):
        options = {"nr_threads": n_threads, "nr_iters": n_epochs, "quiet": True}
        model = MF(k=-(-N_FACTORS // 8) * 8, **LIBMF_SETTINGS, **options)
        model.fit(ratings)
        return model

    whole, epoch, model = measure(fit, fewest=1)
    estimates = model.predict(np.asfortranarray(known[:, :2]))  # by column, where `fit` takes rows
    error = float(np.sqrt(np.mean((estimates - known[:, 2]) ** 2)))
    assert error < 0.9, f"LIBMF: the error is {error}"
    return whole, epoch, error


def as_arrays(trainset, testset):
    """Return (user, item, rating) of both by index, without what training does not know."""
    users, items = trainset._raw2inner_id_users, trainset._raw2inner_id_items
    known = [(users[u], items[i], r) for u, i, r in testset if u in users and i in items]
    return [np.array(list(rows), dtype=np.float32) for rows in (trainset.all_ratings(), known)]


def row(name, measured, theirs, n_ratings):
    fit, epoch, error = measured
    return (
        name,
        f"{fit:.3f} s",
        f"{theirs[0] / fit:.1f} x",
        f"{n_ratings * N_EPOCHS / fit / 1e6:.1f}",
        f"{n_ratings / epoch / 1e6:.1f}",
        f"{error:.4f}",
    )


def limits(dtype, n_ratings, epoch):
    """Yield rows of what would take an epoch of the kernel how long."""
    size = {"float32": 4, "float64": 8}[dtype]
    width = -(-(N_FACTORS + 2) * size // LINE) * LINE // size
    # A factor costs one multiply-add in the inner product and two operations in each of two
    # updates, on the same units; the row of the item is read and written for every rating.
    for name, rate, work in (
        ("multiply-adds", multiply_adds(dtype), 5 * width),
        ("copies of items' rows in L2", copied_bytes(2**19), width * size),
        ("ratings from memory", copied_bytes(2**28), (4 + size) / 2),
    ):
        yield (
            f"{dtype}: {name}",
            f"{rate / 1e9:.0f} G/s",
            f"{rate / work / 1e6:.0f}",
            f"{n_ratings / epoch / (rate / work):.0%}",
        )


def main():
    label, data = load("ml-1m")
    trainset, testset = train_test_split(data, test_size=N_TEST, random_state=0)
    twin, their_testset = surprise.model_selection.train_test_split(
        as_surprise(data), test_size=N_TEST, random_state=0
    )
    assert testset == their_testset
    their_model = surprise.SVD(n_factors=N_FACTORS, n_epochs=N_EPOCHS, random_state=0)
    their_fit, _ = seconds(lambda: their_model.fit(twin))
    theirs = their_fit, their_fit / N_EPOCHS, rmse(their_model.test(testset))

    n, best = trainset.n_ratings, {}
    rows = [row(f"scikit-surprise {surprise.__version__}", theirs, theirs, n)]
    for name, options in variants():

        def fit(n_epochs, options=options):
            parameters = {"n_factors": N_FACTORS, "n_epochs": n_epochs, "random_state": 0}
            return astonish.SVD(**parameters, **options).fit(trainset)

        *times, model = measure(fit)
        measured = *times, rmse(model.test(testset))
        assert abs(measured[2] - theirs[2]) < 1e-3, f"{name}: the error is {measured[2]}"
        best[options.get("dtype", "float64")] = measured[1]
        rows.append(row(name, measured, theirs, n))
    arrays = as_arrays(trainset, testset)
    for n_threads in thread_counts():
        name = f"LIBMF, float32, {in_threads(n_threads)}"
        rows.append(row(name, libmf(*arrays, n_threads), theirs, n))
    show(
        f"{label}: {n:,} ratings, {N_FACTORS} factors, {N_EPOCHS} epochs; "
        f"medians of {REPEATS} runs, one of scikit-surprise",
        ("SVD", "fit", "faster", "M ratings/s of fit", "of its epochs", "RMSE"),
        rows,
    )
    show(
        "What limits an epoch on all CPUs: M ratings/s if nothing else took time",
        ("limit", "measured rate", "M ratings/s", "reached"),
        [line for dtype in best for line in limits(dtype, n, best[dtype])],
    )


if __name__ == "__main__":
    main()
