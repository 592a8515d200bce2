"""What every model with user and item factors can do: score many pairs, and rank."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import INT32_MAX, check_ids, check_integer
from astonish._settings import resolve_n_threads
from astonish.models.approximate import ApproximateIndex
from astonish.models.base import NOT_A_NUMBER, AlgoBase
from astonish.models.factors import Factors
from astonish.models.prediction import PredictionImpossible
from astonish.models.ranking import Lists, Rules, rank, raw_ids_at, read_rules, refuse_unknown
from astonish.models.similar import most_similar


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

    pu: NDArray[Any]
    qi: NDArray[Any]
    # Pickles of scikit-surprise's models know nothing of these.
    biased: bool = True
    n_threads: int | None = None
    _impossible = "User and item are unknown."
    _unsaved = ("callback", "validation", "patience")  # there is no patience without validation

    def _factors(self) -> Factors:
        """Return the parameters as they are now; users may have assigned to them."""
        mean = float(self.trainset.global_mean)
        return Factors.of(self.pu, self.qi, self.bu, self.bi, mean, self.biased)

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
        return _core.factors.estimate_pair(*factors, row, item)

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        n_threads = resolve_n_threads(self.n_threads)
        factors, rows = self._factors_of(users, n_threads)
        return _core.factors.estimate_pairs(*factors, rows, items, n_threads)

    def _why_impossible(self, user: int, item: int) -> str:
        return NOT_A_NUMBER if self.biased else super()._why_impossible(user, item)

    def recommend(
        self,
        user_ids: Iterable[Any],
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Iterable[Any] | Mapping[Any, Iterable[Any]] | None = None,
        filter_items: Iterable[Any] | None = None,
        boosts: Mapping[Any, float] | None = None,
        index: ApproximateIndex | None = None,
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
        candidates : sequence of raw item ids, or dict, optional
            The only items to choose from; by default all that have a rating. A dict has a sequence
            for each user; a user who is not in it has none to choose from.
        filter_items : sequence of raw item ids, optional
            Items that nobody is to be shown.
        boosts : dict, optional
            Weights by raw item id that are added to the estimates of everybody, in their unit: 0.5
            lifts an item by half a rating, a negative weight lowers it.
        index : ApproximateIndex, optional
            What `build_index` made: lists come from a search that may miss some of the best items.
            By default they are exact.

        Returns
        -------
        item_ids : object array of shape (len(user_ids), n)
            Raw item ids, best first; None where fewer than `n` items remain. Of equal scores
            the lower inner item id comes first.
        scores : float64 array of the same shape
            The estimates, not clipped to the rating scale, and the boosts; NaN where there is no
            item.

        Raises
        ------
        TypeError
            When an argument is not of the kind above, or a subclass changed what `predict` says:
            lists come from the factors.
        ValueError
            For an id that is not part of the training set, a user without ratings (unless the model
            says what it shows them), n < 1, a boost that is not finite, or candidates or boosts
            beside an index.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> item_ids, scores = model.recommend(["1", "2"], n=3)
        >>> item_ids.shape, scores.shape
        ((2, 3), (2, 3))
        >>> model.recommend(["1"], n=2, candidates=["5"])[0].tolist()
        [['5', None]]
        """
        trainset = self._fitted_trainset()
        self._check_ranks()
        raw_ids = check_ids("user_ids", user_ids)
        users = trainset.inner_users(raw_ids)
        refuse_unknown("user_ids", raw_ids, users)
        n = check_integer("n", n, 1, INT32_MAX)
        if index is not None and not (candidates is None and boosts is None):
            raise ValueError("an index searches all items alike: no candidates or boosts beside it")
        if index is not None and not isinstance(index, ApproximateIndex):
            raise TypeError(f"index must be what build_index made, got {index!r}")
        rules = read_rules(trainset, exclude_seen, candidates, filter_items, boosts)
        items = np.empty((len(users), n), dtype=np.int32)
        scores = np.empty((len(users), n))
        for part, found in self._ranked(raw_ids, users, n, rules, index):
            items[part], scores[part] = found
        return raw_ids_at(trainset.item_ids, items), scores

    def _ranked(
        self,
        raw_ids: list[Any],
        users: NDArray[np.int32],
        n: int,
        rules: Rules,
        index: ApproximateIndex | None,
    ) -> Iterator[tuple[NDArray[np.intp], Lists]]:
        """Yield the lists of the users who have factors, and of those who have none."""
        n_threads = resolve_n_threads(self.n_threads)
        rated = self._rated_users(raw_ids)
        fallback = self._fallback_scores() if (rated < 0).any() else None
        if fallback is None:
            refuse_unknown("user_ids", raw_ids, rated)
        else:
            strangers = np.flatnonzero(rated < 0)
            everybody = Factors.of_biases(np.zeros(1), fallback, 0.0)
            nobody = np.zeros(len(strangers), dtype=np.int32)
            ranked = rank(everybody, nobody, users[strangers], n, rules, self.trainset, n_threads)
            yield strangers, ranked
        known = np.flatnonzero(rated >= 0)
        factors, rows = self._factors_of(rated[known], n_threads)
        search = rank if index is None else index.rank
        yield known, search(factors, rows, users[known], n, rules, self.trainset, n_threads)

    def _rated_users(self, user_ids: list[Any]) -> NDArray[np.int32]:
        """Return inner ids, -1 for users that the model knows nothing of."""
        return self.trainset.known_users(self.trainset.inner_users(user_ids))

    def _fallback_scores(self) -> NDArray[np.float64] | None:
        """Return what ranks items for users that the model knows nothing of, one score an item.

        None refuses such users. An estimate for them would be the mean and the item's bias, which
        ranks by the taste of the few who rated an item; what to show instead is for a model to say.
        """
        return None

    def _check_ranks(self) -> None:
        if not self._runs_in_core():
            raise TypeError(
                f"{type(self).__name__} changes what predict says, so its factors do not rank items"
            )

    def similar_items(
        self,
        item_ids: Iterable[Any],
        n: int = 10,
        candidates: Iterable[Any] | None = None,
        filter_items: Iterable[Any] | None = None,
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Return the `n` items whose factors point most nearly where those of each item do.

        Parameters
        ----------
        item_ids : sequence of raw ids
            Items of the training set.
        n : int, default 10
            Length of the lists.
        candidates, filter_items : sequences of raw item ids, optional
            The only items to choose from, and items to leave out.

        Returns
        -------
        item_ids : object array of shape (len(item_ids), n)
            Raw item ids, most similar first, without the item itself; None where fewer than `n`
            remain. Items whose factors are all zero are similar to nothing.
        similarities : float64 array of the same shape
            Cosines of the factors, from -1 to 1; NaN where there is no item.

        Raises
        ------
        TypeError
            When an argument is not a sequence of ids.
        ValueError
            For an id that is not part of the training set, n < 1, or a model without factors.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> item_ids, similarities = model.similar_items(["1", "2"], n=3)
        >>> item_ids.shape, bool((similarities <= 1).all())
        ((2, 3), True)
        """
        trainset = self._fitted_trainset()
        self._check_ranks()
        raw_ids = check_ids("item_ids", item_ids)
        inner = trainset.known_items(trainset.inner_items(raw_ids))
        refuse_unknown("item_ids", raw_ids, inner)
        n = check_integer("n", n, 1, INT32_MAX)
        if isinstance(candidates, Mapping):  # lists of users, for `recommend` alone
            raise TypeError(f"candidates must be a sequence of ids, got {candidates!r}")
        rules = read_rules(trainset, False, candidates, filter_items, None)
        n_threads = resolve_n_threads(self.n_threads)
        found, similarities = most_similar(self._factors().qi, inner, n, rules.allowed, n_threads)
        return raw_ids_at(trainset.item_ids, found), similarities

    def similar_users(
        self, user_ids: Iterable[Any], n: int = 10
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Return the `n` users whose factors point most nearly where those of each user do.

        Parameters, results and errors are those of `similar_items`, for users; all users of the
        training set are candidates.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> user_ids, similarities = model.similar_users(["1", "2"], n=3)
        >>> user_ids.shape, bool((similarities <= 1).all())
        ((2, 3), True)
        """
        trainset = self._fitted_trainset()
        self._check_ranks()
        raw_ids = check_ids("user_ids", user_ids)
        inner = trainset.inner_users(raw_ids)
        refuse_unknown("user_ids", raw_ids, inner)
        n = check_integer("n", n, 1, INT32_MAX)
        n_threads = resolve_n_threads(self.n_threads)
        rated = np.flatnonzero(self._rated_users(trainset.user_ids) >= 0).astype(np.int32)
        factors, rows = self._factors_of(rated, n_threads)
        pu = np.zeros((trainset.n_users, factors.pu.shape[1]), factors.pu.dtype)
        pu[rated] = factors.pu[rows]
        found, similarities = most_similar(pu, inner, n, None, n_threads)
        return raw_ids_at(trainset.user_ids, found), similarities

    def build_index(
        self, connectivity: int = 16, expansion_add: int = 128, expansion_search: int = 64
    ) -> ApproximateIndex:
        """Return an index of the items, with which `recommend` is approximate.

        It is for single users of very many items: for many users at a time the exact search is
        much faster. It holds the items as they are now; see `ApproximateIndex`.
        """
        self._fitted_trainset()
        self._check_ranks()
        n_threads = resolve_n_threads(self.n_threads)
        options = connectivity, expansion_add, expansion_search
        return ApproximateIndex(self._factors(), *options, n_threads=n_threads)
