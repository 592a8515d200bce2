"""Ratings made for both libraries, and what must be the same in them."""

import inspect

import numpy as np


def random_rows(values, seed):
    """Ratings of 42 users for 31 items: repeated pairs, two users and an item rated once."""
    rng = np.random.RandomState(seed)
    columns = rng.randint(40, size=700), rng.randint(30, size=700), rng.choice(values, 700)
    rows = [(f"u{u}", f"i{i}", float(r), None) for u, i, r in zip(*columns, strict=True)]
    return [*rows, ("lone", "i3", float(values[0]), None), ("hermit", "cave", 2.0, None)]


def made(both, values, seed=3):
    """A training set of `random_rows`, and a test set with known and unknown pairs."""

    def load(library):
        data = library.Dataset(library.Reader(rating_scale=(min(values), max(values))))
        trainset = data.construct_trainset(random_rows(values, seed))
        pairs = [(user, item, rating) for user, item, rating, _ in random_rows(values, seed + 1)]
        unknown = [("?", "i1", 3.0), ("u1", "?", 3.0), ("?", "?", None), (1, 2.5, 4.0)]
        return trainset, [*pairs, *unknown]

    return both(load)


def assert_same_signature(ours, theirs):
    """The parameters are the same ones with the same defaults; ours may add keyword-only ones."""
    mine, others = (list(inspect.signature(each).parameters.values()) for each in (ours, theirs))
    extra = mine[len(others) :]
    assert [(p.name, p.default, p.kind) for p in mine[: len(others)]] == [
        (p.name, p.default, p.kind) for p in others
    ]
    assert {p.kind for p in extra} <= {inspect.Parameter.KEYWORD_ONLY}


def assert_same_predictions(ours, theirs, atol=1e-9):
    """Lists of predictions are equal; estimates to `atol`."""
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine.uid, mine.iid, mine.r_ui) == (other.uid, other.iid, other.r_ui)
        assert mine.details == other.details
    estimates = ([each.est for each in predictions] for predictions in (ours, theirs))
    np.testing.assert_allclose(*estimates, rtol=0, atol=atol)
