"""Models with user and item factors: their estimates, lists and similarities."""

from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.estimates import NOT_A_NUMBER
from astonish.models.base.explanations import Terms
from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.models.base.model import Model
from astonish.models.base.prediction import PredictionImpossible
from astonish.models.base.y_range import NO_SUM, check_y_range, to_estimates
from astonish.models.factors.given import read_factors, trainset_of_given
from astonish.models.factors.ridge import (
    Ridge,
    solve_newcomers,
    terms_of_components,
    terms_of_ratings,
    with_newcomers,
)
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import WATCHERS, History
from astonish.models.training.publishing import reading
from astonish.support.checks import check_number
from astonish.support.public import public
from astonish.support.settings import resolve_n_threads

Self = TypeVar("Self", bound="FactorModel")


@public
class FactorModel(Model):
    """A model whose estimate is a sum of biases and an inner product of factors.

    Its subclasses train the factors. `from_arrays` takes those that were trained elsewhere.

    Attributes
    ----------
    biased : bool
        Whether the estimate has a mean and biases beside the product.
    pu : array of shape (n_users, n_factors)
        User factors.
    qi : array of shape (n_items, n_factors)
        Item factors.
    bu, bi : arrays of shape (n_users,) and (n_items,)
        User and item biases; zeros when not biased.
    """

    abilities: ClassVar[frozenset[str]] = frozenset({"rates", "ranks", "has_factors", "explains"})

    pu: NDArray[Any]
    qi: NDArray[Any]
    bu: Any
    bi: Any
    biased: bool = True
    history_: History
    stopped_by_: str | None = None
    _impossible = "User and item are unknown."
    _unsaved = WATCHERS

    @classmethod
    def from_arrays(
        cls: type[Self],
        pu: Any,
        qi: Any,
        bu: Any = None,
        bi: Any = None,
        global_mean: float = 0.0,
        user_ids: Any = None,
        item_ids: Any = None,
        seen: Any = None,
        y_range: Any = None,
    ) -> Self:
        """Return a model of given factors, which ranks, compares, explains and is saved.

        Parameters
        ----------
        pu, qi : arrays of shape (n_users, n_factors) and (n_items, n_factors)
            User factors and item factors.
        bu, bi : arrays of shape (n_users,) and (n_items,), optional
            User and item biases, by default zeros.
        global_mean : float, default 0
            What is added to every product.
        user_ids, item_ids : sequences of different raw ids, optional
            By default 0, 1, 2, ...
        seen : dict of user id to sequence of item ids, optional
            What `recommend` leaves out.
        y_range : (float, float), optional
            Bounds of a scaled sigmoid around the sum; see `DotBias`. Without it estimates are not
            clipped.

        Raises
        ------
        TypeError, ValueError
            For arrays that are not finite or do not fit each other, and ids that are not different.

        Examples
        --------
        >>> import astonish
        >>> model = astonish.FactorModel.from_arrays([[0.2, 0.5]], [[1.2, 2.4], [1.0, 0.0]])
        >>> round(model.predict(0, 0).est, 2)
        1.44
        >>> model.recommend([0], n=2)[0].tolist()
        [[0, 1]]
        """
        if cls._fit is not FactorModel._fit:
            raise TypeError(f"{cls.__name__} trains factors: use FactorModel.from_arrays")
        model = cls()
        arrays = read_factors(pu, qi, bu, bi)
        bounds = check_y_range(y_range)
        n_users, n_items = len(arrays["pu"]), len(arrays["qi"])
        model.trainset = trainset_of_given(n_users, n_items, user_ids, item_ids, seen, bounds)
        model.trainset.global_mean = check_number("global_mean", global_mean)
        vars(model).update(arrays, y_range_=bounds, biased=True)
        return model

    def _begin(self, trainset: Any) -> None:
        if type(self)._fit is FactorModel._fit and not self._overrides("fit"):
            self._refuse("is made of given arrays: there is nothing to fit; see `SVD` or `ALS`")
        super()._begin(trainset)

    def _fitted_arrays(self) -> FittedArrays:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "pu": ArrayOf((n_users, "n_factors")),
            "qi": ArrayOf((n_items, "n_factors")),
            "bu": ArrayOf((n_users,)),
            "bi": ArrayOf((n_items,)),
        }

    def _check_fitted(self) -> None:
        super()._check_fitted()
        check_y_range(self.y_range_)

    def _factors(self) -> Factors:
        """Return the parameters as they are now; users may have assigned to them."""
        mean = float(self.trainset.global_mean)
        return Factors.of(self.pu, self.qi, self.bu, self.bi, mean, self.biased)

    def _factors_of_one(self, user: int) -> tuple[Factors, int]:
        """Return what `_factors_of` does for one user, without an array of it."""
        return self._factors(), user

    @reading
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
        found = _core.factors.estimate_pair(*factors, row, item)
        return (
            found if self.y_range_ is None else float(to_estimates(np.array(found), self.y_range_))
        )

    def _estimate_many(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        n_threads = resolve_n_threads(self.n_threads)
        factors, rows = self._factors_of(users, n_threads)
        return to_estimates(
            _core.factors.estimate_pairs(*factors, rows, items, n_threads), self.y_range_
        )

    def _why_impossible(self, user: int, item: int) -> str:
        return NOT_A_NUMBER if self.biased else super()._why_impossible(user, item)

    def _ridge(self, side: str) -> Ridge:
        """Return the regression whose solution the parameters of a user, or an item, are."""
        raise NotImplementedError

    def _targets(self, by_user: Csr) -> Csr:
        """Return what mean, biases and the factors of these users have to explain."""
        return by_user

    def _folded(self: Self, trainset: Trainset, side: str) -> Self:
        return with_newcomers(self, trainset, side, lambda: self._solve_new(trainset, side))

    def _solve_new(self, trainset: Trainset, side: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return factors and biases of the users, or items, of a training set of new ones."""
        options = self._ridge(side).options(self.trainset.global_mean, self.biased)
        rows = self._targets(trainset.by_user) if side == "user" else trainset.by_item
        return solve_newcomers(self._factors(), rows, side, options, self.n_threads)

    def _explain(self, user: int, item: int) -> Terms:
        if self.y_range_ is not None:
            raise TypeError(NO_SUM.format(self.y_range_))
        if "folds_in" not in self.abilities:
            factors, row = self._factors_of_one(user)
            return terms_of_components(factors, row, item)
        rated_ids = self._rated_items(user)
        options = self._ridge("user").options(self.trainset.global_mean, self.biased)
        rated = self._targets(self.trainset.by_user.only_rows(np.array([user], np.int32)))
        return terms_of_ratings(rated_ids, self._factors(), rated, item, options)

    def _vectors(self, side: str) -> NDArray[Any]:
        """Return the factors of a side; zeros for users who have none."""
        if side == "item":
            return self._factors().qi
        users = np.arange(self.trainset.n_users, dtype=np.int32)
        scored = users[self._has_scores(users)]
        factors, rows = self._factors_of(scored, resolve_n_threads(self.n_threads))
        vectors = np.zeros((self.trainset.n_users, factors.pu.shape[1]), factors.pu.dtype)
        vectors[scored] = factors.pu[rows]
        return vectors
