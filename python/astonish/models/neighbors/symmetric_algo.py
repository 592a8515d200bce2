"""Models that work with users or with items, as their options say."""

from dataclasses import KW_ONLY
from typing import Any

from astonish.data.csr import Csr
from astonish.models.base.algo_base import AlgoBase
from astonish.models.neighbors.parameters import BSL_OPTIONS, SIM_OPTIONS, VERBOSE
from astonish.models.training.parameters import N_THREADS
from astonish.models.training.publishing import snapshot
from astonish.support.derived import derived
from astonish.support.parameters import declare_base


@declare_base
class SymmetricAlgo(AlgoBase):
    """Base of models that work with users or with items, as ``sim_options["user_based"]`` says.

    What is compared is called x, the other side y: users and items if user-based.

    Attributes
    ----------
    n_x, n_y : int
        How many there are of each side.
    xr, yr : mapping of int to list of (int, float)
        The ratings of each x, and of each y.
    """

    sim_options: dict[str, Any] = SIM_OPTIONS
    verbose: bool = VERBOSE
    _: KW_ONLY
    bsl_options: dict[str, Any] = BSL_OPTIONS
    n_threads: int | None = N_THREADS

    _hooks = (*AlgoBase._hooks, "switch")

    @derived
    def n_x(self) -> int:
        """Number of users, or of items."""
        return snapshot(self)._by_x.n_rows

    @derived
    def n_y(self) -> int:
        """Number of items, or of users."""
        return snapshot(self)._by_y.n_rows

    @derived
    def xr(self) -> Any:
        """The ratings of each x."""
        return snapshot(self).switch(self.trainset.ur, self.trainset.ir)[0]

    @derived
    def yr(self) -> Any:
        """The ratings of each y."""
        return snapshot(self).switch(self.trainset.ur, self.trainset.ir)[1]

    def switch(self, u_stuff: Any, i_stuff: Any) -> tuple[Any, Any]:
        """Return what belongs to x and what belongs to y, given what belongs to users and items."""
        return (u_stuff, i_stuff) if self._is_user_based() else (i_stuff, u_stuff)

    @property
    def _by_x(self) -> Csr:
        by_x: Csr = self.switch(self.trainset.by_user, self.trainset.by_item)[0]
        return by_x

    @property
    def _by_y(self) -> Csr:
        by_y: Csr = self.switch(self.trainset.by_user, self.trainset.by_item)[1]
        return by_y
