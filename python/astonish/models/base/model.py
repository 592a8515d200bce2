"""What every model can do: the public methods, and the hooks that they forward to.

A model declares what it can do (`Model.abilities`) and implements the hooks of that; a method whose
ability is missing says so. Nothing outside asks for the class of a model.
"""

import copy
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish.data.outside_scale import warn_outside_scale
from astonish.models.base import estimates, persistence
from astonish.models.base.explanations import added_up
from astonish.models.base.hooks import Hooks
from astonish.models.base.newcomers import folded_trainset
from astonish.models.base.prediction import Prediction, PredictionTable
from astonish.models.ranking.approximate import ApproximateIndex
from astonish.models.ranking.frames import check_library, lists_frame, table_frame
from astonish.models.ranking.histories import read_histories
from astonish.models.ranking.recommend import rank_histories, rank_users, read_users
from astonish.models.ranking.rules import list_length, raw_lists, read_rules, refuse_unknown
from astonish.models.ranking.similar import METRICS
from astonish.models.training.epochs import WATCHERS
from astonish.models.training.publishing import (
    keep_options,
    parameters_of_fit,
    publishing,
    reading,
    remember_parameters,
    snapshot,
    updated,
)
from astonish.models.training.sample_weights import check_weights
from astonish.support.checks import INT32_MAX, check_choice, check_ids, check_integer
from astonish.support.files.binary_files import File
from astonish.support.memory import check_fits
from astonish.support.settings import resolve_n_threads

_HEEDED_AT_ONCE = {"n_threads", "verbose", "tol", *WATCHERS}

Self = TypeVar("Self", bound="Model")
Lists = tuple[NDArray[np.object_], NDArray[np.float64]]


