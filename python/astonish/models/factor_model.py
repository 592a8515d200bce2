"""What every model with user and item factors can do: score many pairs, and rank."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._cancellation import blocks
from astonish._checks import check_ids, check_integer
from astonish._settings import resolve_n_threads
from astonish.models.base import NOT_A_NUMBER, AlgoBase
from astonish.models.factors import Factors
from astonish.models.prediction import PredictionImpossible

_USERS_PER_CALL = 8192


class FactorModel(AlgoBase):
    """A model whose estimate is a sum of biases and an inner product of factors.

    Attributes
    ----------
    biased : bool
        Whether the estimate has a mean and biases beside the product.
    n_threads : int or None
        Threads for scoring and ranking; None means ``ASTONISH_NUM_THREADS``, else all CPUs that the
        process may use. Results do not depend on it.
    """

    # Pickles of scikit-surprise's models know nothing of these.
    biased: bool = True
    n_threads: int | None = None
    _impossible = "User and item are unknown."

    def _factors(self) -> Factors:
        """Return the parameters as they are now; users may have assigned to them."""
        raise NotImplementedError

    def _factors_of(
        self,
        users: NDArray[np.int32],
        n_threads: int,  # noqa: ARG002
    ) -> tuple[Factors, NDArray[np.int32]]:
        """Return parameters that hold `users` (-1 is unknown), and the row of each of them there.

        A model whose user factors take work computes only those that are asked for.
        """
        return self._factors(), users

    def _factors_of_all(self) -> dict[str, Any] | None:
        if not self._runs_in_core():
            return None
        users = np.arange(self.trainset.n_users, dtype=np.int32)
        factors, _ = self._factors_of(users, resolve_n_threads(self.n_threads))
        return factors._asdict()

    def _factors_of_one(self, user: int) -> tuple[Factors, int]:
        """Return what `_factors_of` does for one user, without an array of it."""
        return self._factors(), user

    def estimate(self, u: Any, i: Any) -> float:
        """Return the estimate for inner ids; a user or item that is unknown contributes nothing.

        Raises
        ------
        PredictionImpossible
            When the model is unbiased and does not know both.
        """
        user = int(u) if self.trainset.knows_user(u) else -1
        item = int(i) if self.trainset.knows_item(i) else -1
        if not self.biased and min(user, item) < 0:
            raise PredictionImpossible(self._impossible)
        factors, row = self._factors_of_one(user)
        return _core.estimate_pair(*factors, row, item)

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        n_threads = resolve_n_threads(self.n_threads)
        factors, rows = self._factors_of(users, n_threads)
        return _core.estimate_pairs(*factors, rows, items, n_threads)

    def _why_impossible(self, user: int, item: int) -> str:
        return NOT_A_NUMBER if self.biased else super()._why_impossible(user, item)

    def recommend(
        self,
        user_ids: Iterable[Any],
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Iterable[Any] | None = None,
        filter_items: Iterable[Any] | None = None,
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Return the `n` items with the highest estimates for each user.

        Parameters
        ----------
        user_ids : sequence of raw ids
            Users of the training set.
        n : int, default 10
            Length of the lists.
        exclude_seen : bool, default True
            Whether to leave out the items that a user rated in the training set.
        candidates : sequence of raw item ids, optional
            The only items to choose from; all by default.
        filter_items : sequence of raw item ids, optional
            Items that nobody is to be shown.

        Returns
        -------
        item_ids : object array of shape (len(user_ids), n)
            Raw item ids, best first; None where fewer than `n` items remain. Of equal estimates
            the lower inner item id comes first.
        scores : float64 array of the same shape
            The estimates, not clipped to the rating scale; NaN where there is no item.

        Raises
        ------
        TypeError
            When an argument is not a sequence of ids, or a subclass changed what `predict` says:
            lists come from the factors.
        ValueError
            For an id that is not part of the training set, or n < 1.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> item_ids, scores = model.recommend(["1", "2"], n=3)
        >>> item_ids.shape, scores.shape
        ((2, 3), (2, 3))
        """
        trainset = self._fitted_trainset()
        if not self._runs_in_core():
            raise TypeError(
                f"{type(self).__name__} changes what predict says, so its factors do not rank items"
            )
        users = _known("user_ids", user_ids, self._rated_users)
        n = check_integer("n", n, minimum=1)
        n_threads = resolve_n_threads(self.n_threads)
        factors, rows = self._factors_of(users, n_threads)
        ranking = _Ranking(factors, self._allowed_items(candidates, filter_items))
        item_ids = np.empty((len(users), n), dtype=object)
        scores = np.empty((len(users), n))
        raw_ids = np.empty(trainset.n_items + 1, dtype=object)  # the last one, at -1, is None
        raw_ids[:-1] = trainset.item_ids
        for block in blocks(len(users), _USERS_PER_CALL):
            seen = trainset.by_user.take_rows(users[block]) if exclude_seen else None
            items, scores[block] = ranking.best(rows[block], n, seen, n_threads)
            item_ids[block] = raw_ids[items]
        return item_ids, scores

    def _rated_users(self, user_ids: list[Any]) -> NDArray[np.int32]:
        return self.trainset.known_users(self.trainset.inner_users(user_ids))

    def _allowed_items(
        self, candidates: Iterable[Any] | None, filter_items: Iterable[Any] | None
    ) -> NDArray[np.intp] | None:
        """Return the inner ids that may be listed, ascending; None for all."""
        trainset = self.trainset
        rated = trainset.known_items(np.arange(trainset.n_items, dtype=np.int32)) >= 0
        if candidates is None and filter_items is None and rated.all():
            return None
        allowed = rated if candidates is None else np.zeros(trainset.n_items, dtype=bool)
        if candidates is not None:
            allowed[_known("candidates", candidates, trainset.inner_items)] = True
        if filter_items is not None:
            allowed[_known("filter_items", filter_items, trainset.inner_items)] = False
        return np.flatnonzero(allowed)


