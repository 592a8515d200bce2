"""Embeddings and biases by raw id, under the names that fastai's models have for them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.models.base.model import Model
from astonish.models.training.publishing import reading, snapshot
from astonish.support.checks import check_ids


class EmbeddingTable(NamedTuple):
    """A table as fastai's layers have it.

    Attributes
    ----------
    weight : array of shape (n_ids + 1, n_factors)
        A copy of the rows by code; row 0 is that of '#na#', any unknown id, and is zero.
    """

    weight: NDArray[Any]


class EmbeddingLookup(Model):
    """A model whose ``pu``, ``qi``, ``bu`` and ``bi`` are looked up as fastai's are."""

    pu: NDArray[Any]
    qi: NDArray[Any]
    bu: Any
    bi: Any
    biased: bool = True

    @reading
    def weight(self, arr: Iterable[Any], is_item: bool = True) -> NDArray[Any]:
        """Return the embeddings of items, or of users.

        Parameters
        ----------
        arr : sequence of raw ids, of length n
            Items, or users.
        is_item : bool, default True
            Which of them.

        Returns
        -------
        array of shape (n, n_factors)

        Raises
        ------
        KeyError
            For an id that the training data does not have.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.DotBias(n_factors=20, n_epochs=1, random_state=0).fit(trainset)
        >>> model.weight(["50", "100"]).shape, model.bias(["196"], is_item=False).shape
        ((2, 20), (1,))
        """
        rows = self._rows_of(arr, is_item)
        return (self.qi if is_item else self.pu)[rows]

    @reading
    def bias(self, arr: Iterable[Any], is_item: bool = True) -> NDArray[Any]:
        """Return the biases of items, or of users: an array of shape (n,).

        Parameters and errors are those of `weight`.

        Raises
        ------
        TypeError
            When the model has no biases.
        """
        rows = self._rows_of(arr, is_item)
        return self._biases(is_item)[rows]

    @property
    def u_weight(self) -> EmbeddingTable:
        """The embeddings of all users, behind that of '#na#'."""
        return _table(self.pu)

    @property
    def i_weight(self) -> EmbeddingTable:
        """The embeddings of all items, behind that of '#na#'."""
        return _table(self.qi)

    @property
    def u_bias(self) -> EmbeddingTable:
        """The biases of all users, behind that of '#na#': of shape (n_users + 1, 1)."""
        return _table(self._biases(is_item=False)[:, np.newaxis])

    @property
    def i_bias(self) -> EmbeddingTable:
        """The biases of all items, behind that of '#na#': of shape (n_items + 1, 1)."""
        return _table(self._biases(is_item=True)[:, np.newaxis])

    def _biases(self, is_item: bool) -> NDArray[Any]:
        model = snapshot(self)
        biases: NDArray[Any] | None = getattr(model, "bi" if is_item else "bu", None)
        if biases is None or not model.biased:
            raise TypeError(f"this {type(self).__name__} has no biases")
        return biases

    def _rows_of(self, arr: Iterable[Any], is_item: bool) -> NDArray[np.int32]:
        trainset = self._fitted_trainset()
        ids = check_ids("arr", arr)
        rows = (trainset.inner_items if is_item else trainset.inner_users)(ids, "arr")
        unknown = np.flatnonzero(rows < 0)
        if len(unknown):
            kind = "item" if is_item else "user"
            raise KeyError(
                f"{kind} {ids[unknown[0]]!r} is not in the training data; if it was in yours, "
                "all its ratings may be held out for validation"
            )
        return rows


def _table(rows: NDArray[Any]) -> EmbeddingTable:
    return EmbeddingTable(np.concatenate([np.zeros((1, rows.shape[1]), rows.dtype), rows]))
