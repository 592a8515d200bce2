"""What a model implements: the hooks that the public methods of `Model` forward to."""

import inspect
from functools import partial
from typing import Any, ClassVar, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish.data.any_ratings import as_ratings
from astonish.data.csr import Csr
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset
from astonish.models.base import estimates
from astonish.models.base.explanations import Terms
from astonish.models.base.fitted_arrays import FittedArrays, check_arrays, stored_arrays
from astonish.models.base.newcomers import trainset_of_rows
from astonish.models.base.y_range import YRange, to_estimates
from astonish.models.ranking.factors import Factors
from astonish.models.ranking.rules import Lists
from astonish.models.ranking.scores import DenseScores, FactorScores, Scores
from astonish.models.ranking.similar import most_similar
from astonish.models.training.publishing import forget_parameters
from astonish.support.memory import check_fits
from astonish.support.parameters import Parameterized, checked
from astonish.support.settings import resolve_n_threads

Self = TypeVar("Self", bound="Hooks")

_NOT_FITTED = "this {} is not fitted: call fit(trainset) first"
_BYTES_A_BLOCK = 1 << 26  # of dense scores that are made at a time
_BYTES_A_LARGE_BLOCK = 1 << 28  # where a block costs work of its own: the fewer blocks, the better
_USERS_A_BLOCK = 8192  # whose items are found by their factors at a time


class NotFittedError(ValueError, AttributeError):
    """Raised by a model that was asked before `fit`; scikit-surprise's is an AttributeError."""


