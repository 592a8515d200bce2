"""Factor models by ridge regressions: newcomers, and why a user gets an item; drives als.hpp."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import check_integer
from astonish._settings import resolve_n_threads
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.fold_in import FoldIn


class RidgeModel(FoldIn):
    """A factor model whose users, given its items, are the solution of a ridge regression."""

    def explain(
        self, user_id: Any, item_id: Any, n: int | None = 10
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Tell which of a user's ratings carry the estimate for an item.

        With the items as they are, the factors of a user are linear in the user's ratings, less
        mean and biases; so is the estimate. Each rating contributes its own term. The terms of all
        ratings, the mean and the bias of the item sum up to the estimate, unclipped, of the user as
        `fold_in` solves it. That is what `predict` says as far as training came to that point; see
        `fold_in`.

        Parameters
        ----------
        user_id, item_id
            Raw ids that the model knows.
        n : int or None, default 10
            Length of the list; None for all ratings of the user.

        Returns
        -------
        item_ids : object array of shape (min(n, number of the user's ratings),)
            Raw ids of rated items, the largest contribution first.
        contributions : float64 array of the same shape
            What each of them adds to the estimate; negative for what speaks against the item.

        Raises
        ------
        ValueError
            For ids that are unknown, n < 1, or a model of new items, which lacks the other ratings
            of its users.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.ALS(random_state=0).fit(trainset)
        >>> item_ids, contributions = model.explain("7", "50", n=3)
        >>> item_ids.shape
        (3,)
        """
        trainset = self._fitted_trainset()
        if trainset.known_side == "users":
            raise ValueError("explain needs all ratings of a user: this model has new items alone")
        user, item = trainset.to_inner_uid(user_id), trainset.to_inner_iid(item_id)
        columns, _ = trainset.by_user.row(user)
        n = len(columns) if n is None else check_integer("n", n, minimum=1)
        contributions = self._contributions(user, item)
        order = np.argsort(-contributions, kind="stable")[:n]
        item_ids = np.empty(len(order), dtype=object)
        item_ids[:] = [trainset.item_ids[column] for column in columns[order].tolist()]
        return item_ids, contributions[order]

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return factors and biases of the users, or items, of a training set of new ones."""
        options = self._ridge(side)
        factors = self._factors()
        fixed = (factors.qi, factors.bi) if side == "user" else (factors.pu, factors.bu)
        rows = self._targets(trainset.by_user) if side == "user" else trainset.by_item
        solved = np.zeros((rows.n_rows, fixed[0].shape[1]), fixed[0].dtype)
        biases = np.zeros(rows.n_rows, fixed[0].dtype)
        n_threads = resolve_n_threads(self.n_threads)
        _core.als.solve_side(rows.ratings, None, *fixed, solved, biases, options, n_threads)
        return solved, biases

    def _ridge(self, side: str) -> _core.als.AlsOptions:
        """Return the regression whose solution the parameters of a user, or an item, are."""
        raise NotImplementedError

    def _targets(self, by_user: Csr) -> Csr:
        """Return what mean, biases and the factors of these users have to explain."""
        return by_user

    def _contributions(self, user: int, item: int) -> NDArray[np.float64]:
        factors = self._factors()
        targets = self._targets(self.trainset.by_user.only_rows(np.array([user], np.int32)))
        rated = targets.indices, targets.values
        return _core.als.explain_row(*rated, factors.qi, factors.bi, self._ridge("user"), item)

    def _ridge_options(self, reg: Any, reg_bias: Any, by_count: bool) -> _core.als.AlsOptions:
        options = _core.als.AlsOptions()
        options.reg, options.reg_bias, options.reg_by_count = float(reg), float(reg_bias), by_count
        options.global_mean = float(self.trainset.global_mean)
        options.biased = bool(self.biased)
        return options
