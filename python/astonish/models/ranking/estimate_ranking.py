"""Lists of the best items by estimates that are no sums of factors."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.models.ranking.factors import Factors
from astonish.models.ranking.lists import Lists, Rules, rank
from astonish.support.cancellation import blocks

_USERS_A_BLOCK = 64

EstimatesOfAll = Callable[[NDArray[np.int32]], NDArray[np.float64]]


def rank_estimates(
    estimates_of_all: EstimatesOfAll,
    users: NDArray[np.int32],
    n: int,
    rules: Rules,
    trainset: Trainset,
    n_threads: int,
) -> Lists:
    """Return inner item ids, -1 where there are too few, and their scores.

    `estimates_of_all` returns the estimates of all items for some users, one row a user. To the
    search each user is a model of biases.
    """
    items = np.empty((len(users), n), dtype=np.int32)
    scores = np.empty((len(users), n))
    nobody = np.zeros(1)
    first = np.zeros(1, dtype=np.int32)
    for block in blocks(len(users), _USERS_A_BLOCK):
        estimates = estimates_of_all(users[block])
        for place, of_user in enumerate(estimates, start=block.start):
            factors = Factors.of_biases(nobody, of_user, 0.0)
            its = slice(place, place + 1)
            items[its], scores[its] = rank(
                factors, first, users[its], n, rules, trainset, n_threads
            )
    return items, scores
