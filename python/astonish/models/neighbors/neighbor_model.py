"""What models of nearest neighbours share; drives the kernel of neighbors.hpp."""

from collections.abc import Iterator
from dataclasses import KW_ONLY
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.trainset import Trainset
from astonish.models.base.estimates import NOT_A_NUMBER
from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.models.base.prediction import PredictionImpossible
from astonish.models.neighbors.parameters import BSL_OPTIONS, SIM_OPTIONS, VERBOSE
from astonish.models.neighbors.symmetric_algo import SymmetricAlgo
from astonish.models.ranking.rules import Lists, Rules
from astonish.models.ranking.scores import DenseScores, rank
from astonish.models.statistics.similarities import SimilarityOptions, between_rows, matrix_of
from astonish.models.training.parameters import N_THREADS
from astonish.models.training.publishing import reading, snapshot
from astonish.support.arrays import as_float64
from astonish.support.cancellation import blocks, check_cancelled
from astonish.support.checks import check_integer
from astonish.support.derived import cached
from astonish.support.parameters import checked, declare, integer, param
from astonish.support.settings import resolve_n_threads

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_ROWS_PER_CALL = 256  # between two calls Python looks for Ctrl-C
_PAIRS_PER_CALL = 1 << 22  # of some rows and all columns: the core looks for Ctrl-C itself


