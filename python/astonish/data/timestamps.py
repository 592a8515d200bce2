"""When ratings were given: columns of timestamps, and their order in a training set.

A column of timestamps is an int64 array in which `MISSING_TIME` stands for a rating without one,
or an object array of texts where some are no plain integers (dates, say). Only integers are kept
in training sets: what a text means depends on where it comes from.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.csr import Csr

#: Stands for the timestamp of a rating that has none: the smallest int64, as NumPy's ``NaT``.
MISSING_TIME = int(np.iinfo(np.int64).min)


def to_column(timestamps: Sequence[str | None]) -> NDArray[Any] | None:
    """Return timestamps as an array, None where all are missing.

    Returns
    -------
    int64 array, object array or None
        Integers where that gives back the same texts, else the texts as they are.
    """
    texts = list(timestamps)
    if all(text is None for text in texts):
        return None
    try:
        numbers = [MISSING_TIME if text is None else int(text) for text in texts]
        if list(map(to_text, numbers)) == texts:
            return np.array(numbers, dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        pass
    objects = np.empty(len(texts), dtype=object)
    objects[:] = texts
    return objects


def to_text(timestamp: Any) -> str | None:
    """Return an entry of a column as text, None where it is missing."""
    return None if timestamp is None or timestamp == MISSING_TIME else str(timestamp)


class UngroupedTimestamps(NamedTuple):
    """Timestamps in the order in which ratings came; they are grouped by user when asked for.

    Attributes
    ----------
    users : int32 array of shape (n_ratings,)
        Inner user ids.
    timestamps : int64 array of shape (n_ratings,)
    """

    users: NDArray[np.int32]
    timestamps: NDArray[np.int64]

    def grouped(self) -> NDArray[np.int64]:
        """Return the timestamps user by user, those of a user in order. O(n_ratings)."""
        n_users = int(self.users.max(initial=-1)) + 1
        positions = np.arange(len(self.users), dtype=np.float64)  # exact: fewer than 2**53
        by_user = Csr.from_triplets(self.users, np.zeros_like(self.users), positions, (n_users, 1))
        return self.timestamps[by_user.values.astype(np.intp)]


def ungrouped(
    users: NDArray[np.int32], timestamps: NDArray[Any] | None
) -> UngroupedTimestamps | None:
    """Return the timestamps of ratings by `users`, None for a column that is not of integers."""
    if timestamps is None or timestamps.dtype != np.int64:
        return None
    return UngroupedTimestamps(users, timestamps)


def joined(
    first: UngroupedTimestamps | None,
    users_of_first: NDArray[np.int32],
    last: UngroupedTimestamps | None,
    users_of_last: NDArray[np.int32],
) -> UngroupedTimestamps:
    """Return the timestamps of ratings and of further ones, `MISSING_TIME` for those without."""
    first, last = _or_missing(first, users_of_first), _or_missing(last, users_of_last)
    return UngroupedTimestamps(
        np.concatenate((first.users, last.users)),
        np.concatenate((first.timestamps, last.timestamps)),
    )


def _or_missing(
    stamps: UngroupedTimestamps | None, users: NDArray[np.int32]
) -> UngroupedTimestamps:
    if stamps is not None:
        return stamps
    return UngroupedTimestamps(users, np.full(len(users), MISSING_TIME, dtype=np.int64))
