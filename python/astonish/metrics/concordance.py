"""Whether estimates order the ratings of a user as the user does."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.metrics.truth import Truth
from astonish.support.settings import resolve_n_threads


def fcp(truth: Truth, estimates: NDArray[np.float64]) -> Any:
    """Return the fraction of concordant pairs, O(n log n).

    Of the pairs of a user's ratings that differ, the concordant ones are those whose estimates
    differ the same way. Counts are averaged over the users that have any, then
    ``concordant / (concordant + discordant)``.

    Raises
    ------
    ValueError
        When no user has two different ratings.

    References
    ----------
    Koren, Sill: Collaborative filtering on ordinal user feedback. IJCAI 2013, section 5.2.
    """
    concordant, discordant = map(_mean_of_positive, _count_pairs(truth, estimates))
    if concordant + discordant == 0:
        raise ValueError(
            "cannot compute fcp on this list of prediction. "
            "Does every user have at least two predictions?"
        )
    return concordant / (concordant + discordant)


def _count_pairs(
    truth: Truth, estimates: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of concordant and discordant pairs of each user."""
    order, offsets = truth.by_user
    ratings, n_threads = truth.ratings[order], resolve_n_threads(None)
    return _core.metrics.count_pairs_by_user(offsets, ratings, estimates[order], n_threads)


def _mean_of_positive(counts: NDArray[np.int64]) -> float:
    positive = counts[counts > 0]
    return float(positive.mean()) if len(positive) else 0.0
