"""Users or items who were not in training."""

import copy
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish._checks import check_choice
from astonish.data.any_ratings import as_ratings
from astonish.data.csr import Csr
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset
from astonish.models.factor_model import FactorModel

Self = TypeVar("Self", bound="FoldIn")

_SIDES = {"user": ("pu", "bu"), "item": ("qi", "bi")}


class FoldIn(FactorModel):
    """A factor model that finds the parameters of newcomers with all others as they are."""

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
            if hasattr(self, name) and array is not None:  # one of biases alone has no factors
                setattr(model, name, array)
        return model

    def _read(self, ratings: Any) -> Ratings:
        """Return the columns of what the model is given beside a training set."""
        return as_ratings(ratings)

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], Any]:
        """Return factors and biases (None: there are none) of a training set of newcomers."""
        raise NotImplementedError


def _folded_trainset(trainset: Trainset, ratings: Ratings, side: str) -> Trainset:
    """Return the ratings of new users of known items, or the other way round."""
    users, items = (ratings.users, ratings.user_ids), (ratings.items, ratings.item_ids)
    (new, new_ids), known = (users, items) if side == "user" else (items, users)
    codes, order = _core.ratings.renumber(new, len(new_ids))
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
            f"({type(raw_id).__name__}; Dataset reads ids of a file as str)"
        )
    return inner
