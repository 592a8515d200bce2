"""Approximate search for the best items; drives usearch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.models.ranking.factor_search import in_order_of_estimates
from astonish.models.ranking.factors import Factors
from astonish.models.ranking.rules import Lists, Rows, Rules
from astonish.support.checks import check_integer
from astonish.support.settings import resolve_n_threads

_SAMPLE = 1000
_MORE = 4  # times as many items are searched for, each time that lists stay short


class ApproximateIndex:
    """A graph of the items that leads to the best ones without looking at all of them.

    `Model.build_index` makes it, ``recommend(..., index=index)`` uses it. Items become
    neighbours by their factors and biases, and one more coordinate that makes all of them equally
    long: then the largest inner product belongs to the nearest item.

    Parameters
    ----------
    factors : Factors
        The model.
    connectivity : int, default 16
        Neighbours of an item in the graph.
    expansion_add, expansion_search : int, default 128 and 64
        How many items are weighed while one is added, or searched for; more find more, and take
        longer.
    n_threads : int, optional
        Threads that build. With more than one the graph, and so what is missed, may differ from run
        to run.

    Raises
    ------
    ImportError
        When usearch is not installed.
    ValueError
        For a model without finite factors and biases.

    References
    ----------
    Malkov, Yashunin: Efficient and robust approximate nearest neighbor search using hierarchical
    navigable small world graphs. IEEE TPAMI 42(4), 2020. Bachrach et al.: Speeding up the Xbox
    recommender system using a Euclidean transformation for inner-product spaces. RecSys 2014.
    """

    def __init__(
        self,
        factors: Factors,
        connectivity: int = 16,
        expansion_add: int = 128,
        expansion_search: int = 64,
        *,
        n_threads: int | None = None,
    ) -> None:
        connectivity = check_integer("connectivity", connectivity, minimum=2)
        expansion_add = check_integer("expansion_add", expansion_add, minimum=1)
        self._expansion = check_integer("expansion_search", expansion_search, minimum=1)
        self._factors = factors
        items = _equally_long(factors)
        self._graph = _usearch().Index(
            ndim=items.shape[1],
            metric="ip",
            dtype="f32",
            connectivity=connectivity,
            expansion_add=expansion_add,
            expansion_search=self._expansion,
        )
        self._graph.add(np.arange(len(items)), items, threads=resolve_n_threads(n_threads))

    def recall(self, n: int = 10, n_threads: int | None = None) -> float:
        """Return the share of the exact lists' items that the index finds.

        Asked for up to 1,000 users of the model, evenly spread; nothing is excluded.
        """
        n = check_integer("n", n, minimum=1)
        n_threads = resolve_n_threads(n_threads)
        pu = self._factors.pu
        rows = np.unique(np.linspace(0, len(pu) - 1, min(len(pu), _SAMPLE)).astype(np.int32))
        bias = self._factors.bi if self._factors.biased else None
        nothing = np.empty(0, np.int64), np.empty(0, np.int32)
        exact, _ = _core.topk.topk(pu[rows], self._factors.qi, n, bias, *nothing, n_threads)
        found = self._search(self._factors, rows, n, n_threads)
        pairs = zip(exact, found, strict=True)
        hits = sum(len(np.intersect1d(a[a >= 0], b[b >= 0])) for a, b in pairs)
        return hits / int((exact >= 0).sum())

    def rank(
        self,
        factors: Factors,
        rows: NDArray[np.int32],
        n: int,
        rules: Rules,
        seen: Rows | None,
        n_threads: int,
    ) -> Lists:
        """Answer as `factor_search.rank` does, from the items that the search comes upon.

        Those whose lists stay short because of what must be left out are asked again for more.
        """
        self._check_same_items(factors)
        left_out = _LeftOut(len(factors.qi), len(rows), rules, seen)
        kept = self._best_kept(factors, rows, n, left_out, n_threads)
        return in_order_of_estimates(factors, None, rows, kept, n_threads)

    def _best_kept(
        self,
        factors: Factors,
        rows: NDArray[np.int32],
        n: int,
        left_out: "_LeftOut",
        n_threads: int,
    ) -> NDArray[np.int32]:
        kept = np.full((len(rows), n), -1, dtype=np.int32)
        short = np.arange(len(rows))
        fetched = n
        while len(short):
            fetched = min(fetched * _MORE, n + left_out.most())
            found = self._search(factors, rows[short], fetched, n_threads)
            kept[short] = _first_kept(found, left_out.of(short, found), n)
            exhausted = fetched >= n + left_out.counts[short]
            short = short[(kept[short, -1] < 0) & ~exhausted]
        return kept

    def _check_same_items(self, factors: Factors) -> None:
        if factors.qi.shape != self._factors.qi.shape:
            raise ValueError(
                f"the index holds factors of shape {self._factors.qi.shape}, the model has "
                f"{factors.qi.shape}: build_index makes a new one"
            )
        pairs = (factors.qi, self._factors.qi), (factors.bi, self._factors.bi)
        if not all(ours is held or np.array_equal(ours, held) for ours, held in pairs):
            raise ValueError(
                "the index holds other items than the model: build_index makes a new one"
            )

    def _search(
        self, factors: Factors, rows: NDArray[np.int32], n: int, n_threads: int
    ) -> NDArray[np.int32]:
        """Return the inner ids of about the best `n` items, -1 where there are fewer."""
        n = min(n, len(self._graph))
        queries = np.zeros((len(rows), self._graph.ndim), dtype=np.float32)
        width = factors.pu.shape[1]
        queries[:, :width] = factors.pu[rows]
        queries[:, width] = 1  # times the bias
        self._graph.expansion_search = max(self._expansion, n)
        matches = self._graph.search(queries, n, threads=n_threads)
        found = np.full((len(rows), n), -1, dtype=np.int32)
        keys = np.atleast_2d(matches.keys).astype(np.int64)
        counts = np.atleast_1d(getattr(matches, "counts", np.full(len(rows), n)))
        filled = np.arange(keys.shape[1]) < counts[:, np.newaxis]
        found[:, : keys.shape[1]][filled] = keys[filled]
        return found


class _LeftOut:
    """The items that some users are not to be shown."""

    def __init__(self, n_items: int, n_users: int, rules: Rules, seen: Rows | None) -> None:
        self._n_items = n_items
        self._forbidden = np.zeros(n_items, dtype=bool)
        if rules.allowed is not None:
            self._forbidden[:] = True
            self._forbidden[rules.allowed] = False
        self.counts = np.full(n_users, self._forbidden.sum())
        self._seen = np.empty(0, dtype=np.int64)
        if seen is not None:
            offsets, items = seen
            lengths = np.diff(offsets)
            self.counts += lengths
            self._seen = np.repeat(np.arange(n_users), lengths) * n_items + items

    def most(self) -> int:
        """Return how many items may have to be left out for one user."""
        return int(self.counts.max(initial=0))

    def of(self, rows: NDArray[np.intp], found: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which items of some users' lists are to be left out."""
        keys = rows[:, np.newaxis] * self._n_items + found
        return (found < 0) | self._forbidden[found] | np.isin(keys, self._seen)


