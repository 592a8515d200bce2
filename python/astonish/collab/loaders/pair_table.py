"""A printed table of users and items with what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from astonish.collab.loaders.categories import CategoryMap
from astonish.support.text_table import text_table


def print_pairs(
    classes: Mapping[Any, CategoryMap],
    users: Iterable[int],
    items: Iterable[int],
    columns: Mapping[Any, list[str]],
) -> None:
    """Print the raw ids of coded pairs, and further columns."""
    user_classes, item_classes = classes.values()
    ids = user_classes.map_ids(users), item_classes.map_ids(items)
    rows = zip(*ids, *columns.values(), strict=True)
    heads = list(map(str, (*classes, *columns)))
    print(text_table(heads, [list(map(str, row)) for row in rows]))
