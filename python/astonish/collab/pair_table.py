"""A printed table of users and items with what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from astonish.collab.categories import CategoryMap


def print_pairs(
    classes: Mapping[Any, CategoryMap],
    users: Iterable[int],
    items: Iterable[int],
    columns: Mapping[Any, list[str]],
) -> None:
    """Print the raw ids of coded pairs, and further columns."""
    table = Table(*map(str, (*classes, *columns)))
    user_classes, item_classes = classes.values()
    ids = user_classes.map_ids(users), item_classes.map_ids(items)
    for row in zip(*ids, *columns.values(), strict=True):
        table.add_row(*map(str, row))
    Console(markup=False, emoji=False).print(table)  # a title may look like either
