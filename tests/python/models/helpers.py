"""Small training sets, what a model is made of, and what its file holds."""

import json

import numpy as np
from hypothesis import strategies as st

from astonish import NormalPredictor, Trainset
from astonish.data.ratings import Ratings


def trainset_of(*ratings, scale=(1, 5)):
    """A training set of (user, item, rating) tuples."""
    users, items, values = zip(*ratings, strict=True)
    return Trainset.from_ratings(
        Ratings.from_columns(list(users), list(items), list(values)), rating_scale=scale
    )


#: A few half stars by up to six users of up to seven items, some pairs several times.
small_ratings = st.lists(
    st.tuples(
        st.integers(0, 5), st.integers(0, 6), st.integers(2, 10).map(lambda twice: twice / 2)
    ),
    min_size=1,
    max_size=30,
).map(lambda ratings: trainset_of(*ratings))


def state_of(model):
    """The attributes of a model, arrays copied."""
    return {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in vars(model).items()
    }


def assert_same_state(model, expected):
    assert list(vars(model)) == list(expected)
    for name, value in vars(model).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, expected[name], err_msg=name)
        else:
            assert value is expected[name], name


def draws_estimates(model):
    """Return whether the estimates of a model are drawn when they are asked for.

    They then repeat only after `reseed`, and only in the same order.
    """
    return isinstance(model, NormalPredictor)


def estimates_ratings(cls):
    """Return whether the estimates of a model are on the scale of the ratings."""
    return "rates" in cls.abilities


def is_within_scale(estimate, model):
    """Return whether an estimate is a number of a model fitted to ratings of 1 to 5."""
    return np.isfinite(estimate) and (1 <= estimate <= 5 or not estimates_ratings(type(model)))


def reseed(model):
    """Let a model that draws its estimates begin again; nothing happens for the others."""
    if draws_estimates(model):
        np.random.seed(0)
    return model


def all_pairs(trainset):
    """Every pair of a user and an item as a test set, and two pairs with unknown ids."""
    known = [(user, item, 3.0) for user in trainset.user_ids for item in trainset.item_ids]
    return [
        *known,
        ("nobody", trainset.item_ids[0], None),
        (trainset.user_ids[0], "nothing", None),
    ]


def arrays_of(path):
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def edit(path, change):
    """Rewrite a model file after `change(header, arrays)`."""
    arrays = arrays_of(path)
    header = json.loads(arrays["header"].tobytes())
    change(header, arrays)
    text = json.dumps(header).encode()
    np.savez(path, **{**arrays, "header": np.frombuffer(text, np.uint8)})


def split_terms(explanation):
    """The rated items of `explain` and their contributions, and a dict of the other terms."""
    names, contributions = explanation
    is_other = [isinstance(name, str) and name.startswith("(") for name in names]
    others = dict(zip(names[is_other], contributions[is_other].tolist(), strict=True))
    rated = np.logical_not(is_other)
    return names[rated], contributions[rated], others
