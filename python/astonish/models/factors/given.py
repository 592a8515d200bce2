"""Factors that were trained elsewhere, as the attributes of a model."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.sides import Sides
from astonish.data.trainset import Trainset
from astonish.models.base.y_range import YRange
from astonish.support.arrays import as_floats, as_numbers, check_finite
from astonish.support.checks import check_ids, refuse_unhashable

Arrays = dict[str, NDArray[Any]]


def read_factors(pu: Any, qi: Any, bu: Any, bi: Any) -> Arrays:
    """Return factors and biases of one dtype; TypeError or ValueError for what does not fit."""
    vectors = {"pu": _array("pu", pu, 2), "qi": _array("qi", qi, 2)}
    if vectors["pu"].shape[1] != vectors["qi"].shape[1]:
        raise ValueError(
            "pu and qi must have the same number of factors, got shapes "
            f"{vectors['pu'].shape} and {vectors['qi'].shape}"
        )
    for name, given, rows in (("bu", bu, len(vectors["pu"])), ("bi", bi, len(vectors["qi"]))):
        bias = np.zeros(rows, vectors["pu"].dtype) if given is None else _array(name, given, 1)
        if len(bias) != rows:
            raise ValueError(f"{name} must have {rows} entries, got {len(bias)}")
        vectors[name] = bias
    return dict(zip(vectors, as_floats(*vectors.values()), strict=True))


def trainset_of_given(
    n_users: int, n_items: int, user_ids: Any, item_ids: Any, seen: Any, y_range: YRange
) -> Trainset:
    """Return a training set without ratings whose users and items are all known.

    `seen` are the items that users are not to be shown: a dict of sequences of item ids by user id.
    """
    users, items = _ids("user_ids", user_ids, n_users), _ids("item_ids", item_ids, n_items)
    rows, columns = _pairs(users, items, seen)
    values, shape = np.zeros(len(rows)), (n_users, n_items)
    return Trainset.from_csr(
        *Sides.from_triplets(rows, columns, values, shape),
        users,
        items,
        (-np.inf, np.inf) if y_range is None else y_range,
        known_side="both",
    )


def _array(name: str, values: Any, ndim: int) -> NDArray[Any]:
    array = as_numbers(name, values)
    if array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimensions, got shape {array.shape}")
    check_finite(name, array)
    return array


def _ids(name: str, ids: Any, n: int) -> list[Any]:
    if ids is None:
        return list(range(n))
    raw_ids = check_ids(name, ids)
    refuse_unhashable(name, raw_ids)
    if len(raw_ids) != n:
        raise ValueError(f"{name} must hold {n} different ids, got {len(raw_ids)}")
    first = {raw_id: index for index, raw_id in reversed(list(enumerate(raw_ids)))}
    for index, raw_id in enumerate(raw_ids):
        if first[raw_id] != index:
            raise ValueError(
                f"{name} must hold {n} different ids, got {raw_id!r} at {first[raw_id]} and {index}"
            )
    return raw_ids


def _pairs(
    users: list[Any], items: list[Any], seen: Any
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    if seen is None:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    if not isinstance(seen, Mapping):
        raise TypeError(f"seen must be a dict of user ids and their items, got {seen!r}")
    user_of = {raw_id: code for code, raw_id in enumerate(users)}
    item_of = {raw_id: code for code, raw_id in enumerate(items)}
    rows: list[int] = []
    columns: list[int] = []
    for user, of_user in seen.items():
        if user not in user_of:
            raise ValueError(f"seen has the user {user!r}, who is not in user_ids")
        for item in check_ids(f"seen[{user!r}]", of_user):
            if item not in item_of:
                raise ValueError(f"seen[{user!r}] has the item {item!r}, which is not in item_ids")
            rows.append(user_of[user])
            columns.append(item_of[item])
    return np.array(rows, dtype=np.int32), np.array(columns, dtype=np.int32)
