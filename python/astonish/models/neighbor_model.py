"""What models of nearest neighbours share; drives the kernel of neighbors.hpp."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._arrays import as_float64
from astonish._cancellation import check_cancelled
from astonish._checks import check_integer
from astonish._derived import cached, derived
from astonish._settings import resolve_n_threads
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base import NOT_A_NUMBER, AlgoBase
from astonish.models.prediction import PredictionImpossible
from astonish.models.similarities import between_rows, matrix_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Self = TypeVar("Self", bound="NeighborModel")

_ROWS_PER_CALL = 256  # between two calls Python looks for Ctrl-C


class SymmetricAlgo(AlgoBase):
    """Base of models that work with users or with items, as ``sim_options["user_based"]`` says.

    What is compared is called x, the other side y: users and items if user-based.

    Parameters
    ----------
    sim_options : dict
        See `AlgoBase.compute_similarities`.
    verbose : bool, default True
        Whether to print what is being computed.
    n_threads : int, optional
        Threads for similarities and estimates; by default all CPUs that the process may use.
        Results do not depend on it.
    **kwargs
        ``bsl_options``, for the similarity "pearson_baseline".

    Attributes
    ----------
    n_x, n_y : int
        How many there are of each side.
    xr, yr : mapping of int to list of (int, float)
        The ratings of each x, and of each y.
    """

    n_threads: int | None = None
    _hooks = (*AlgoBase._hooks, "switch")

    def __init__(
        self,
        sim_options: dict[str, Any] = {},  # noqa: B006  scikit-surprise's default; it is copied
        verbose: bool = True,
        *,
        n_threads: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(sim_options=sim_options, **kwargs)
        self.verbose = verbose
        self.n_threads = n_threads

    @derived
    def n_x(self) -> int:
        """Number of users, or of items."""
        return self._by_x.n_rows

    @derived
    def n_y(self) -> int:
        """Number of items, or of users."""
        return self._by_y.n_rows

    @derived
    def xr(self) -> Any:
        """The ratings of each x."""
        return self.switch(self.trainset.ur, self.trainset.ir)[0]

    @derived
    def yr(self) -> Any:
        """The ratings of each y."""
        return self.switch(self.trainset.ur, self.trainset.ir)[1]

    def switch(self, u_stuff: Any, i_stuff: Any) -> tuple[Any, Any]:
        """Return what belongs to x and what belongs to y, given what belongs to users and items."""
        return (u_stuff, i_stuff) if self.sim_options["user_based"] else (i_stuff, u_stuff)

    @property
    def _by_x(self) -> Csr:
        by_x: Csr = self.switch(self.trainset.by_user, self.trainset.by_item)[0]
        return by_x

    @property
    def _by_y(self) -> Csr:
        by_y: Csr = self.switch(self.trainset.by_user, self.trainset.by_item)[1]
        return by_y


class NeighborModel(SymmetricAlgo):
    """What the four models share: they differ in what ratings are measured from.

    An estimate is the model's own guess for x and y, and what the k most similar raters of y say
    beyond it.
    """

    def __init__(
        self,
        k: int = 40,
        min_k: int = 1,
        sim_options: dict[str, Any] = {},  # noqa: B006
        verbose: bool = True,
        *,
        n_threads: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(sim_options, verbose, n_threads=n_threads, **kwargs)
        self.k = k
        self.min_k = min_k

    @cached
    def sim(self) -> Floats:
        """The similarities of all x, of shape (n_x, n_x); made when it is first asked for."""
        similarity = between_rows(self._by_x, self._by_y, self._similarity_options())
        return matrix_of(similarity, self.n_x, self.n_threads)

    def fit(self: Self, trainset: Trainset) -> Self:
        """Fit the model to a training set; similarities are computed when they are needed.

        Raises
        ------
        NameError
            For an unknown similarity.
        KeyError
            When ``sim_options`` lacks "user_based".
        ValueError, TypeError
            For an option out of range. Whatever the error, the model stays what it was.
        """
        with self._all_or_nothing():
            super().fit(trainset)
            vars(self).pop("sim", None)
            self.switch(None, None)  # options that lack the side are an error now, not later
            check_integer("min_k", self.min_k, minimum=0)
            check_integer("k", self.k, minimum=0)
            resolve_n_threads(self.n_threads)
            self._fit_centers()
            self._fit_similarities()
        return self

    def _fit_centers(self) -> None:
        """Compute what ratings are measured from."""

    def _fit_similarities(self) -> None:
        """Announce the similarities; compute them only where a subclass says how."""
        if self._changes("compute_similarities"):
            self.sim = self.compute_similarities()
        else:
            self._announce_similarities(self._similarity_options())

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
        enough = found >= max(self.min_k, 1)
        estimates = self._estimate_unknown(users, items)
        estimates[known] = self._combine(x, y, np.where(enough, means, self._alone))
        counts = np.full(len(users), -1, dtype=np.int32)
        counts[known] = found
        return estimates, counts

    #: What neighbours say where they are too few.
    _alone: float = 0.0

    def _estimate_unknown(self, users: Ints, items: Ints) -> Floats:  # noqa: ARG002
        """Return an estimate for each pair as though one of both were unknown."""
        return np.full(len(users), np.nan)

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
        ask = self._kernel()
        for block in _blocks_of_rows(x[order]):
            check_cancelled()
            pairs = order[block]
            means[pairs], counts[pairs] = ask(x[pairs], y[pairs])
        return means, counts

    def _kernel(self) -> Any:
        by_y = self._by_y
        k = min(check_integer("k", self.k, minimum=0), len(by_y.values))
        options = (k, *self._centers(), resolve_n_threads(self.n_threads))
        if "sim" in vars(self):
            matrix = self._assigned_similarities()
            return lambda x, y: _core.neighbors.neighbor_means_of_matrix(
                matrix, by_y.ratings, x, y, *options
            )
        similarity = between_rows(self._by_x, by_y, self._similarity_options())
        return lambda x, y: _core.neighbors.neighbor_means(similarity, x, y, *options)

    def _assigned_similarities(self) -> Floats:
        """Return ``sim`` as the core takes it; ValueError for another shape than (n_x, n_x)."""
        matrix, shape = as_float64(self.sim), (self.n_x, self.n_x)
        if matrix.shape != shape:
            raise ValueError(f"sim must be of shape {shape}, got {matrix.shape}")
        return matrix


def _blocks_of_rows(x: Ints) -> Iterator[slice]:
    """Cut ascending codes where `_ROWS_PER_CALL` different ones have passed."""
    begins = np.flatnonzero(np.diff(x, prepend=-1))[::_ROWS_PER_CALL].tolist()
    yield from (slice(begin, end) for begin, end in pairwise([*begins, len(x)]))
