"""Splits of a data set into training and test sets: they pick row numbers."""

import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.dataset import Dataset, DatasetAutoFolds, DatasetUserFolds
from astonish.data.ratings import Ratings, Triple
from astonish.data.trainset import Trainset
from astonish.support.checks import check_integer, check_number
from astonish.support.random_state import get_rng

#: A training set and a test set: a `Testset`, or what the data set's own method constructs.
Fold: TypeAlias = tuple[Trainset, Sequence[Triple]]


@runtime_checkable
class Splitter(Protocol):
    """An object that splits a data set into folds."""

    def split(self, data: Any) -> Iterator[Fold]:
        """Yield (training set, test set) of each fold."""
        ...


def get_cv(cv: Any) -> Splitter:
    """Return the splitter that `cv` stands for: None is KFold(5), an int KFold(cv).

    Raises
    ------
    ValueError
        For fewer folds than 2, and an object without a ``split`` method.
    """
    if cv is None:
        return KFold(n_splits=5)
    if isinstance(cv, numbers.Integral):
        if cv < 2:
            raise ValueError(f"cv must be at least 2 folds, got {cv!r}")
        return KFold(n_splits=int(cv))
    if isinstance(cv, Splitter) and not isinstance(cv, str):
        return cv
    raise ValueError(
        f"Wrong CV object. Expecting None, an int or CV iterator, got a {type(cv)}: cv={cv!r}"
    )


def count_folds(splitter: Splitter, data: Any) -> int | None:
    """Return how many folds a splitter will make of `data`; None where that is unknown."""
    if isinstance(data, DatasetUserFolds):
        return len(data.folds_files)
    try:
        n_folds = splitter.get_n_folds()  # type: ignore[attr-defined]  # splitters may lack it
    except (AttributeError, TypeError):
        return None
    return int(n_folds) if isinstance(n_folds, numbers.Integral) else None


class KFold:
    """Each of k parts is the test set once, the others are the training set.

    Parameters
    ----------
    n_splits : int, default 5
        Number of folds.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the shuffle. An int gives the same folds at every `split`.
    shuffle : bool, default True
        Whether to shuffle the ratings first.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> for trainset, testset in astonish.model_selection.KFold(2, random_state=0).split(data):
    ...     print(trainset.n_ratings, len(testset))
    50000 50000
    50000 50000
    """

    def __init__(
        self,
        n_splits: int = 5,
        random_state: int | np.random.RandomState | None = None,
        shuffle: bool = True,
    ) -> None:
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def split(self, data: DatasetAutoFolds) -> Iterator[Fold]:
        """Yield (training set, test set) of each fold; ValueError for an impossible `n_splits`."""
        ratings = _ratings_of(data)
        n_splits = _check_n_splits(self.n_splits, len(ratings))
        rng = get_rng(self.random_state) if self.shuffle else None
        yield from _k_folds(data, ratings, n_splits, rng)

    def get_n_folds(self) -> int:
        """Return the number of folds."""
        return self.n_splits


