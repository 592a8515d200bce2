"""What someone who is not stored interacted with, as rows of a matrix."""

import numbers
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.ranking.rules import UNKNOWN_ITEMS, refuse_unknown
from astonish.support.checks import check_choice, check_number


def read_histories(
    trainset: Trainset, histories: Any, weight: float, unknown_items: str = "raise"
) -> Csr:
    """Return a row for each history: inner item ids and weights, in their order.

    Parameters
    ----------
    trainset : Trainset
        The items that are known.
    histories : sequence of sequences of item ids or of (item id, weight)
    weight : float
        Of an item that comes without one.
    unknown_items : {"raise", "ignore"}, default "raise"
        What to do about items that the training set does not have.

    Raises
    ------
    TypeError, ValueError
        For what is no sequence of sequences, an unknown item, or a weight that is no finite number.
    """
    ignore = check_choice("unknown_items", unknown_items, UNKNOWN_ITEMS) == "ignore"
    counts: list[int] = []
    entries: list[tuple[Any, float]] = []
    for index, history in enumerate(_as_sequence("histories", histories)):
        name = f"histories[{index}]"
        found = [
            _item_and_weight(trainset, f"{name}[{at}]", entry, weight)
            for at, entry in enumerate(_as_sequence(name, history))
        ]
        raw_ids = [item for item, _ in found]
        inner = trainset.inner_items(raw_ids, name)
        if not ignore:
            refuse_unknown(name, raw_ids, inner)
        kept = [
            (item, pair[1]) for item, pair in zip(inner.tolist(), found, strict=True) if item >= 0
        ]
        counts.append(len(kept))
        entries += kept
    return Csr(
        np.cumsum([0, *counts], dtype=np.int64),
        np.array([item for item, _ in entries], dtype=np.int32),
        np.array([value for _, value in entries], dtype=np.float64),
        trainset.n_items,
    )


def _item_and_weight(trainset: Trainset, name: str, entry: Any, weight: float) -> tuple[Any, float]:
    """Return what an entry stands for; a tuple that is an item's id is that item."""
    if not (isinstance(entry, (tuple, list)) and len(entry) == 2):
        return entry, weight
    if isinstance(entry, tuple) and trainset.inner_items([entry])[0] >= 0:
        return entry, weight
    is_number = isinstance(entry[1], numbers.Real)
    if not is_number and trainset.inner_items([entry[0]])[0] < 0:
        return entry, weight  # an unknown id that is a pair
    return entry[0], check_number(f"weight of {name}", entry[1])


def _as_sequence(name: str, value: Any) -> Iterable[Any]:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a sequence, got {value!r}")
    return value