class Model(Hooks):
    """Base of all models.

    Attributes
    ----------
    abilities : frozenset of str
        What the model can do: "rates" (estimates are ratings), "ranks", "has_factors", "folds_in",
        "partial_fit", "takes_weights", "explains".
    trainset : Trainset
        What the model was fitted to.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let methods of a subclass that change the model publish what they did at once, too.

        It may have them from a class beside it that is no model.
        """
        super().__init_subclass__(**kwargs)
        for name in ("fit", "partial_fit"):
            owner = next(base for base in cls.__mro__ if name in vars(base))
            is_wrapped = owner is not cls and issubclass(owner, Model)
            if not is_wrapped and isinstance(method := vars(owner)[name], FunctionType):
                setattr(cls, name, publishing(method))

    def set_params(self: Self, **params: Any) -> Self:
        """Change parameters; the next `fit` heeds them.

        Until then a fitted model answers, and learns by `partial_fit`, as it was fitted. What
        changes no answer counts at once: ``n_threads``, ``verbose``, what watches a training. A
        fitted model checks ``n_threads`` at once, too.

        Raises
        ------
        TypeError
            For a name that the constructor does not take.
        TypeError, ValueError
            For an `n_threads` out of range, on a fitted model. It then stays as it was.
        """
        changed = copy.copy(self)
        before = dict(vars(changed))
        if "trainset" in before and "n_threads" in params:
            resolve_n_threads(params["n_threads"])
        super(Model, changed).set_params(**params)
        if "trainset" in before:
            kept = params.keys() & before.keys() - _HEEDED_AT_ONCE
            remember_parameters(changed, {name: before[name] for name in params if name in kept})
        self.__dict__ = vars(changed)
        return self

    def fit(self: Self, trainset: Any, *, sample_weight: Any = None) -> Self:
        """Fit the model to a training set; see the class for parameters and errors.

        A fit that fails or is interrupted leaves the model as it was. While it runs, other threads
        see the model of before; with a `callback`, that of the last epoch. What they set on the
        model meanwhile is lost.

        Parameters
        ----------
        trainset : Trainset
            The ratings. Models of interactions take a frame or a scipy sparse matrix, too.
        sample_weight : array of shape (n_ratings,), optional
            How much the error of each rating counts, in the order of ``trainset.all_ratings()``;
            not negative. Regularisation does not depend on it. For models with the ability
            "takes_weights".

        Returns
        -------
        Model
            The model itself.
        """
        if sample_weight is not None:
            self._require("takes_weights", "sample_weight")
        with updated(self) as twin:
            twin._begin(trainset)
            weights = check_weights(sample_weight, twin.trainset.n_ratings)
            twin._fit(twin.trainset, **({} if weights is None else {"sample_weight": weights}))
            keep_options(twin)
        return self

    def partial_fit(self: Self, ratings: Any, n_epochs: int | None = None) -> Self:
        """Add ratings to what the model was fitted to, and learn from them.

        Training takes time for what is new, not for the whole training set; `fit` on ``trainset``,
        which becomes the union, is more accurate. Inner ids of known users and items stay, new ones
        follow. Models of gradient descent pass over the new ratings (`SVDpp`: over all ratings of
        users who have new ones). Those of alternating least squares solve the affected users and
        items again from all their ratings, which then count alike, whatever weights `fit` had.

        Parameters
        ----------
        ratings : list of (user id, item id, rating), Dataset, Trainset or frame
            What is new; all of it is learned, `validation` and `patience` are for `fit`. The rating
            scale stays that of the training set.
        n_epochs : int, optional
            Passes. By default an eighth of the model's `n_epochs` for gradient descent, because
            many passes over some ratings forget the others, and 1 for alternating least squares.

        Raises
        ------
        TypeError, ValueError
            As `fit`, and for invalid ratings. The model then stays as it was.

        Warns
        -----
        UserWarning
            When ratings go beyond the rating scale.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> model.partial_fit([("newcomer", "1", 5.0), ("newcomer", "2", 1.0)]).trainset.n_users
        944
        """
        self._require("partial_fit", "partial_fit")
        self._fitted_trainset()
        columns = self._read(ratings)  # which may take long: the change itself begins after that
        warn_outside_scale(columns.values, self._estimate_scale())
        with updated(self) as twin, parameters_of_fit(twin):
            before = twin._fitted_trainset()
            twin.trainset, added = before.extended(columns)
            twin._learn(before, added, n_epochs)
        return self

    def predict(
        self,
        uid: Any,
        iid: Any,
        r_ui: float | None = None,
        clip: bool = True,
        verbose: bool = False,
    ) -> Prediction:
        """Predict the rating of one user for one item.

        Parameters
        ----------
        uid, iid
            Raw ids, as in the data: a file's ids are strings. Unknown ids are allowed.
        r_ui : float, optional
            The true rating, to be carried along.
        clip : bool, default True
            Whether to clip the estimate to the rating scale.
        verbose : bool, default False
            Whether to print the prediction.
        """
        prediction = estimates.prediction(snapshot(self), uid, iid, r_ui, clip)
        if verbose:
            print(prediction)
        return prediction

    @reading
    def test(
        self, testset: Iterable[tuple[Any, Any, float | None]], verbose: bool = False
    ) -> list[Prediction]:
        """Predict every (raw user id, raw item id, true rating) of a test set.

        Parameters
        ----------
        testset : iterable of tuples
            As the splits or `Trainset.build_testset` make it.
        verbose : bool, default False
            Whether to print each prediction.

        Returns
        -------
        list of Prediction
            In the order of the test set, estimates clipped to the rating scale.
        """
        if verbose or not self._runs_in_core():
            rows = estimates.rows_of(testset)
            return [self.predict(uid, iid, rating, verbose=verbose) for uid, iid, rating in rows]
        return estimates.predictions(self, testset)

    @reading
    def predict_many(self, user_ids: Iterable[Any], item_ids: Iterable[Any]) -> NDArray[np.float64]:
        """Predict the ratings of many pairs.

        Parameters
        ----------
        user_ids, item_ids : sequences of raw ids, both of length n
            Unknown ids are allowed, as in `predict`.

        Returns
        -------
        float64 array of shape (n,)
            Estimates, clipped to the rating scale: the ``est`` of `predict`.

        Raises
        ------
        TypeError
            When an argument is not a sequence of ids.
        ValueError
            When the lengths differ.
        """
        users, items = check_ids("user_ids", user_ids), check_ids("item_ids", item_ids)
        if len(users) != len(items):
            raise ValueError(
                f"user_ids and item_ids must be equally long, got {len(users)} and {len(items)}"
            )
        return estimates.many(self, users, items)

    @reading
    def predict_table(
        self,
        user_ids: Iterable[Any] | None = None,
        item_ids: Iterable[Any] | None = None,
        as_frame: str | None = None,
    ) -> PredictionTable:
        """Predict the ratings of all pairs of some users and some items.

        Parameters
        ----------
        user_ids, item_ids : sequences of raw ids, optional
            By default all of the training set. Unknown ids are allowed, as in `predict`.
        as_frame : {"pandas", "polars", "pyarrow"}, optional
            Return the estimates as a frame: user ids in its first column, a column an item.

        Returns
        -------
        PredictionTable
            ``estimates``, the ``est`` of `predict`, and ``known``: where that is not the default
            of an impossible estimate.

        Raises
        ------
        MemoryError
            Before any work, for a table that does not fit into memory.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SlopeOne().fit(trainset)
        >>> table = model.predict_table(["1", "nobody"], ["2", "3", "4"])
        >>> table.estimates.shape, table.known.tolist()
        ((2, 3), [[True, True, True], [False, False, False]])
        """
        trainset, library = self._fitted_trainset(), check_library(as_frame)
        users = trainset.user_ids if user_ids is None else check_ids("user_ids", user_ids)
        items = trainset.item_ids if item_ids is None else check_ids("item_ids", item_ids)
        check_fits(8 * len(users) * len(items), "the table", "ask for fewer users at a time")
        table, known = estimates.table(self, users, items)
        shown = table if library is None else table_frame(library, users, items, table)
        return PredictionTable(shown, known)

    @reading
    def recommend(
        self,
        user_ids: Iterable[Any] | None = None,
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Iterable[Any] | Mapping[Any, Iterable[Any]] | None = None,
        filter_items: Iterable[Any] | None = None,
        boosts: Mapping[Any, float] | None = None,
        *,
        index: ApproximateIndex | None = None,
        on_unknown: str = "raise",
        unknown_items: str = "raise",
        as_frame: str | None = None,
    ) -> Any:
        """Return the `n` items with the highest estimates for each user.

        Lists are exact: those of sorting all estimates. Items whose estimate is impossible are not
        listed. Memory is bounded, whatever the number of users.

        Parameters
        ----------
        user_ids : sequence of raw ids, optional
            Users of the training set; by default all of them.
        n : int, default 10
            Length of the lists.
        exclude_seen : bool, default True
            Whether to leave out the items that a user rated in the training set.
        candidates : sequence of raw item ids, or dict, optional
            The only items to choose from; by default all that have a rating. A dict has a sequence
            for each user; a user who is not in it has none to choose from.
        filter_items : sequence of raw item ids, optional
            Items that are in no list.
        boosts : dict, optional
            Weights by raw item id that are added to the estimates of all users, in their unit: 0.5
            lifts an item by half a rating, a negative weight lowers it.
        index : ApproximateIndex, optional
            What `build_index` made: lists come from a search that may miss some of the best items.
            By default they are exact.
        on_unknown : {"raise", "fallback", "skip"}, default "raise"
            What to do about users whom the model knows nothing of: an error; the most popular
            items, with the share of the users that rated them as scores; or no items. `boosts` are
            added to shares as they are to estimates: 0.5 then lifts an item above almost all.
        unknown_items : {"raise", "ignore"}, default "raise"
            What to do about item ids of `candidates`, `filter_items` and `boosts` that are not part
            of the training set.
        as_frame : {"pandas", "polars", "pyarrow"}, optional
            Return a frame with the columns user, rank (from 1), item, score.

        Returns
        -------
        item_ids : object array of shape (n_users, n)
            Raw item ids, best first; None where fewer than `n` items remain. Of equal scores
            the lower inner item id comes first.
        scores : float64 array of the same shape
            The estimates, not clipped to the rating scale, and the boosts; NaN where there is no
            item.

        Raises
        ------
        TypeError
            When an argument is not of the kind above.
        ValueError
            For an id that is not part of the training set, a user without ratings (unless the model
            says what it shows them), n < 1, a boost that is not finite, or candidates or boosts
            beside an index.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> item_ids, scores = model.recommend(["1", "2"], n=3)
        >>> item_ids.shape, scores.shape
        ((2, 3), (2, 3))
        >>> model.recommend(["1"], n=2, candidates=["5"])[0].tolist()
        [['5', None]]
        """
        trainset, library = self._fitted_trainset(), check_library(as_frame)
        users = read_users(self, user_ids, on_unknown)
        n = check_integer("n", n, 1, INT32_MAX)
        if index is not None and not (candidates is None and boosts is None):
            raise ValueError("an index searches all items alike: no candidates or boosts beside it")
        if index is not None and not isinstance(index, ApproximateIndex):
            raise TypeError(f"index must be what build_index made, got {index!r}")
        rules = read_rules(trainset, exclude_seen, candidates, filter_items, boosts, unknown_items)
        check_fits(20 * len(users.raw_ids) * n, "the lists", "ask for fewer users at a time")
        length, n_threads = list_length(n, trainset.n_items), resolve_n_threads(self.n_threads)
        lists = rank_users(self, users, length, rules, index, n_threads)
        found = raw_lists(trainset.item_ids, lists, n)
        return found if library is None else lists_frame(library, users.raw_ids, *found)

    @reading
    def recommend_for(
        self,
        histories: Any,
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Iterable[Any] | None = None,
        filter_items: Iterable[Any] | None = None,
        boosts: Mapping[Any, float] | None = None,
        *,
        unknown_items: str = "raise",
        as_frame: str | None = None,
    ) -> Any:
        """Return the `n` best items for people who are not stored: guests, held-out users.

        Parameters
        ----------
        histories : sequence of sequences of item ids, or of (item id, weight)
            What each of them interacted with, oldest first. An item without a weight counts as
            liked: the highest rating, or the weight 1 for models of interactions. Somebody without
            any known item gets the most popular items.
        n, exclude_seen, candidates, filter_items, boosts, unknown_items, as_frame
            As in `recommend`; what is seen are the items of a history, whose unknown items
            `unknown_items` is about, too. The users of a frame are the numbers of the histories,
            from 0.

        Returns
        -------
        item_ids, scores
            As `recommend`.

        Raises
        ------
        TypeError
            For a model without the ability "folds_in", and for an argument of another kind.
        ValueError
            As `recommend`.

        Warns
        -----
        UserWarning
            When weights go beyond the rating scale.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.ALS(random_state=0).fit(trainset)
        >>> item_ids, scores = model.recommend_for([["50", "181"], [("50", 1.0)]], n=3)
        >>> item_ids.shape
        (2, 3)
        """
        trainset, library = self._fitted_trainset(), check_library(as_frame)
        self._require("folds_in", "recommend_for")
        rows = read_histories(trainset, histories, self._weight_of_liked(), unknown_items)
        warn_outside_scale(rows.values, self._estimate_scale())
        n = check_integer("n", n, 1, INT32_MAX)
        if isinstance(candidates, Mapping):
            raise TypeError("candidates must be a sequence of ids: histories have no user ids")
        rules = read_rules(trainset, exclude_seen, candidates, filter_items, boosts, unknown_items)
        check_fits(20 * rows.n_rows * n, "the lists", "ask for fewer people at a time")
        length, n_threads = list_length(n, trainset.n_items), resolve_n_threads(self.n_threads)
        lists = rank_histories(self, rows, length, rules, n_threads)
        found = raw_lists(trainset.item_ids, lists, n)
        return found if library is None else lists_frame(library, list(range(rows.n_rows)), *found)

    @reading
    def similar_items(
        self,
        item_ids: Iterable[Any],
        n: int = 10,
        candidates: Iterable[Any] | None = None,
        filter_items: Iterable[Any] | None = None,
        *,
        metric: str | None = None,
    ) -> Lists:
        """Return the `n` items most similar to each item.

        Parameters
        ----------
        item_ids : sequence of raw ids
            Items of the training set.
        n : int, default 10
            Length of the lists.
        candidates, filter_items : sequences of raw item ids, optional
            The only items to choose from, and items to leave out.
        metric : {"cosine", "dot", "euclidean"}, optional
            How factors are compared: by their cosine (the default), by their inner product, or by
            their distance times -1. Models of neighbours have a similarity of their own.

        Returns
        -------
        item_ids : object array of shape (len(item_ids), n)
            Raw item ids, most similar first, without the item itself; None where fewer than `n`
            remain. Items whose factors are all zero are similar to nothing.
        similarities : float64 array of the same shape
            From -1 to 1 for cosines; NaN where there is no item.

        Raises
        ------
        TypeError
            When an argument is not a sequence of ids, or the model compares nothing.
        ValueError
            For an id that is not part of the training set, n < 1, or factors of length 0.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> item_ids, similarities = model.similar_items(["1", "2"], n=3)
        >>> item_ids.shape, bool((similarities <= 1).all())
        ((2, 3), True)
        """
        trainset = self._fitted_trainset()
        raw_ids = check_ids("item_ids", item_ids)
        inner = trainset.known_items(trainset.inner_items(raw_ids))
        refuse_unknown("item_ids", raw_ids, inner)
        if isinstance(candidates, Mapping):  # lists of users, for `recommend` alone
            raise TypeError(f"candidates must be a sequence of ids, got {candidates!r}")
        rules = read_rules(trainset, False, candidates, filter_items, None)
        n, metric = _length_and_metric(n, metric, len(inner))
        length = list_length(n, trainset.n_items)
        found = self._most_similar("item", inner, length, metric, rules.allowed)
        return raw_lists(trainset.item_ids, found, n)

    @reading
    def similar_users(
        self, user_ids: Iterable[Any], n: int = 10, *, metric: str | None = None
    ) -> Lists:
        """Return the `n` users most similar to each user.

        Parameters, results and errors are those of `similar_items`, for users; all users of the
        training set are candidates.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.SVD(random_state=0).fit(trainset)
        >>> user_ids, similarities = model.similar_users(["1", "2"], n=3)
        >>> user_ids.shape, bool((similarities <= 1).all())
        ((2, 3), True)
        """
        trainset = self._fitted_trainset()
        raw_ids = check_ids("user_ids", user_ids)
        inner = trainset.inner_users(raw_ids)
        refuse_unknown("user_ids", raw_ids, inner)
        n, metric = _length_and_metric(n, metric, len(inner))
        length = list_length(n, trainset.n_users)
        found = self._most_similar("user", inner, length, metric, None)
        return raw_lists(trainset.user_ids, found, n)

    @reading
    def explain(
        self, user_id: Any, item_id: Any, n: int | None = 10
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Return what adds up to the estimate for a user and an item.

        With the items as they are, the factors of a user are linear in the user's ratings, less
        mean and biases; so is the estimate. Each rating contributes its own term. Models whose
        users are no such solution (`NMF`, given factors) are explained by their components.

        Parameters
        ----------
        user_id, item_id
            Raw ids that the model knows.
        n : int or None, default 10
            How many terms to name; None for all.

        Returns
        -------
        names : object array
            Raw ids of rated items, or "factor 0", "factor 1", ..., the largest contribution first.
            Behind them, in parentheses, what is neither: "(mean)", "(user bias)", "(item bias)";
            "(other ratings)", those that are not named;
            "(training)", what the trained factors of the user differ by from the solution that
            `fold_in` finds. Those that contribute nothing are left out.
        contributions : float64 array of the same length
            What each of them adds; negative for what speaks against the item. Their sum is the
            estimate, not clipped.

        Raises
        ------
        TypeError
            For a model without the ability "explains", or with a `y_range`: behind a sigmoid an
            estimate is no sum.
        ValueError
            For ids that are unknown, n < 1, or a model of new items, which lacks the other ratings
            of its users.

        Examples
        --------
        >>> import astonish
        >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
        >>> model = astonish.ALS(random_state=0).fit(trainset)
        >>> names, contributions = model.explain("7", "50", n=2)
        >>> estimate = model.predict("7", "50", clip=False).est
        >>> names[2:].tolist()
        ['(mean)', '(item bias)', '(other ratings)', '(training)']
        >>> bool(abs(contributions.sum() - estimate) < 1e-6)
        True
        """
        trainset = self._fitted_trainset()
        self._require("explains", "explain")
        user, item = trainset.to_inner_uid(user_id), trainset.to_inner_iid(item_id)
        terms = self._explain(user, item)
        n = len(terms.names) if n is None else check_integer("n", n, minimum=1)
        return added_up(terms, self.estimate(user, item), n)

    @reading
    def fold_in(self: Self, ratings: Any, side: str = "user") -> Self:
        """Return a model of users, or of items, who were not in training.

        The parameters of the new users are the regularised least-squares solution for their ratings
        with the items as they are; nothing that was trained changes. For a model trained by
        alternating least squares that is the half-step of its training. One trained by gradient
        descent moves towards that point, with the same regularisation, and may stop well before
        it, as `SVD` does after its default epochs: its own users, folded in, then fit their ratings
        more closely. Users are solved in parallel: fold in many at a time.

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
            For invalid ratings, an id that is not hashable, or a model without the ability
            "folds_in".

        Warns
        -----
        UserWarning
            When ratings go beyond the rating scale.

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
        trainset = self._fitted_trainset()
        self._require("folds_in", "fold_in")
        check_choice("side", side, ("user", "item"))
        columns = self._read(ratings)
        warn_outside_scale(columns.values, self._estimate_scale())
        return self._folded(folded_trainset(trainset, columns, side), side)

    @reading
    def build_index(
        self, connectivity: int = 16, expansion_add: int = 128, expansion_search: int = 64
    ) -> ApproximateIndex:
        """Return an index of the items, with which `recommend` is approximate.

        It is for single users of very many items: for many users at a time the exact search is
        much faster. It holds the items as they are now; see `ApproximateIndex`.
        """
        self._fitted_trainset()
        options = connectivity, expansion_add, expansion_search
        n_threads = resolve_n_threads(self.n_threads)
        return ApproximateIndex(self._search_factors(), *options, n_threads=n_threads)

    def save(self, path: File) -> None:
        """Write the fitted model to one ``.npz`` file, without pickle.

        `path` may be a file that is open in binary mode; any other file is replaced at the end.
        Programs in C++ read those with factors or biases: ``load_model`` of model_file.hpp. What
        watches the training of factor models, `callback`, `validation` and `patience`, is not kept.

        Raises
        ------
        ValueError
            When the model is not fitted, or has an array that does not fit it or is not finite.
        TypeError
            When the model holds something that is no number, text, list, dict or array, or an id
            of another type than these, bytes, dates, `uuid.UUID` and `decimal.Decimal`.
        OSError
            When the file cannot be written.
        """
        self._fitted_trainset()
        persistence.save(copy.copy(self), path)

    @classmethod
    def load(cls: type[Self], path: File) -> Self:
        """Read a model that `save` wrote, from a path or a file that is open in binary mode.

        Raises
        ------
        ValueError
            For a file that is no model, is damaged, has another format version, or holds a model
            that is no `cls`.
        OSError
            When the file cannot be read.
        """
        return persistence.load(path, cls)


def _length_and_metric(n: Any, metric: str | None, n_lists: int) -> tuple[int, str | None]:
    n = check_integer("n", n, 1, INT32_MAX)
    check_fits(20 * n_lists * n, "the lists", "ask for fewer at a time")
    return n, None if metric is None else check_choice("metric", metric, METRICS)
