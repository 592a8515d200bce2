"""Users or items who were not in training, and why a user gets an item; drives als.hpp."""

import copy
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import check_choice, check_integer
from astonish._settings import resolve_n_threads
from astonish.data.any_ratings import as_ratings
from astonish.data.csr import Csr
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset
from astonish.models.factor_model import FactorModel

Self = TypeVar("Self", bound="FoldIn")

_SIDES = {"user": ("pu", "bu"), "item": ("qi", "bi")}


class FoldIn(FactorModel):
    """A factor model whose users, given its items, are the solution of a ridge regression."""

    def fold_in(self: Self, ratings: Any, side: str = "user") -> Self:
        """Return a model of users, or of items, who were not in training.

        The factors and biases of the new users are the regularised least-squares solution for
        their ratings with the items as they are; nothing that was trained changes. For a model
        trained by alternating least squares that is the half-step of its training. One trained by
        gradient descent moves towards that point, with the same regularisation, and may stop well
        before it, as `SVD` does after its default epochs: its own users, folded in, then fit their
        ratings more closely. Users are solved in parallel: fold in many at a time.

        Parameters
        ----------
        ratings : list of (user id, item id, rating), Dataset, Trainset or frame
            All ratings of the new users, of items that the model knows. Ids of users may be new or
            known; known ones are solved afresh from these ratings alone.
        side : {"user", "item"}, default "user"
            With "item" the roles are exchanged: new items, rated by users that the model knows.

        Returns
        -------
        model of the same class
            It knows the new users, no others, and all items, and predicts, ranks, explains and is
            saved like any other. It shares the arrays of the items with this model.

        Raises
        ------
        ValueError
            For no ratings, ratings of an id that the model does not know, a rating that is not
            finite, or a `side` that the model cannot fold in.
        TypeError
            For what is no ratings, or an id that is not hashable.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.ALS(random_state=0).fit(trainset)
        >>> newcomers = model.fold_in([("me", "50", 5), ("me", "100", 1), ("you", "50", 2)])
        >>> item_ids, scores = newcomers.recommend(["me", "you"], n=3)
        >>> item_ids.shape
        (2, 3)
        """
        self._fitted_trainset()
        check_choice("side", side, _SIDES)
        model = copy.copy(self)
        model.trainset = _folded_trainset(self.trainset, self._read(ratings), side)
        solved = self._solve_new(model.trainset, side)
        for name, array in zip(_SIDES[side], solved, strict=True):
            if hasattr(self, name):  # a model of biases alone has no factors
                setattr(model, name, array)
        return model

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

    def _read(self, ratings: Any) -> Ratings:
        """Return the columns of what the model is given beside a training set."""
        return as_ratings(ratings)

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return factors and biases of the users, or items, of a training set of new ones."""
        options = self._ridge(side)
        factors = self._factors()
        fixed = (factors.qi, factors.bi) if side == "user" else (factors.pu, factors.bu)
        rows = self._targets(trainset.by_user) if side == "user" else trainset.by_item
        solved = np.zeros((rows.n_rows, fixed[0].shape[1]), fixed[0].dtype)
        biases = np.zeros(rows.n_rows, fixed[0].dtype)
        n_threads = resolve_n_threads(self.n_threads)
        _core.solve_side(rows.ratings, None, *fixed, solved, biases, options, n_threads)
        return solved, biases

    def _ridge(self, side: str) -> _core.AlsOptions:
        """Return the regression whose solution the parameters of a user, or an item, are."""
        raise NotImplementedError

    def _targets(self, by_user: Csr) -> Csr:
        """Return what mean, biases and the factors of these users have to explain."""
        return by_user

    def _contributions(self, user: int, item: int) -> NDArray[np.float64]:
        factors = self._factors()
        targets = self._targets(self.trainset.by_user.only_rows(np.array([user], np.int32)))
        rated = targets.indices, targets.values
        return _core.explain_row(*rated, factors.qi, factors.bi, self._ridge("user"), item)

    def _ridge_options(self, reg: Any, reg_bias: Any, by_count: bool) -> _core.AlsOptions:
        options = _core.AlsOptions()
        options.reg, options.reg_bias, options.reg_by_count = float(reg), float(reg_bias), by_count
        options.global_mean = float(self.trainset.global_mean)
        options.biased = bool(self.biased)
        return options


def _folded_trainset(trainset: Trainset, ratings: Ratings, side: str) -> Trainset:
    """Return the ratings of new users of known items, or the other way round."""
    users, items = (ratings.users, ratings.user_ids), (ratings.items, ratings.item_ids)
    (new, new_ids), known = (users, items) if side == "user" else (items, users)
    codes, order = _core.renumber(new, len(new_ids))
    columns = _known_codes(trainset, *known, "item" if side == "user" else "user")
    n_known = trainset.n_items if side == "user" else trainset.n_users
    by_new = Csr.from_triplets(codes, columns, ratings.values, (len(order), n_known))
    by_known = Csr.from_triplets(columns, codes, ratings.values, (n_known, len(order)))
    ids = list(map(new_ids.__getitem__, order.tolist()))
    if side == "user":
        sides = by_new, by_known, ids, trainset.item_ids
    else:
        sides = by_known, by_new, trainset.user_ids, ids
    return Trainset.from_csr(
        *sides,
        trainset.rating_scale,
        known_side="items" if side == "user" else "users",
        global_mean=float(trainset.global_mean),
    )


def _known_codes(
    trainset: Trainset, codes: NDArray[np.int32], raw_ids: list[Any], side: str
) -> NDArray[np.int32]:
    """Return the inner id of each rating's user or item; ValueError for one that is unknown."""
    if side == "item":
        inner = trainset.known_items(trainset.inner_items(raw_ids))[codes]
    else:
        inner = trainset.known_users(trainset.inner_users(raw_ids))[codes]
    if inner.min() < 0:
        place = int(np.argmin(inner))
        raw_id = raw_ids[codes[place]]
        raise ValueError(
            f"ratings[{place}] has the {side} {raw_id!r}, which the model does not know "
            f"({type(raw_id).__name__}; ids read from a file are str)"
        )
    return inner
