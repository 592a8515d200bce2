"""Models that work with users or with items, as their options say."""

from typing import Any

from astonish.data.csr import Csr
from astonish.models.base.algo_base import AlgoBase
from astonish.models.training.publishing import snapshot
from astonish.support.derived import derived


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
