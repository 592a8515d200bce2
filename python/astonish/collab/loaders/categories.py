"""The ids of a column and their codes, as fastai's CategoryMap shows them."""

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from astonish import _core

UNKNOWN = "#na#"
_SHOWN = 10  # ids in a repr


class CategoryMap(Sequence[Any]):
    """The ids that have a code, in the order of their codes; code 0 is '#na#', any other id.

    Parameters
    ----------
    ids : iterable
        Raw ids, all different. The first gets code 1.

    Attributes
    ----------
    items : list
        '#na#' and the ids: the id of each code.
    o2i : dict
        The code of each id; 0 for one that has none.

    Raises
    ------
    ValueError
        When an id is '#na#' or there twice.

    Examples
    --------
    >>> films = CategoryMap(["Alien", "Brazil", "Casablanca"])
    >>> films
    (#4) ['#na#', 'Alien', 'Brazil', 'Casablanca']
    >>> films[2], films.o2i["Brazil"], films.o2i["unheard of"]
    ('Brazil', 2, 0)
    """

    def __init__(self, ids: Iterable[Any]) -> None:
        self.items = [UNKNOWN, *ids]
        self.o2i = _Codes(zip(self.items, range(len(self.items)), strict=True))
        if self.o2i[UNKNOWN] != 0:
            raise ValueError(f"the id {UNKNOWN!r} is taken: it stands for ids that have no code")
        if len(self.o2i) != len(self.items):
            raise ValueError("ids must be different from each other")

    @property
    def ids(self) -> list[Any]:
        """The ids without '#na#'."""
        return self.items[1:]

    def encode(self, ids: list[Any]) -> NDArray[np.int32]:
        """Return the code of each id, 0 for one that has none; TypeError if not hashable."""
        return np.maximum(_core.ratings.lookup_ids(self.o2i, ids), 0)

    def map_objs(self, objs: Iterable[Any]) -> list[int]:
        """Return the code of each id."""
        return [self.o2i[raw_id] for raw_id in objs]

    def map_ids(self, ids: Iterable[int]) -> list[Any]:
        """Return the id of each code."""
        return [self.items[code] for code in ids]

    @overload
    def __getitem__(self, code: int) -> Any: ...
    @overload
    def __getitem__(self, code: slice) -> list[Any]: ...
    def __getitem__(self, code: int | slice) -> Any:
        return self.items[code]

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, raw_id: object) -> bool:
        return raw_id in self.o2i

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (CategoryMap, list, tuple)):
            return NotImplemented
        return self.items == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        more = ", ..." if len(self) > _SHOWN else ""
        return f"(#{len(self)}) [{', '.join(map(repr, self.items[:_SHOWN]))}{more}]"


class _Codes(dict[Any, int]):
    """Codes of ids; looking up an id without one gives 0 and adds nothing."""

    def __missing__(self, raw_id: Any) -> int:
        return 0


def sort_ids(ids: Iterable[Any]) -> list[Any]:
    """Return ids in ascending order: numbers before texts; as they came where no order is known."""
    ids = list(ids)
    try:
        return sorted(ids)
    except TypeError:
        pass
    try:
        return sorted(ids, key=lambda raw_id: (isinstance(raw_id, str), raw_id))
    except TypeError:
        return ids
