"""Embeddings and biases by raw id, as fastai's models have them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.support.checks import check_ids


class EmbeddingTable(NamedTuple):
    """A table as fastai's layers have it.

    Attributes
    ----------
    weight : array of shape (n_ids + 1, n_factors)
        A copy of the rows by code; row 0 is that of '#na#', any unknown id, and is zero.
    """

    weight: NDArray[Any]


def table_of(rows: NDArray[Any]) -> EmbeddingTable:
    """Return rows by code behind that of '#na#'."""
    return EmbeddingTable(np.concatenate([np.zeros((1, rows.shape[1]), rows.dtype), rows]))


def codes_of(trainset: Trainset, arr: Iterable[Any], is_item: bool) -> NDArray[np.int32]:
    """Return the codes of raw ids; KeyError for one that is not in the training data."""
    ids = check_ids("arr", arr)
    codes = (trainset.inner_items if is_item else trainset.inner_users)(ids, "arr")
    unknown = np.flatnonzero(codes < 0)
    if len(unknown):
        kind = "item" if is_item else "user"
        raise KeyError(
            f"{kind} {ids[unknown[0]]!r} is not in the training data; if it was in yours, "
            "all its ratings may be held out for validation"
        )
    return codes
