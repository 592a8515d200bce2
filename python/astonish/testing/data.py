"""Small training sets, some with an answer that a person can see."""

from functools import cache
from typing import Any

from astonish.data.loaders import make_ratings
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset


def trainset_of(*ratings: tuple[Any, Any, float], scale: tuple[float, float] = (1, 5)) -> Trainset:
    """Return a training set of (user, item, rating) tuples.

    >>> trainset_of(("ann", "film", 4.0), ("bob", "film", 2.0))
    <Trainset: 2 ratings of 1 items by 2 users>
    """
    users, items, values = zip(*ratings, strict=True)
    columns = Ratings.from_columns(list(users), list(items), list(values))
    return Trainset.from_ratings(columns, rating_scale=scale)


def checkerboard(n: int = 20, hidden: int = 1) -> Trainset:
    """Return a training set of two kinds of users, who like every other item alike.

    User u gives item i 5 stars where both are even or both are odd, else 1; each user leaves out
    the `hidden` items next to u, which a model should rank first where it would give 5 stars.

    >>> checkerboard(4)
    <Trainset: 12 ratings of 4 items by 4 users>
    """
    return trainset_of(
        *(
            (user, item, 5.0 if (user + item) % 2 == 0 else 1.0)
            for user in range(n)
            for item in range(n)
            if (item - user) % n >= hidden
        )
    )


@cache
def some_ratings() -> Trainset:
    """Return 4,000 ratings of 150 items by 200 users; the ids are "1", "2", ..."""
    return make_ratings(200, 150, 4000, seed=1).build_full_trainset()


@cache
def other_ratings() -> Trainset:
    """Return ratings of another shape, with the same ids in another order."""
    return make_ratings(70, 90, 1500, seed=2).build_full_trainset()


def all_pairs(trainset: Trainset) -> list[tuple[Any, Any, float | None]]:
    """Return every pair of a user and an item as a test set, and two pairs with unknown ids."""
    known = [(user, item, 3.0) for user in trainset.user_ids for item in trainset.item_ids]
    return [
        *known,
        ("nobody", trainset.item_ids[0], None),
        (trainset.user_ids[0], "nothing", None),
    ]