@declare(ignores_others=True)
class NeighborModel(SymmetricAlgo):
    """What the four models share: they differ in what ratings are measured from.

    An estimate is the model's own guess for x and y, and what the k most similar raters of y say
    beyond it.
    """

    k: int = param(
        default=40,
        check=integer(0, None),
        doc="How many neighbours count at most.",
        search=(5, 200, "log"),
        aliases=("n_neighbors", "neighbors"),
    )
    min_k: int = param(default=1, check=integer(0, None), doc="How many neighbours are needed.")
    sim_options: dict[str, Any] = SIM_OPTIONS
    verbose: bool = VERBOSE
    _: KW_ONLY
    bsl_options: dict[str, Any] = BSL_OPTIONS
    n_threads: int | None = N_THREADS

    @cached
    def sim(self) -> Floats:
        """The similarities of all x, of shape (n_x, n_x); made when it is first asked for."""
        model = snapshot(self)
        similarity = between_rows(model._by_x, model._by_y, model._similarity_options())
        return matrix_of(similarity, model.n_x, model.n_threads)

    def _fit(self, trainset: Trainset) -> None:  # noqa: ARG002  the base has it
        vars(self).pop("sim", None)
        checked(self)
        self._fit_centers()
        self._fit_similarities()

    def _fitted_arrays(self) -> FittedArrays:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "sim": ArrayOf((self.n_x, self.n_x), may_be_nan=True, is_optional=True),
            "bu": ArrayOf((n_users,), is_optional=True),  # which are computed where they are not
            "bi": ArrayOf((n_items,), is_optional=True),
        }

    def _check_fitted(self) -> None:
        super()._check_fitted()
        if not self._overrides("compute_similarities"):
            SimilarityOptions.from_dict(vars(self)["sim_options"])

    def _fit_centers(self) -> None:
        """Compute what ratings are measured from."""

    def _fit_similarities(self) -> None:
        """Announce the similarities; compute them only where a subclass says how."""
        if self._overrides("compute_similarities"):
            self.sim = self.compute_similarities()
        else:
            self._announce_similarities(self._similarity_options())

    @reading
    def estimate(self, u: Any, i: Any) -> Any:
        """Return the estimate for inner ids, and ``{"actual_k": neighbours that counted}``.

        Raises
        ------
        PredictionImpossible
            When the model cannot say anything about the pair.
        """
        pair = [
            np.array([code if known else -1], dtype=np.int32)
            for code, known in (
                (u, self.trainset.knows_user(u)),
                (i, self.trainset.knows_item(i)),
            )
        ]
        estimates, counts = self._estimate_and_count(*pair)
        if np.isnan(estimates[0]):
            reason = self._why_impossible(int(pair[0][0]), int(pair[1][0]))
            if reason != NOT_A_NUMBER:  # of which the caller thinks as it does for every model
                raise PredictionImpossible(reason)
        if counts[0] < 0:
            return float(estimates[0])
        return float(estimates[0]), {"actual_k": int(counts[0])}

    def _estimate_many(self, users: Ints, items: Ints) -> Floats:
        return self._estimate_and_count(users, items)[0]

    def _estimate_with_details(
        self, users: Ints, items: Ints
    ) -> tuple[Floats, list[dict[str, Any]]]:
        estimates, counts = self._estimate_and_count(users, items)
        details: list[dict[str, Any]] = [
            {"was_impossible": False} if count < 0 else {"actual_k": count, "was_impossible": False}
            for count in counts.tolist()
        ]
        return estimates, details

    def _estimate_and_count(self, users: Ints, items: Ints) -> tuple[Floats, Ints]:
        """Return estimates, NaN where impossible, and neighbours, -1 where they are not asked."""
        known = np.flatnonzero((users >= 0) & (items >= 0))
        x, y = self.switch(users[known], items[known])
        means, found = self._ask_neighbors(x, y)
        estimates = self._estimate_unknown(users, items)
        estimates[known] = self._combine(x, y, self._where_enough(means, found))
        counts = np.full(len(users), -1, dtype=np.int32)
        counts[known] = found
        return estimates, counts

    def _estimate_table(self, users: Ints, items: Ints) -> Floats:
        """Return the estimates of all pairs, of shape (n_users, n_items)."""
        table = self._estimate_unknown(users[:, np.newaxis], items)
        by_x: Floats = self.switch(table, table.T)[0]
        x, y = self.switch(users, items)
        rows, columns = np.flatnonzero(x >= 0), np.flatnonzero(y >= 0)
        ask, y = self._kernel("neighbor_mean_rows"), y[columns]
        for block in blocks(len(rows), max(1, _PAIRS_PER_CALL // max(1, len(y)))):
            part = x[rows[block]]
            said = self._where_enough(*ask(part, y))
            by_x[np.ix_(rows[block], columns)] = self._combine(part[:, np.newaxis], y, said)
        return table

    #: What neighbours say where they are too few.
    _alone = 0.0

    def _where_enough(self, means: Floats, found: Ints) -> Floats:
        return np.where(found >= max(self.min_k, 1), means, self._alone)

    def _estimate_unknown(self, users: Ints, items: Ints) -> Floats:
        """Return an estimate for each pair as though one of both were unknown."""
        return np.full(np.broadcast_shapes(users.shape, items.shape), np.nan)

    def _combine(self, x: Ints, y: Ints, said: Floats) -> Floats:
        """Return estimates from what neighbours say beyond the model's guess."""
        raise NotImplementedError

    def _centers(self) -> tuple[Floats | None, Floats | None, Floats | None]:
        """Return what the ratings of x and of y are measured from, and the unit of x."""
        return None, None, None

    def _ask_neighbors(self, x: Ints, y: Ints) -> tuple[Floats, Ints]:
        """Return what the neighbours of each pair say, NaN if there are none, and how many."""
        order = np.argsort(x, kind="stable")  # a row of similarities serves all pairs of an x
        means, counts = np.empty(len(x)), np.empty(len(x), dtype=np.int32)
        ask = self._kernel("neighbor_means")
        for block in _blocks_of_rows(x[order]):
            check_cancelled()
            pairs = order[block]
            means[pairs], counts[pairs] = ask(x[pairs], y[pairs])
        return means, counts

    def _kernel(self, name: str) -> Any:
        """Return a function of x and y that is called `name` in the core."""
        by_y = self._by_y
        k = min(check_integer("k", self.k, minimum=0), len(by_y.values))
        options = (k, *self._centers(), resolve_n_threads(self.n_threads))
        if "sim" in vars(self):
            matrix = self._assigned_similarities()
            of_matrix = getattr(_core.neighbors, f"{name}_of_matrix")
            return lambda x, y: of_matrix(matrix, by_y.view, x, y, *options)
        similarity = between_rows(self._by_x, by_y, self._similarity_options())
        of_ratings = getattr(_core.neighbors, name)
        return lambda x, y: of_ratings(similarity, x, y, *options)

    def _assigned_similarities(self) -> Floats:
        """Return ``sim`` as the core takes it; ValueError for another shape than (n_x, n_x)."""
        matrix, shape = as_float64(self.sim), (self.n_x, self.n_x)
        if matrix.shape != shape:
            raise ValueError(f"sim must be of shape {shape}, got {matrix.shape}")
        return matrix

    def _users_per_block(self) -> int:
        """Return enough users for a call; all that fit where a block compares all items anew."""
        fitting = self._users_per_large_block()
        wanted = _ROWS_PER_CALL if self._is_user_based() else fitting
        return max(super()._users_per_block(), min(wanted, fitting))

    def _most_similar(
        self,
        side: str,
        inner: Ints,
        n: int,
        metric: str | None,
        allowed: NDArray[np.intp] | None,
    ) -> Lists:
        compared = "user" if self._is_user_based() else "item"
        if side != compared:
            self._refuse(f"compares {compared}s: sim_options['user_based'] says so")
        if metric is not None:
            self._refuse("compares by its own similarity: sim_options['name'] is its metric")
        rules = Rules(False, allowed, None, None)
        found, similarities = np.empty((len(inner), n), np.int32), np.empty((len(inner), n))
        for block in blocks(len(inner), _ROWS_PER_CALL):
            rows = self._similarity_rows(inner[block])
            rows[rows <= 0] = np.nan  # not similar at all
            themselves = np.arange(len(rows) + 1, dtype=np.int64), inner[block]
            found[block], similarities[block] = rank(
                DenseScores(rows), inner[block], n, rules, themselves, 1
            )
        return found, similarities

    def _similarity_rows(self, rows: Ints) -> Floats:
        """Return the similarities of some x to all others, of shape (len(rows), n_x)."""
        if "sim" in vars(self):
            return self._assigned_similarities()[rows]
        similarity = between_rows(self._by_x, self._by_y, self._similarity_options())
        return _core.neighbors.similarity_rows(similarity, rows, resolve_n_threads(self.n_threads))


def _blocks_of_rows(x: Ints) -> Iterator[slice]:
    """Cut ascending codes where `_ROWS_PER_CALL` different ones have passed."""
    begins = np.flatnonzero(np.diff(x, prepend=-1))[::_ROWS_PER_CALL].tolist()
    yield from (slice(begin, end) for begin, end in pairwise([*begins, len(x)]))
