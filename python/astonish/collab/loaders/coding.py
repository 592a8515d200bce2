"""Ratings by codes: which ids get one, and the training set behind the codes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.collab.loaders.categories import CategoryMap, sort_ids
from astonish.collab.loaders.named_ratings import NamedRatings
from astonish.data.ratings import Ratings
from astonish.data.sides import Sides
from astonish.data.trainset import Trainset

Classes = dict[Any, CategoryMap]  # of users and of items, by the names of their columns
Codes = NDArray[np.int32]


def classes_of(data: NamedRatings, train: Ratings) -> Classes:
    """Return the ids that get a code, some of them because they are in the training part."""
    user_name, item_name, _ = data.names
    return {
        user_name: _to_classes(data.user_ids, train.user_ids, train.users),
        item_name: _to_classes(data.item_ids, train.item_ids, train.items),
    }


def codes_of(classes: Classes, ratings: Ratings) -> tuple[Codes, Codes]:
    """Return the codes of the user and of the item of each rating."""
    users, items = classes.values()
    return (
        users.encode(ratings.user_ids)[ratings.users],
        items.encode(ratings.item_ids)[ratings.items],
    )


def trainset_of(
    classes: Classes, users: Codes, items: Codes, train: Ratings, valid: Ratings
) -> Trainset:
    """Return the training part, of codes `users` and `items`, with the range of all ratings."""
    inner_users, inner_items = users - np.int32(1), items - np.int32(1)
    user_ids, item_ids = (known.ids for known in classes.values())
    shape = len(user_ids), len(item_ids)
    values = np.concatenate((train.values, valid.values))
    return Trainset.from_csr(
        *Sides.from_triplets(inner_users, inner_items, train.values, shape),
        user_ids,
        item_ids,
        rating_scale=(float(values.min()), float(values.max())),
    )


def _to_classes(
    ids: list[Any] | None, ids_of_codes: list[Any], codes: NDArray[np.int32]
) -> CategoryMap:
    """Return the classes of `ids`; of those behind `codes`, ascending, where that is None."""
    if ids is None:
        ids = sort_ids(map(ids_of_codes.__getitem__, np.unique(codes).tolist()))
    return CategoryMap(ids)