class Hooks(Parameterized):
    """Defaults of what a model may implement; `Model` is what is built on them."""

    abilities: ClassVar[frozenset[str]] = frozenset({"rates", "ranks"})
    trainset: Trainset
    n_threads: int | None = None

    # What the methods below forward to. `_estimate_many` is the kernel for many pairs that models
    # of the package define beside `estimate`: the unclipped estimates of inner ids (-1: unknown),
    # NaN where an estimate is impossible. `_estimate_table`, of the same inner ids, is an array of
    # shape (n_users, n_items), for models that estimate whole tables faster than pairs. `_factors`
    # returns the parameters (`Factors`) of an estimate that is the sum of biases and a product of
    # factors, within `y_range_` if it has one.
    _estimate_many: Any = None
    _estimate_table: Any = None
    _factors: Any = None
    y_range_: YRange = None  # the bounds of a scaled sigmoid around the sum
    _impossible: str = "User and/or item is unknown."
    _unsaved: tuple[str, ...] = ()  # parameters that are None in a file
    _hooks: tuple[str, ...] = ("estimate", "predict", "default_prediction")  # what it speaks for
    _draws_estimates: bool = False  # whether each is drawn anew, so that only a seed repeats it
    _ranks_cold_users: bool = False  # whether users without scores get `_cold_scores` unasked

    # Hooks of `fit` and `partial_fit`

    def _begin(self, trainset: Any) -> None:
        """Take a training set, and forget what came from the last one."""
        forget_parameters(self)
        if not isinstance(trainset, Trainset):
            raise TypeError(
                f"trainset must be a Trainset, got {type(trainset).__name__}; "
                "Dataset.build_full_trainset makes one"
            )
        n_factors = getattr(checked(self), "n_factors", None)
        self.trainset = trainset
        if isinstance(n_factors, int):
            size = 8 * n_factors * (trainset.n_users + trainset.n_items)  # as they are drawn
            size += self._bytes_of_systems(n_factors)
            check_fits(size, f"n_factors={n_factors}", "fewer factors take less")

    def _bytes_of_systems(self, n_factors: int) -> int:
        """Return what the systems of equations take that training solves at a time."""
        return 0

    def _fit(self, trainset: Trainset) -> None:
        """Compute what the model is made of; a subclass's own `fit` may do that instead."""

    def _learn(self, before: Trainset, added: Trainset, n_epochs: int | None) -> None:
        """Learn from `added`; ``trainset`` is the union of it and of `before`."""
        raise NotImplementedError

    def _read(self, ratings: Any) -> Ratings:
        """Return the columns of what the model is given beside a training set."""
        return as_ratings(ratings)

    # Hooks of estimates, of which the first two are public: scikit-surprise's programs define them

    def estimate(self, u: Any, i: Any) -> Any:
        """Return the estimate for an inner user id and an inner item id; subclasses do."""
        raise NotImplementedError(f"{type(self).__name__} does not define estimate(u, i)")

    def default_prediction(self) -> float:
        """Return what is predicted when an estimate is impossible: the mean of all ratings."""
        return self.trainset.global_mean

    def _why_impossible(self, user: int, item: int) -> str:
        """Return the message of the `PredictionImpossible` that a pair raises."""
        return self._impossible if min(user, item) < 0 else estimates.NOT_A_NUMBER

    def _estimate_with_details(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], list[dict[str, Any]]]:
        """Return the answer of `_estimate_many`, and the details of each pair."""
        details: list[dict[str, Any]] = [{"was_impossible": False} for _ in users]
        return self._estimate_many(users, items), details

    def _estimate_scale(self) -> tuple[float, float]:
        """Return what estimates are clipped to; models whose estimates are no ratings differ."""
        return self.trainset.rating_scale

    def _runs_in_core(self) -> bool:
        return estimates.runs_in_core(self)

    def _finish(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put the default for what is impossible, and clip, in place."""
        impossible = np.isnan(values)
        if impossible.any():
            values[impossible] = self.default_prediction()
        return np.clip(values, *self._estimate_scale(), out=values)

    def _inner_ids(
        self, users: list[Any], items: list[Any]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the inner ids of raw ids, -1 for those that have no rating.

        Only a `Trainset` that was made by its constructor has ids without ratings; like `estimate`,
        kernels know nothing of them.
        """
        trainset = self._fitted_trainset()
        return (
            trainset.known_users(trainset.inner_users(users)),
            trainset.known_items(trainset.inner_items(items)),
        )

    # Hooks of lists

    def _scores(self, users: NDArray[np.int32], rows: Csr | None) -> Scores:
        """Return the scores of all items for inner user ids, or for the histories in `rows`.

        `rows` are histories other than those of training; `users` then count them.
        """
        if rows is not None:
            folded = self._folded_rows(rows)
            return folded._scores(np.arange(rows.n_rows, dtype=np.int32), None)
        if self._scores_by_factors():
            y_range = self.y_range_
            to_scores = None if y_range is None else partial(to_estimates, y_range=y_range)
            return FactorScores(*self._factors_of(users, self.n_threads), to_scores)
        items = np.arange(self.trainset.n_items, dtype=np.int32)
        return DenseScores(estimates.block(self, users, items))

    def _users_per_block(self) -> int:
        """Return for how many users scores are made at a time."""
        if self._scores_by_factors():
            return _USERS_A_BLOCK
        row = 8 * self.trainset.n_items
        check_fits(row, "the scores of one user", "use a model with factors")
        return max(1, _BYTES_A_BLOCK // max(1, row))

    def _users_per_large_block(self) -> int:
        """Return how many users' scores are made at a time where each block costs work anew."""
        return max(1, _BYTES_A_LARGE_BLOCK // max(1, 8 * self.trainset.n_items))

    def _has_scores(self, users: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which inner user ids the model knows something of."""
        known: NDArray[np.bool_] = self.trainset.known_users(users) >= 0
        return known

    def _cold_scores(self) -> NDArray[np.float64]:
        """Return what ranks items for users that the model knows nothing of: their popularity.

        An estimate for them would be the mean and the item's bias, which ranks by the taste of the
        few who rated an item.
        """
        by_item = self.trainset.by_item
        return np.diff(by_item.offsets) / max(1, by_item.n_cols)

    def _weight_of_liked(self) -> float:
        """Return the rating of an item that a history names without one."""
        return float(self.trainset.rating_scale[1])

    def _most_similar(
        self,
        side: str,
        inner: NDArray[np.int32],
        n: int,
        metric: str | None,
        allowed: NDArray[np.intp] | None,
    ) -> Lists:
        vectors, n_threads = self._vectors(side), resolve_n_threads(self.n_threads)
        return most_similar(vectors, inner, n, allowed, n_threads, metric or "cosine")

    def _vectors(self, side: str) -> NDArray[Any]:
        """Return the vectors by which users, or items, are compared."""
        self._refuse("has no factors to compare")

    # Hooks of models whose estimates are sums of biases and a product of factors

    def _scores_by_factors(self) -> bool:
        """Return whether factors say what `predict` does."""
        return self._factors is not None and self._runs_in_core()

    def _factors_of(
        self,
        users: NDArray[np.int32],
        n_threads: int | None,
    ) -> tuple[Factors, NDArray[np.int32]]:
        """Return parameters that hold `users` (-1 is unknown), and the row of each of them there.

        A model whose user factors take work computes only those that are asked for.
        """
        return self._factors(), users

    def _factors_of_all(self) -> dict[str, Any] | None:
        """Return the parameters of an estimate that is biases and a product of factors, else None.

        Programs in C++ read them in the files of `save`.
        """
        if self.y_range_ is not None or not self._scores_by_factors():
            return None
        users = np.arange(self.trainset.n_users, dtype=np.int32)
        factors, _ = self._factors_of(users, resolve_n_threads(self.n_threads))
        return factors._asdict()

    def _search_factors(self) -> Factors:
        """Return the factors that an index of the items is built of."""
        if self._factors is None:
            self._refuse("has no factors to search by")
        if not self._runs_in_core():
            self._refuse("changes what predict says, so its factors do not rank items")
        factors: Factors = self._factors()
        return factors

    # Hooks of files

    def _fitted_arrays(self) -> FittedArrays:
        """Return what the arrays look like that estimates are computed from, by attribute."""
        return {}

    def _check_fitted(self) -> None:
        """Raise a ValueError where a fitted model contradicts itself.

        A class of the user's that says itself what an estimate is may have any attributes.
        """
        if self._has_fitted_arrays():
            check_arrays(vars(self), self._fitted_arrays())

    def _stored_arrays(self, may_round: bool = False) -> dict[str, NDArray[Any]]:
        """Return the arrays, by attribute, that files have in other types than the model."""
        if not self._has_fitted_arrays():
            return {}
        return stored_arrays(vars(self), self._fitted_arrays(), may_round)

    def _has_fitted_arrays(self) -> bool:
        return self._estimate_many is not None and self._runs_in_core()

    # Hooks of newcomers and explanations

    def _folded(self: Self, trainset: Trainset, side: str) -> Self:
        """Return a model of the newcomers on one side of a training set of theirs alone."""
        raise NotImplementedError

    def _folded_rows(self: Self, rows: Csr) -> Self:
        """Return a model whose users are histories."""
        return self._folded(trainset_of_rows(rows, self.trainset), "user")

    def _explain(self, user: int, item: int) -> Terms:
        """Return what adds up to the estimate of inner ids."""
        raise NotImplementedError

    def _rated_items(self, user: int) -> list[Any]:
        """Return the raw ids of what a user rated; ValueError where some ratings are not there."""
        trainset = self.trainset
        if trainset.known_side == "users":
            raise ValueError("explain needs all ratings of a user: this model has new items alone")
        columns, _ = trainset.by_user.row(user)
        return [trainset.item_ids[column] for column in columns.tolist()]

    # Help

    def __getattr__(self, name: str) -> Any:
        """Say of what `fit` makes that there was none; called for what is not there."""
        cls = type(self)
        if "trainset" not in vars(self) and not name.startswith("__"):
            of_fit = any(name in inspect.get_annotations(base) for base in cls.__mro__)
            if of_fit or hasattr(cls, name):
                raise NotFittedError(_NOT_FITTED.format(cls.__name__))
        raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}")

    def _overrides(self, method: str) -> bool:
        """Return whether a class of the user's, or the instance, has a method of its own."""
        if method in vars(self):
            return True
        owner = next(cls for cls in type(self).__mro__ if method in vars(cls))
        return owner.__module__.partition(".")[0] != "astonish"

    def _say(self, message: str) -> None:
        if getattr(self, "verbose", False):
            print(message)

    def _fitted_trainset(self) -> Trainset:
        try:
            return self.trainset
        except AttributeError:
            raise NotFittedError(_NOT_FITTED.format(type(self).__name__)) from None

    def _require(self, ability: str, what: str) -> None:
        """Raise TypeError for a model without an ability that `what` needs."""
        if ability not in self.abilities:
            self._refuse(f"does not have the ability {ability!r} that {what} needs")

    def _refuse(self, reason: str) -> NoReturn:
        raise TypeError(f"{type(self).__name__} {reason}")
