"""Small training sets, and what a model is made of."""

import numpy as np

from astonish import Trainset
from astonish.data.ratings import Ratings


def trainset_of(*ratings, scale=(1, 5)):
    """A training set of (user, item, rating) tuples."""
    users, items, values = zip(*ratings, strict=True)
    return Trainset.from_ratings(
        Ratings.from_columns(list(users), list(items), list(values)), rating_scale=scale
    )


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


def all_pairs(trainset):
    """Every pair of a user and an item as a test set, and two pairs with unknown ids."""
    known = [(user, item, 3.0) for user in trainset.user_ids for item in trainset.item_ids]
    return [
        *known,
        ("nobody", trainset.item_ids[0], None),
        (trainset.user_ids[0], "nothing", None),
    ]