def _first_kept(found: NDArray[np.int32], left_out: NDArray[np.bool_], n: int) -> NDArray[np.int32]:
    """Move what is kept to the left, and cut or pad with -1 to `n`."""
    order = np.argsort(left_out, axis=1, kind="stable")[:, :n]
    kept = np.full((len(found), n), -1, dtype=np.int32)
    items = np.take_along_axis(found, order, axis=1)
    items[np.take_along_axis(left_out, order, axis=1)] = -1
    kept[:, : items.shape[1]] = items
    return kept


def _equally_long(factors: Factors) -> NDArray[np.float32]:
    """Return rows (factors, bias, rest) of one length; for queries the rest counts nothing."""
    bias = factors.bi if factors.biased else np.zeros(len(factors.bi))
    rows = np.column_stack([factors.qi, bias]).astype(np.float64)
    squares = np.einsum("if,if->i", rows, rows)
    if not np.isfinite(squares).all():
        raise ValueError("an index needs finite factors and biases")
    rest = np.sqrt(squares.max(initial=0) - squares)
    return np.column_stack([rows, rest]).astype(np.float32)


def _usearch() -> Any:
    try:
        import usearch.index
    except ImportError as error:
        raise ImportError(
            "approximate search needs usearch: pip install 'astonish[ann]'"
        ) from error
    return usearch.index
