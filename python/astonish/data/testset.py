"""The test set of a split: tuples over columns."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from astonish.data.ratings import Ratings, Triple


class Testset(Sequence[Triple]):
    """Ratings to predict: a sequence of (raw user id, raw item id, rating) over columns.

    It is read like a list of tuples: iterated, counted, indexed, sliced, compared, added to a list.
    The tuples are made when they are asked for; ``list(testset)`` is a list that can be changed.
    Predictions and metrics take the columns.

    Parameters
    ----------
    ratings_to_predict : Ratings
        The columns.
    known : Ratings, optional
        What may be told to a model before it predicts, for `fold_in`: ratings by users of the test
        set who are not in the training set.

    Attributes
    ----------
    known : Ratings or None
        None where nothing is to be folded in: the users are those of the training set.
    users, items : int32 arrays of shape (n_ratings,)
        Positions in `user_ids` and `item_ids`.
    ratings : float64 array of shape (n_ratings,)
        The true ratings.
    user_ids, item_ids : list
        Raw ids.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> trainset, testset = astonish.model_selection.train_test_split(data, random_state=0)
    >>> testset
    <Testset: 20000 ratings>
    >>> user_id, item_id, rating = testset[0]
    >>> rating == testset.ratings.tolist()[0]
    True
    """

    __test__ = False  # for pytest, which takes the name for that of a test class

    def __init__(self, ratings_to_predict: Ratings, known: Ratings | None = None) -> None:
        self._columns = ratings_to_predict
        self.known = known

    @property
    def users(self) -> NDArray[np.int32]:
        """Position in `user_ids` of the user of each rating."""
        return self._columns.users

    @property
    def items(self) -> NDArray[np.int32]:
        """Position in `item_ids` of the item of each rating."""
        return self._columns.items

    @property
    def ratings(self) -> NDArray[np.float64]:
        """The true ratings."""
        return self._columns.values

    @property
    def user_ids(self) -> list[Any]:
        """Raw user ids; the data set may hold more of them than the test set."""
        return self._columns.user_ids

    @property
    def item_ids(self) -> list[Any]:
        """Raw item ids; the data set may hold more of them than the test set."""
        return self._columns.item_ids

    def raw_users(self) -> list[Any]:
        """Return the raw user id of each rating."""
        return self._columns.raw_users()

    def raw_items(self) -> list[Any]:
        """Return the raw item id of each rating."""
        return self._columns.raw_items()

    def to_ratings(self) -> Ratings:
        """Return the columns, with timestamps where the data have them."""
        return self._columns

    def to_list(self) -> list[Triple]:
        """Return a list of the tuples; as ``list(testset)``, and faster."""
        return self._columns.to_triples()

    def copy(self) -> list[Triple]:
        """Return a list of the tuples."""
        return self.to_list()

    def __len__(self) -> int:
        return len(self._columns)

    def __iter__(self) -> Iterator[Triple]:
        return self._columns.triples()

    @overload
    def __getitem__(self, index: int) -> Triple: ...
    @overload
    def __getitem__(self, index: slice) -> "Testset": ...
    def __getitem__(self, index: int | slice) -> "Triple | Testset":
        if isinstance(index, slice):
            return Testset(self._columns[index], self.known)
        return self._columns[index][:3]

    def __reversed__(self) -> Iterator[Triple]:
        return reversed(self.to_list())

    def __contains__(self, value: object) -> bool:
        return value in self.to_list()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Testset):
            return self.to_list() == other.to_list()
        return self.to_list() == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a list, which it is compared with

    def __add__(self, other: "Sequence[Triple]") -> list[Triple]:
        return self.to_list() + list(other) if isinstance(other, list | Testset) else NotImplemented

    def __radd__(self, other: list[Triple]) -> list[Triple]:
        return other + self.to_list() if isinstance(other, list) else NotImplemented

    def __repr__(self) -> str:
        return f"<Testset: {len(self)} ratings>"
