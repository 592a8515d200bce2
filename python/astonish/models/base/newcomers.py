"""Training sets of users or items who were not in training."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.ratings import Ratings
from astonish.data.sides import Sides
from astonish.data.trainset import Trainset


def trainset_of_rows(rows: Csr, known: Trainset) -> Trainset:
    """Return a training set of users 0, 1, 2, ..., whose ratings are rows of known items."""
    shape = rows.n_rows, rows.n_cols
    return Trainset.from_csr(
        *Sides.from_triplets(rows.row_of_each(), rows.indices, rows.values, shape),
        list(range(rows.n_rows)),
        known.item_ids,
        known.rating_scale,
        known_side="items",
        global_mean=float(known.global_mean),
    )


def folded_trainset(trainset: Trainset, ratings: Ratings, side: str) -> Trainset:
    """Return the ratings of new users of known items, or the other way round."""
    users, items = (ratings.users, ratings.user_ids), (ratings.items, ratings.item_ids)
    (new, new_ids), known = (users, items) if side == "user" else (items, users)
    codes, order = _core.ratings.renumber(new, len(new_ids))
    columns = _known_codes(trainset, *known, "item" if side == "user" else "user")
    ids = list(map(new_ids.__getitem__, order.tolist()))
    if side == "user":
        rows, cols, user_ids, item_ids = codes, columns, ids, trainset.item_ids
    else:
        rows, cols, user_ids, item_ids = columns, codes, trainset.user_ids, ids
    shape = len(user_ids), len(item_ids)
    return Trainset.from_csr(
        *Sides.from_triplets(rows, cols, ratings.values, shape),
        user_ids,
        item_ids,
        trainset.rating_scale,
        known_side="items" if side == "user" else "users",
        global_mean=float(trainset.global_mean),
    )


def _known_codes(
    trainset: Trainset, codes: NDArray[np.int32], raw_ids: list[Any], side: str
) -> NDArray[np.int32]:
    """Return the inner id of each rating's user or item; ValueError for one that is unknown."""
    if side == "item":
        inner = trainset.known_items(trainset.inner_items(raw_ids))[codes]
    else:
        inner = trainset.known_users(trainset.inner_users(raw_ids))[codes]
    if inner.min() < 0:
        index = int(np.argmin(inner))
        raw_id = raw_ids[codes[index]]
        raise ValueError(
            f"ratings[{index}] has the {side} {raw_id!r}, which the model does not know "
            f"({type(raw_id).__name__}; Dataset reads ids of a file as str)"
        )
    return inner
