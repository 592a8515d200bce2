"""SVD beside scikit-surprise: the same folds, the same numbers, the time of each.

Run: pip install '.[peers]' && python bench/python/compare_surprise.py
"""

import numpy as np
import surprise
from common import compare, load, show
from roofline import addition_seconds
from surprise.model_selection import KFold as SurpriseKFold
from surprise.model_selection import cross_validate as surprise_cross_validate
from twins import as_surprise, rmse

import astonish
from astonish.model_selection import KFold, cross_validate, train_test_split

N_FACTORS, N_EPOCHS = 100, 20  # the defaults of SVD


def nanoseconds(solver, timing, n_ratings):
    """Return a line of what an update takes, beside the additions that it cannot do at once."""
    ours, theirs = (time / (n_ratings * N_EPOCHS) * 1e9 for time in timing[:2])
    bound = N_FACTORS * addition_seconds() * 1e9 if solver == "bitwise" else None
    share = "" if bound is None else f"{bound / ours:.0%}"
    return solver, f"{theirs:.0f}", f"{ours:.0f}", f"{bound:.0f}" if bound else "", share


def row(job, timing, ours, theirs, difference):
    assert difference < 1e-8, f"{job}: the libraries differ by {difference}"
    our_time, their_time, ratio, *_ = timing
    return (
        job,
        f"{their_time:.3f} s",
        f"{our_time:.3f} s",
        f"{ratio:.1f} x",
        f"{theirs:.4f}",
        f"{ours:.4f}",
        f"{difference:.1e}",
    )


UPDATES = []  # lines of the second table


def one_split(name):
    label, data = load(name)
    test_size = {"ml-100k": 20_000, "ml-1m": 100_203}[name]
    trainset, testset = train_test_split(data, test_size=test_size, random_state=0)
    twin = as_surprise(data)
    their_trainset, their_testset = surprise.model_selection.train_test_split(
        twin, test_size=test_size, random_state=0
    )
    assert testset == their_testset
    del twin

    for solver in ("sequential", "bitwise"):
        ours = astonish.SVD(random_state=0, solver=solver)
        theirs = surprise.SVD(random_state=0)
        fits = compare(lambda: ours.fit(trainset), lambda: theirs.fit(their_trainset))  # noqa: B023
        tests = compare(lambda: ours.test(testset), lambda: theirs.test(testset))  # noqa: B023
        gap = max(abs(a.est - b.est) for a, b in zip(tests[3], tests[4], strict=True))
        factors = max(np.abs(getattr(ours, k) - getattr(theirs, k)).max() for k in ("pu", "qi"))
        errors = rmse(tests[3]), rmse(tests[4])
        yield row(f"{label}: fit, solver={solver}", fits, *errors, factors)
        UPDATES.append((label, *nanoseconds(solver, fits, trainset.n_ratings)))
        if solver == "sequential":
            yield row(f"{label}: test, {len(testset):,} pairs", tests, *errors, gap)
            users = [user for user, _, _ in testset]
            items = [item for _, item, _ in testset]
            many = compare(
                lambda: ours.predict_many(users, items),  # noqa: B023
                lambda: [p.est for p in theirs.test(testset)],  # noqa: B023
            )
            gap = np.abs(many[3] - np.array(many[4])).max()
            yield row(f"{label}: predict_many, {len(testset):,} pairs", many, *errors, gap)


def five_folds(name):
    label, data = load(name)
    twin = as_surprise(data)
    timing = compare(
        lambda: cross_validate(astonish.SVD(random_state=0), data, cv=KFold(5, random_state=0)),
        lambda: surprise_cross_validate(
            surprise.SVD(random_state=0), twin, cv=SurpriseKFold(5, random_state=0)
        ),
    )
    ours, theirs = timing[3]["test_rmse"], timing[4]["test_rmse"]
    gap = np.abs(ours - theirs).max()
    return row(f"{label}: cross_validate, 5 folds", timing, ours.mean(), theirs.mean(), gap)


if __name__ == "__main__":
    show(
        f"SVD, defaults, beside scikit-surprise {surprise.__version__} (medians of 3 runs in turn)",
        ("job", "Surprise", "astonish", "faster", "its RMSE", "our RMSE", "largest difference"),
        [*one_split("ml-100k"), five_folds("ml-100k"), *one_split("ml-1m")],
    )
    show(
        f"An update of SVD with {N_FACTORS} factors in nanoseconds, the time of fit / updates",
        ("data", "solver", "Surprise", "astonish", "chain of additions", "reached"),
        UPDATES,
    )
