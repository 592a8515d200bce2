"""Slope One; drives the kernel of slope_one.hpp."""

from dataclasses import KW_ONLY, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.models.base.prediction import PredictionImpossible
from astonish.models.training.parameters import N_THREADS
from astonish.models.training.publishing import reading
from astonish.support.cancellation import blocks, check_cancelled
from astonish.support.derived import cached
from astonish.support.parameters import checked, declare
from astonish.support.public import public
from astonish.support.settings import is_strict, resolve_n_threads

_ITEMS_PER_CALL = 128
_TABLES = ("freq", "dev")
_BYTES_PER_ENTRY = 16  # of a row: one of freq, one of dev
_KEPT_BYTES = 1 << 27  # of rows that single estimates made, for each training set

Row = tuple[NDArray[np.intp], NDArray[np.float64]]

# Ratings of a training set do not change, so all models of it share its rows; they are no attribute
# of a model, because they have no place in its file.
_kept_rows: WeakKeyDictionary[Trainset, dict[tuple[int, bool], Row]] = WeakKeyDictionary()


@public
@declare
class SlopeOne(AlgoBase):
    r"""The user's mean, moved by how much better the item is rated than the user's other items.

    The estimate is :math:`\mu_u` and the mean of :math:`\mathrm{dev}(i, j)` over the items *j* of
    the user that have a rater in common with item *i*, where :math:`\mathrm{dev}(i, j)` is the mean
    of :math:`r_{ui} - r_{uj}` over those raters. An unknown user or item makes it impossible.

    `fit` only remembers the ratings. The row of deviations of an item is made when the item is
    estimated, so memory is O(n_ratings + n_items) instead of O(n_items²). `test` and `predict_many`
    make one row for each distinct item, in threads, and drop it. `predict` makes one in one thread
    and keeps it for the next call, up to 128 MB for a training set: prefer a batch to a loop.

    Attributes
    ----------
    user_mean : list of float
        Mean rating of each user.
    freq : intp array of shape (n_items, n_items)
        In how many pairs of ratings by one user two items occur. Made when it is first asked for.
    dev : float64 array of shape (n_items, n_items)
        The deviations; NaN for items without a common rater, 0 on the diagonal. Made when it is
        first asked for. Estimates use the two tables where they are there.

    Raises
    ------
    TypeError, ValueError
        By `fit`: for a wrong number of threads.

    Notes
    -----
    Ratings count as they are; scikit-surprise cuts those in `freq` and `dev` to whole numbers, and
    so does this with ``ASTONISH_SURPRISE_STRICT=1``. For whole numbers both are equal to the last
    bit.

    References
    ----------
    Lemire, Maclachlan: Slope One predictors for online rating-based collaborative filtering. SDM
    2005. Interface and order of summation are scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.SlopeOne().fit(trainset)
    >>> model.predict_many(["1", "2"], ["10", "10"]).shape
    (2,)
    """

    _: KW_ONLY
    n_threads: int | None = N_THREADS

    user_mean: list[float] = field(init=False)

    def _fitted_arrays(self) -> FittedArrays:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "user_mean": ArrayOf((n_users,), keeps_type=True),
            "freq": ArrayOf((n_items, n_items), is_optional=True, keeps_type=True),
            "dev": ArrayOf((n_items, n_items), may_be_nan=True, is_optional=True),
        }

    def _fit(self, trainset: Trainset) -> None:
        checked(self)
        for name in _TABLES:
            vars(self).pop(name, None)
        self.user_mean = list(trainset.by_user.reduce_rows(np.mean))

    @cached
    def freq(self) -> NDArray[np.intp]:
        """How often a user's ratings pair two items, shape (n_items, n_items)."""
        return self._table(0, np.intp)

    @cached
    def dev(self) -> NDArray[np.float64]:
        """Mean difference between the ratings of two items, shape (n_items, n_items)."""
        return self._table(1, np.float64)

    @reading
    def estimate(self, u: Any, i: Any) -> float:
        """Return the estimate for inner ids.

        Raises
        ------
        PredictionImpossible
            When the user or the item is unknown.
        """
        if not (self.trainset.knows_user(u) and self.trainset.knows_item(i)):
            raise PredictionImpossible(self._impossible)
        user, item = int(u), int(i)
        freq, dev = self._row(item)
        items, _ = self.trainset.by_user.row(user)
        relevant = dev[items][freq[items] > 0]
        if not len(relevant):
            return float(self.user_mean[user])
        # cumsum adds one after the other, as the kernel does; sum would add in pairs.
        return float(self.user_mean[user] + np.cumsum(relevant)[-1] / len(relevant))

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        estimates = np.full(len(users), np.nan)
        known = np.flatnonzero((users >= 0) & (items >= 0))
        if self._has_tables():
            for pair in known:
                check_cancelled()
                estimates[pair] = self.estimate(users[pair], items[pair])
            return estimates
        known = known[np.argsort(items[known], kind="stable")]
        distinct, starts = np.unique(items[known], return_index=True)
        offsets = np.append(starts, len(known)).astype(np.int64)
        by_user, by_item = self._ratings()
        means = np.array(self.user_mean, dtype=np.float64)
        n_threads = resolve_n_threads(self.n_threads)
        for block in blocks(len(distinct), _ITEMS_PER_CALL):
            bounds = offsets[block.start : block.stop + 1]
            pairs = known[bounds[0] : bounds[-1]]
            estimates[pairs] = _core.statistics.estimate_slope_one(
                by_user.view,
                by_item.view,
                means,
                distinct[block],
                bounds - bounds[0],
                users[pairs],
                n_threads,
            )
        return estimates

    def _users_per_block(self) -> int:
        # A row of deviations is made for each item of a block.
        return max(super()._users_per_block(), self._users_per_large_block())

    def _has_tables(self) -> bool:
        """Return whether someone asked for the tables, or brought their own."""
        return any(name in vars(self) for name in _TABLES)

    def _row(self, item: int) -> Row:
        """Return a row of `freq` and of `dev`, and keep it for the next pair with this item."""
        if self._has_tables():
            return self.freq[item], self.dev[item]
        kept = _kept_rows.setdefault(self.trainset, {})
        key = item, is_strict()
        row = kept.get(key)
        if row is None:
            if len(kept) * _BYTES_PER_ENTRY * self.trainset.n_items >= _KEPT_BYTES:
                kept.clear()
            freq, dev = self._rows(np.array([item], dtype=np.int32), 1)
            row = kept[key] = freq[0], dev[0]
        return row

    def _rows(self, items: NDArray[np.int32], n_threads: int) -> Row:
        """Return several rows of `freq` and of `dev`."""
        by_user, by_item = self._ratings()
        return _core.statistics.slope_one_rows(by_user.view, by_item.view, items, n_threads)

    def _table(self, part: int, dtype: Any) -> NDArray[Any]:
        """Make one of the tables; `part` is its index in what the kernel returns."""
        n_items = self.trainset.n_items
        n_threads = resolve_n_threads(self.n_threads)
        items = np.arange(n_items, dtype=np.int32)
        table = np.empty((n_items, n_items), dtype=dtype)
        for block in blocks(n_items, _ITEMS_PER_CALL):
            table[block] = self._rows(items[block], n_threads)[part]
        return table

    def _ratings(self) -> tuple[Csr, Csr]:
        """Return the users' and the items' ratings as deviations count them."""
        by_user, by_item = self.trainset.by_user, self.trainset.by_item
        return (by_user.truncated, by_item.truncated) if is_strict() else (by_user, by_item)
