"""SVD in parallel beside scikit-surprise's and beside what the machine can do: time and error.

Run: pip install '.[peers]' && python bench/python/parallel_sgd.py
"""

import statistics

import surprise
from common import load, seconds, show
from roofline import copied_bytes, multiply_adds
from twins import as_surprise, rmse

import astonish
from astonish import _core
from astonish.model_selection import train_test_split

N_FACTORS, N_EPOCHS, N_TEST, REPEATS = 100, 20, 100_203, 3
LINE = 64  # bytes


def variants():
    """Yield (name, parameters) of the models of ours."""
    yield "sequential, float64", {"solver": "sequential"}
    threads = sorted({1, _core.parallel.available_threads()})
    for dtype in ("float64", "float32"):
        for n_threads in threads:
            options = {"solver": "parallel", "dtype": dtype, "n_threads": n_threads}
            yield f"parallel, {dtype}, {n_threads} threads", options


def measure(make, trainset, testset):
    """Return seconds to fit, seconds of one epoch, and the error."""
    whole, start = [], []
    for _ in range(REPEATS):
        model = make(n_epochs=N_EPOCHS)
        whole.append(seconds(lambda model=model: model.fit(trainset))[0])
        start.append(seconds(lambda: make(n_epochs=0).fit(trainset))[0])
    fit, epochs = statistics.median(whole), statistics.median(whole) - statistics.median(start)
    return fit, epochs / N_EPOCHS, rmse(model.test(testset))


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

        def make(options=options, **parameters):
            return astonish.SVD(n_factors=N_FACTORS, random_state=0, **options, **parameters)

        measured = measure(make, trainset, testset)
        assert abs(measured[2] - theirs[2]) < 1e-3, f"{name}: the error is {measured[2]}"
        best[options.get("dtype", "float64")] = measured[1]
        rows.append(row(name, measured, theirs, n))
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
