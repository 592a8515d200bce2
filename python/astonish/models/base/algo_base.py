"""What every model shares: the interface of scikit-surprise's algorithms, and batches beside it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish.data.trainset import Trainset
from astonish.models.base import persistence
from astonish.models.base.prediction import Prediction, PredictionImpossible
from astonish.models.statistics.baselines import BASELINES
from astonish.models.statistics.similarities import SimilarityOptions, between_rows, matrix_of
from astonish.support.binary_files import File
from astonish.support.checks import check_ids, check_mapping
from astonish.support.garbage_collection import paused_gc
from astonish.support.public import public
from astonish.support.settings import is_strict, resolve_n_threads

Self = TypeVar("Self", bound="AlgoBase")

NOT_A_NUMBER = "The estimate is not a number."


class NotFittedError(ValueError, AttributeError):
    """Raised by a model that was asked before `fit`; scikit-surprise's is an AttributeError."""


@public
class AlgoBase:
    """Base of all models, and of yours.

    A subclass implements ``estimate(u, i)``, which gets inner ids (for unknown ones the text
    ``"UKN__"`` and the raw id) and returns an estimate, or an estimate and a dict of details, or
    raises `PredictionImpossible`. It may extend `fit`.

    Parameters
    ----------
    **kwargs
        ``bsl_options`` and ``sim_options``: dicts that configure baselines and similarities.

    Attributes
    ----------
    trainset : Trainset
        What the model was fitted to.

    Examples
    --------
    >>> import astonish
    >>> class GlobalMean(astonish.AlgoBase):
    ...     def estimate(self, u, i):
    ...         return self.trainset.global_mean
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> prediction = GlobalMean().fit(trainset).predict("1", "1")
    >>> bool(prediction.est == trainset.global_mean)
    True
    """

    trainset: Trainset
    bu: Any
    bi: Any
    sim: NDArray[np.float64]

    def __init__(self, **kwargs: Any) -> None:
        # Copies: the caller's dicts stay as they are.
        self.bsl_options = dict(check_mapping("bsl_options", kwargs.get("bsl_options", {})))
        self.sim_options = {
            "user_based": True,
            **check_mapping("sim_options", kwargs.get("sim_options", {})),
        }

    def fit(self: Self, trainset: Trainset) -> Self:
        """Remember the training set and forget the baselines; subclasses go on from there.

        Returns
        -------
        AlgoBase
            The model itself.
        """
        if not isinstance(trainset, Trainset):
            raise TypeError(
                f"trainset must be a Trainset, got {type(trainset).__name__}; "
                "Dataset.build_full_trainset makes one"
            )
        self.trainset = trainset
        self.bu = self.bi = None
        return self

    def estimate(self, u: Any, i: Any) -> Any:
        """Return the estimate for an inner user id and an inner item id; subclasses do."""
        raise NotImplementedError(f"{type(self).__name__} does not define estimate(u, i)")

    def default_prediction(self) -> float:
        """Return what is predicted when an estimate is impossible: the mean of all ratings."""
        return self.trainset.global_mean

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
        trainset = self._fitted_trainset()
        try:
            inner_user: Any = trainset.to_inner_uid(uid)
        except ValueError:
            inner_user = f"UKN__{uid}"
        try:
            inner_item: Any = trainset.to_inner_iid(iid)
        except ValueError:
            inner_item = f"UKN__{iid}"
        estimate, details = self._try_estimate(inner_user, inner_item)
        if clip:
            lower, higher = self._estimate_scale()
            estimate = max(lower, min(higher, estimate))
        prediction = Prediction(uid, iid, r_ui, estimate, details)
        if verbose:
            print(prediction)
        return prediction

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
            return [self.predict(uid, iid, rating, verbose=verbose) for uid, iid, rating in testset]
        with paused_gc():
            rows = list(testset)
            users = [user for user, _, _ in rows]
            items = [item for _, item, _ in rows]
            ratings = [rating for _, _, rating in rows]
            inner = self._inner_ids(users, items)
            estimates, details = self._estimate_with_details(*inner)
            for row, reason in self._explain(estimates, *inner):
                details[row] = {"was_impossible": True, "reason": reason}
            estimates = self._finish(estimates)
            fields = zip(users, items, ratings, estimates.tolist(), details, strict=True)
            return list(map(partial(tuple.__new__, Prediction), fields))

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
        users = check_ids("user_ids", user_ids)
        items = check_ids("item_ids", item_ids)
        if len(users) != len(items):
            raise ValueError(
                f"user_ids and item_ids must be equally long, got {len(users)} and {len(items)}"
            )
        if self._runs_in_core():
            inner = self._inner_ids(users, items)
            estimates = self._estimate_many(*inner)
            if is_strict():
                self._explain(estimates, *inner)
            return self._finish(estimates)
        one_by_one = (self.predict(*pair).est for pair in zip(users, items, strict=True))
        return np.fromiter(one_by_one, np.float64, len(users))

    def compute_baselines(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return user and item biases of the training set, and keep them in ``bu`` and ``bi``.

        ``bsl_options`` decides: ``method`` "als" (the default; ``n_epochs``, ``reg_u``, ``reg_i``)
        or "sgd" (``n_epochs``, ``reg``, ``learning_rate``). "als" works in ``n_threads`` threads
        where the model has that parameter, else in as many as there are CPUs.

        Returns
        -------
        bu, bi : float64 arrays of shape (n_users,) and (n_items,)

        Raises
        ------
        ValueError
            For an unknown method.
        """
        if self.bu is None:
            method = self.bsl_options.get("method", "als")
            if method not in BASELINES:
                raise ValueError(
                    f"Invalid method {method} for baseline computation."
                    " Available methods are als and sgd."
                )
            self._say(f"Estimating biases using {method}...")
            n_threads = resolve_n_threads(getattr(self, "n_threads", None))
            self.bu, self.bi = BASELINES[method](
                self._fitted_trainset(), self.bsl_options, n_threads
            )
        return self.bu, self.bi

    def compute_similarities(self) -> NDArray[np.float64]:
        """Return the similarities of all users, or of all items, of the training set.

        ``sim_options`` decides: ``name`` "msd" (the default), "cosine", "pearson" or
        "pearson_baseline"; ``user_based`` (True); ``min_support`` (1); ``shrinkage`` (100, for
        "pearson_baseline").

        Returns
        -------
        float64 array of shape (n_users, n_users), or (n_items, n_items)

        Raises
        ------
        NameError
            For an unknown name.
        ValueError, TypeError
            For another option out of range.
        """
        trainset = self._fitted_trainset()
        options = self._similarity_options()
        self._announce_similarities(options)
        sides = trainset.by_user, trainset.by_item
        rows, cols = sides if self.sim_options["user_based"] else sides[::-1]
        n_threads = getattr(self, "n_threads", None)
        return matrix_of(between_rows(rows, cols, options), rows.n_rows, n_threads)

    def _similarity_options(self) -> SimilarityOptions:
        """Read ``sim_options``; computes the baselines for a measure that needs them."""
        options = SimilarityOptions.from_dict(self.sim_options)
        if options.name != "pearson_baseline":
            return options
        if self.bu is None:  # asked once a fit, even if a subclass computes them its own way
            self.bu, self.bi = self.compute_baselines()
        biases = self.bu, self.bi
        row_biases, col_biases = biases if self.sim_options["user_based"] else biases[::-1]
        mean = self.trainset.global_mean
        return options._replace(global_mean=mean, row_biases=row_biases, col_biases=col_biases)

    def _announce_similarities(self, options: SimilarityOptions) -> None:
        self._say(f"Computing the {options.name} similarity matrix...")
        self._say("Done computing similarity matrix.")

    def get_neighbors(self, iid: int, k: int) -> list[int]:
        """Return the inner ids of the `k` most similar users or items, by the matrix ``self.sim``.

        Of equal similarities the lower inner id comes first.
        """
        order = np.argsort(-np.asarray(self.sim[iid], np.float64), kind="stable")
        neighbors: list[int] = order[order != iid][: max(k, 0)].tolist()
        return neighbors

    def save(self, path: File) -> None:
        """Write the fitted model to one ``.npz`` file, without pickle.

        `path` may be a file that is open in binary mode; any other file is replaced at the end.
        Programs in C++ read those with factors or biases: ``load_model`` of model_file.hpp. What
        watches the training of factor models, `callback`, `validation` and `patience`, is not kept.

        Raises
        ------
        ValueError
            When the model is not fitted.
        TypeError
            When the model holds something that is no number, text, list, dict or array, or an id
            of another type than these, bytes, dates, `uuid.UUID` and `decimal.Decimal`.
        OSError
            When the file cannot be written.
        """
        self._fitted_trainset()
        persistence.save(self, path)

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

    # What models with a kernel for many pairs define beside `estimate`: the unclipped estimates of
    # inner ids (-1: unknown), NaN where an estimate is impossible; and why it is.
    _estimate_many: Any = None
    _impossible: str = "User and/or item is unknown."
    _unsaved: tuple[str, ...] = ()  # parameters that are None in a file
    _hooks: tuple[str, ...] = ("estimate", "predict", "default_prediction")  # what it speaks for

    def _factors_of_all(self) -> dict[str, Any] | None:
        """Return the parameters of an estimate that is biases and a product of factors, else None.

        Programs in C++ read them in the files of `save`.
        """
        return None

    def _why_impossible(self, user: int, item: int) -> str:
        """Return the message of the `PredictionImpossible` that a pair raises."""
        return self._impossible if min(user, item) < 0 else NOT_A_NUMBER

    def _explain(
        self, estimates: NDArray[np.float64], users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> list[tuple[int, str]]:
        """Return the rows of impossible estimates, which are NaN, and why they are.

        In strict mode other estimates of NaN become infinite: scikit-surprise clips both alike.
        """
        rows = np.flatnonzero(np.isnan(estimates)).tolist()
        reasons = [(row, self._why_impossible(int(users[row]), int(items[row]))) for row in rows]
        if is_strict():
            estimates[[row for row, reason in reasons if reason == NOT_A_NUMBER]] = np.inf
            reasons = [(row, reason) for row, reason in reasons if reason != NOT_A_NUMBER]
        return reasons

    def _estimate_with_details(
        self, users: NDArray[np.int32], items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], list[dict[str, Any]]]:
        """Return the answer of `_estimate_many`, and the details of each pair."""
        details: list[dict[str, Any]] = [{"was_impossible": False} for _ in users]
        return self._estimate_many(users, items), details

    def _runs_in_core(self) -> bool:
        """Tell whether the kernel `_estimate_many` says the same as `predict`.

        It does unless a subclass of the class that defines the kernel, or the instance, changed
        what a single prediction is.
        """
        if self._estimate_many is None:
            return False
        lineage = type(self).__mro__
        kernel = next(
            place for place, owner in enumerate(lineage) if "_estimate_many" in vars(owner)
        )
        changed_by = [self, *lineage[:kernel]]
        return not any(hook in vars(owner) for owner in changed_by for hook in self._hooks)

    def _changes(self, method: str) -> bool:
        """Tell whether a subclass, or the instance, has a method of its own."""
        return method in vars(self) or getattr(type(self), method) is not getattr(AlgoBase, method)

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

    def _finish(self, estimates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put the default for what is impossible, and clip, in place."""
        impossible = np.isnan(estimates)
        if impossible.any():
            estimates[impossible] = self.default_prediction()
        return np.clip(estimates, *self._estimate_scale(), out=estimates)

    def _estimate_scale(self) -> tuple[float, float]:
        """Return what estimates are clipped to; models whose estimates are no ratings differ."""
        return self.trainset.rating_scale

    def _try_estimate(self, inner_user: Any, inner_item: Any) -> tuple[float, dict[str, Any]]:
        try:
            answer = self.estimate(inner_user, inner_item)
            estimate, details = answer if isinstance(answer, tuple) else (answer, {})
            if estimate != estimate and not is_strict():  # NaN
                raise PredictionImpossible(NOT_A_NUMBER)
            details["was_impossible"] = False
        except PredictionImpossible as error:
            estimate = self.default_prediction()
            details = {"was_impossible": True, "reason": str(error)}
        return estimate, details

    def _say(self, message: str) -> None:
        if getattr(self, "verbose", False):
            print(message)

    def _fitted_trainset(self) -> Trainset:
        try:
            return self.trainset
        except AttributeError:
            raise NotFittedError(
                f"this {type(self).__name__} is not fitted: call fit(trainset) first"
            ) from None

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Give back the model as it was when the block is left by an error or Ctrl-C."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            self.__dict__ = before  # one store: a second Ctrl-C cannot come between
            raise