class _Ranking:
    """Factors cut to the items that may be listed."""

    def __init__(self, factors: Factors, allowed: NDArray[np.intp] | None) -> None:
        self._factors = factors
        self._allowed = allowed
        self._items = factors.qi if allowed is None else factors.qi[allowed]
        bias = factors.bi if allowed is None else factors.bi[allowed]
        self._bias = bias if factors.biased else None

    def best(
        self,
        users: NDArray[np.int32],
        n: int,
        seen: tuple[NDArray[Any], NDArray[np.int32]] | None,
        n_threads: int,
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return inner item ids, -1 where there are too few, and estimates."""
        offsets, indices = seen or (np.empty(0, np.int64), np.empty(0, np.int32))
        if self._allowed is not None:
            offsets, indices = self._renumber(offsets, indices)
        items, _ = _core.topk(
            self._factors.pu[users], self._items, n, self._bias, offsets, indices, n_threads
        )
        if self._allowed is not None:
            items = np.where(items < 0, -1, np.append(self._allowed, -1)[items]).astype(np.int32)
        return self._in_order_of_estimates(users, items, n_threads)

    def _in_order_of_estimates(
        self, users: NDArray[np.int32], items: NDArray[np.int32], n_threads: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return items and their estimates to the last bit of `predict`.

        The search adds the terms in another order, so its scores may differ in the last bit.
        """
        each_user = np.repeat(users, items.shape[1])
        scores = _core.estimate_pairs(*self._factors, each_user, items.ravel(), n_threads)
        scores = np.where(items < 0, np.nan, scores.reshape(items.shape))
        rises = scores[:, :-1] < scores[:, 1:]
        ties = (scores[:, :-1] == scores[:, 1:]) & (items[:, :-1] > items[:, 1:])
        for row in np.flatnonzero((rises | ties).any(axis=1)):
            order = np.lexsort((items[row], -scores[row]))
            items[row], scores[row] = items[row, order], scores[row, order]
        return items, scores

    def _renumber(
        self, offsets: NDArray[Any], indices: NDArray[np.int32]
    ) -> tuple[NDArray[Any], NDArray[np.int32]]:
        """Express excluded items as positions among the allowed ones; drop the others."""
        position = np.full(len(self._factors.qi), -1, dtype=np.int32)
        position[self._allowed] = np.arange(len(self._items), dtype=np.int32)
        renumbered = position[indices]
        kept = np.concatenate(([0], np.cumsum(renumbered >= 0)))
        return kept[offsets].astype(np.int64), renumbered[renumbered >= 0]


def _known(name: str, ids: Iterable[Any], to_inner: Any) -> NDArray[np.int32]:
    """Return inner ids; ValueError for the first raw id that is unknown."""
    raw_ids = check_ids(name, ids)
    inner: NDArray[np.int32] = to_inner(raw_ids)
    if len(inner) and inner.min() < 0:
        place = int(np.argmin(inner))
        raise ValueError(
            f"{name}[{place}] is {raw_ids[place]!r}, which is not part of the training set "
            f"({type(raw_ids[place]).__name__}; ids read from a file are str)"
        )
    return inner