class RepeatedKFold:
    """`KFold` several times, with another shuffle each time.

    Parameters
    ----------
    n_splits : int, default 5
        Number of folds of each repetition.
    n_repeats : int, default 10
        Number of repetitions.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the shuffles. An int gives the same folds at every `split`.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> splitter = astonish.model_selection.RepeatedKFold(4, n_repeats=2, random_state=0)
    >>> [len(testset) for _, testset in splitter.split(data)]
    [25000, 25000, 25000, 25000, 25000, 25000, 25000, 25000]
    """

    def __init__(
        self,
        n_splits: int = 5,
        n_repeats: int = 10,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_repeats = n_repeats
        self.random_state = random_state
        self.n_splits = n_splits

    def split(self, data: DatasetAutoFolds) -> Iterator[Fold]:
        """Yield (training set, test set) of each fold; ValueError for an impossible number."""
        ratings = _ratings_of(data)
        n_splits = _check_n_splits(self.n_splits, len(ratings))
        n_repeats = check_integer("n_repeats", self.n_repeats, minimum=1)
        rng = get_rng(self.random_state)
        for _ in range(n_repeats):
            yield from _k_folds(data, ratings, n_splits, rng)

    def get_n_folds(self) -> int:
        """Return the number of folds of all repetitions."""
        return self.n_repeats * self.n_splits


class ShuffleSplit:
    """Random training and test sets, independent of each other.

    Parameters
    ----------
    n_splits : int, default 5
        Number of folds.
    test_size, train_size : float, int or None, default 0.2 and None
        A float is a fraction of the ratings, an int their number, None the complement of the other.
    random_state : int, numpy.random.RandomState or None, default None
        Decides the permutations.
    shuffle : bool, default True
        Whether to shuffle; without a shuffle all folds are the same.
    """

    def __init__(
        self,
        n_splits: int = 5,
        test_size: float | None = 0.2,
        train_size: float | None = None,
        random_state: int | np.random.RandomState | None = None,
        shuffle: bool = True,
    ) -> None:
        check_integer("n_splits", n_splits, minimum=1)
        for name, size in (("test_size", test_size), ("train_size", train_size)):
            if size is not None and check_number(name, size) <= 0:
                raise ValueError(f"{name}={size} should be strictly greater than 0")
        self.n_splits = n_splits
        self.test_size = test_size
        self.train_size = train_size
        self.random_state = random_state
        self.shuffle = shuffle

    def split(self, data: DatasetAutoFolds) -> Iterator[Fold]:
        """Yield (training set, test set) of each fold; ValueError for sizes that do not fit."""
        ratings = _ratings_of(data)
        n_train, n_test = self.validate_train_test_sizes(
            self.test_size, self.train_size, len(ratings)
        )
        rng = get_rng(self.random_state)
        for _ in range(self.n_splits):
            rows = rng.permutation(len(ratings)) if self.shuffle else np.arange(len(ratings))
            yield _fold(data, ratings, rows[:n_train], rows[n_train : n_train + n_test])

    def get_n_folds(self) -> int:
        """Return the number of folds."""
        return self.n_splits

    def validate_train_test_sizes(
        self, test_size: float | None, train_size: float | None, n_ratings: int
    ) -> tuple[int, int]:
        """Return the numbers of ratings to train and to test on; ValueError if they do not fit."""
        for name, size in (("test_size", test_size), ("train_size", train_size)):
            if size is not None and size >= n_ratings:
                raise ValueError(
                    f"{name}={size} should be less than the number of ratings {n_ratings}"
                )
        n_test = _count(test_size, n_ratings, math.ceil)
        n_train = _count(train_size, n_ratings, math.floor)
        if n_test is None:
            n_test = n_ratings - (n_train or 0)
        if n_train is None:
            n_train = n_ratings - n_test
        if n_train + n_test > n_ratings:
            raise ValueError(
                f"The sum of train_size and test_size ({n_train + n_test}) should be smaller than "
                f"the number of ratings {n_ratings}."
            )
        if n_train < 1:
            raise ValueError(
                f"test_size={test_size} and train_size={train_size} give {n_test} and "
                f"{n_train} of {n_ratings} ratings: the training set needs one at least"
            )
        return n_train, n_test


class LeaveOneOut:
    """One random rating of each user is the test set of a fold.

    Parameters
    ----------
    n_splits : int, default 5
        Number of folds.
    random_state : int, numpy.random.RandomState or None, default None
        Decides which rating of a user is tested. An int gives the same folds at every `split`.
    min_n_ratings : int, default 0
        Users with at most so many ratings are in neither set. With 0, users with one rating are in
        the test set alone.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> trainset, testset = next(astonish.model_selection.LeaveOneOut(1).split(data))
    >>> trainset.n_ratings, len(testset)
    (99057, 943)
    """

    _keeps_timestamps = True

    def __init__(
        self,
        n_splits: int = 5,
        random_state: int | np.random.RandomState | None = None,
        min_n_ratings: int = 0,
    ) -> None:
        self.n_splits = n_splits
        self.random_state = random_state
        self.min_n_ratings = min_n_ratings

    def split(self, data: DatasetAutoFolds) -> Iterator[Fold]:
        """Yield (training set, test set) of each fold; ValueError if no user has enough ratings."""
        n_splits = check_integer("n_splits", self.n_splits, minimum=1)
        ratings = self._of_enough_ratings(_ratings_of(data))
        lengths = np.bincount(ratings.users)
        begins = np.cumsum(lengths) - lengths
        if len(ratings) == len(lengths):
            raise ValueError("Could not build any trainset. Maybe min_n_ratings is too high?")
        rng = get_rng(self.random_state)
        for _ in range(n_splits):
            test_rows = begins + rng.randint(0, lengths)  # as one call for each user
            train_rows = np.delete(np.arange(len(ratings)), test_rows)
            yield _fold(data, ratings, train_rows, test_rows)

    def get_n_folds(self) -> int:
        """Return the number of folds."""
        return self.n_splits

    def _of_enough_ratings(self, ratings: Ratings) -> Ratings:
        """Return the ratings of users with more than `min_n_ratings`, user by user.

        Users are in order of first appearance.
        """
        codes, order = _core.ratings.renumber(ratings.users, len(ratings.user_ids))
        n_ratings = np.bincount(codes)
        is_kept = n_ratings > check_number("min_n_ratings", self.min_n_ratings)
        rows = np.argsort(codes, kind="stable")
        rows = rows[is_kept[codes[rows]]]
        new_codes = (np.cumsum(is_kept) - 1).astype(np.int32)
        kept = ratings.take(rows)
        return replace(
            kept,
            users=new_codes[codes[rows]],
            user_ids=[ratings.user_ids[code] for code in order[is_kept].tolist()],
            timestamps=kept.timestamps if self._keeps_timestamps else None,
        )


class PredefinedKFold:
    """The folds that `Dataset.load_from_folds` was given as files."""

    def split(self, data: DatasetUserFolds) -> Iterator[Fold]:
        """Yield (training set, test set) of each pair of files."""
        self.n_splits = len(data.folds_files)
        for train_file, test_file in data.folds_files:
            yield (
                data.construct_trainset(data.read_columns(train_file)),
                data.construct_testset(data.read_columns(test_file)),
            )

    def get_n_folds(self) -> int:
        """Return the number of folds of the data set split last."""
        return self.n_splits


def train_test_split(
    data: DatasetAutoFolds,
    test_size: float | None = 0.2,
    train_size: float | None = None,
    random_state: int | np.random.RandomState | None = None,
    shuffle: bool = True,
) -> Fold:
    """Split a data set once; parameters as in `ShuffleSplit`.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> trainset, testset = astonish.model_selection.train_test_split(data, test_size=0.25)
    >>> trainset.n_ratings, len(testset)
    (75000, 25000)
    """
    splitter = ShuffleSplit(1, test_size, train_size, random_state, shuffle)
    return next(splitter.split(data))


def _fold(
    data: Dataset, ratings: Ratings, train_rows: NDArray[np.intp], test_rows: NDArray[np.intp]
) -> Fold:
    # The methods of `data`, not Trainset's own: users override them.
    return (
        data.construct_trainset(ratings.take(train_rows)),
        data.construct_testset(ratings.take(test_rows)),
    )


def _check_n_splits(n_splits: int, n_ratings: int) -> int:
    n_splits = check_integer("n_splits", n_splits, minimum=2)
    if n_splits > n_ratings:
        raise ValueError(
            f"Incorrect value for n_splits={n_splits}. "
            f"Must be >=2 and at most the number of ratings, {n_ratings}"
        )
    return n_splits


def _k_folds(
    data: Dataset, ratings: Ratings, n_splits: int, rng: np.random.RandomState | None
) -> Iterator[Fold]:
    """Yield the folds of `KFold`, without a shuffle where there is no generator."""
    rows = np.arange(len(ratings))
    if rng is not None:
        rng.shuffle(rows)
    parts = np.array_split(rows, n_splits)
    for fold, test_rows in enumerate(parts):
        train_rows = np.concatenate(parts[:fold] + parts[fold + 1 :])
        yield _fold(data, ratings, train_rows, test_rows)


def _ratings_of(data: Any) -> Ratings:
    if isinstance(data, DatasetAutoFolds):
        return data.ratings
    if hasattr(data, "raw_ratings"):  # a user's own class of data sets
        return Ratings.from_tuples(data.raw_ratings)
    raise TypeError(
        f"data must be a Dataset with ratings to split, got {type(data).__name__}"
        + ("; PredefinedKFold reads its folds" if isinstance(data, DatasetUserFolds) else "")
    )


def _count(size: float | None, n_ratings: int, rounding: Callable[[float], int]) -> int | None:
    """Return a number of ratings: a float is a fraction, an int the number itself."""
    if size is None or isinstance(size, numbers.Integral):
        return None if size is None else int(size)
    return rounding(size * n_ratings)
