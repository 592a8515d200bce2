"""Estimates as sums of named terms."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_NOTHING = 1e-9  # what rounding leaves of an estimate


class Terms(NamedTuple):
    """What adds up to an estimate.

    Attributes
    ----------
    names : list
        Raw ids of the items that a user rated, or names of components.
    contributions : float64 array of the same length
        What each of them adds.
    others : dict
        What else adds, by name in parentheses.
    """

    names: list[Any]
    contributions: NDArray[np.float64]
    others: dict[str, float]


def added_up(
    terms: Terms, estimate: float, n: int
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return names and contributions that add up to `estimate`.

    The `n` largest terms are named, "(other ratings)" are the rest of them; "(training)" is what
    all terms leave of the estimate.
    """
    contributions = terms.contributions
    order = np.argsort(-contributions, kind="stable")
    named, rest = order[:n].tolist(), order[n:]
    left = float(estimate) - float(contributions.sum()) - sum(terms.others.values())
    others = {
        **terms.others,
        "(other ratings)": float(contributions[rest].sum()),
        "(training)": left,
    }
    shown = [(terms.names[at], float(contributions[at])) for at in named]
    shown += [(name, value) for name, value in others.items() if abs(value) > _NOTHING]
    names = np.empty(len(shown), dtype=object)
    for index, (name, _) in enumerate(shown):  # an id may be a tuple
        names[index] = name
    return names, np.array([value for _, value in shown])
