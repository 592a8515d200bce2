"""Titles in place of item ids."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.support.checks import check_mapping

_LONGEST = 45  # characters; longer labels leave no room for what they label


def titled(ids: NDArray[np.object_], titles: Mapping[Any, str] | None) -> NDArray[np.object_]:
    """Return the title of each id, the id itself where it has none; TypeError unless a mapping."""
    if titles is None:
        return ids
    check_mapping("titles", titles)
    return np.fromiter((titles.get(raw_id, raw_id) for raw_id in ids), dtype=object, count=len(ids))


def labels(ids: NDArray[np.object_], titles: Mapping[Any, str] | None) -> list[str]:
    """Return what a picture calls each id: its title, cut where it is very long."""
    return [
        text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
        for text in map(str, titled(ids, titles))
    ]
