"""The splitters of scikit-surprise: test sets are lists, which programs append to, sort and add.

They draw the same folds as those of `astonish.model_selection`.
"""

import numbers
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeAlias

from astonish.data import splits
from astonish.data.ratings import Triple
from astonish.data.testset import Testset
from astonish.data.trainset import Trainset

Parameters = ParamSpec("Parameters")
ListFold: TypeAlias = tuple[Trainset, list[Triple]]


class KFold(splits.KFold):
    """`astonish.model_selection.KFold` with lists for test sets."""

    def split(self, data: Any) -> Iterator[ListFold]:
        """Yield (training set, list of tuples) of each fold."""
        return _with_lists(super().split(data))


class RepeatedKFold(splits.RepeatedKFold):
    """`astonish.model_selection.RepeatedKFold` with lists for test sets."""

    def split(self, data: Any) -> Iterator[ListFold]:
        """Yield (training set, list of tuples) of each fold."""
        return _with_lists(super().split(data))


class ShuffleSplit(splits.ShuffleSplit):
    """`astonish.model_selection.ShuffleSplit` with lists for test sets."""

    def split(self, data: Any) -> Iterator[ListFold]:
        """Yield (training set, list of tuples) of each fold."""
        return _with_lists(super().split(data))


class LeaveOneOut(splits.LeaveOneOut):
    """`astonish.model_selection.LeaveOneOut` with lists for test sets, and without timestamps."""

    _keeps_timestamps = False

    def split(self, data: Any) -> Iterator[ListFold]:
        """Yield (training set, list of tuples) of each fold."""
        return _with_lists(super().split(data))


class PredefinedKFold(splits.PredefinedKFold):
    """`astonish.model_selection.PredefinedKFold` with lists for test sets."""

    def split(self, data: Any) -> Iterator[ListFold]:
        """Yield (training set, list of tuples) of each pair of files."""
        return _with_lists(super().split(data))


def get_cv(cv: Any) -> splits.Splitter:
    """Return the splitter that `cv` stands for: None is KFold(5), an int KFold(cv)."""
    if cv is None:
        return KFold()
    return KFold(int(cv)) if isinstance(cv, numbers.Integral) else splits.get_cv(cv)


def _with_lists(folds: Iterable[splits.Fold]) -> Iterator[ListFold]:
    return ((trainset, _to_list(testset)) for trainset, testset in folds)


def _to_list(testset: Any) -> Any:
    """Return a test set as a list; what a user's own data set constructed, as it is."""
    return testset.to_list() if isinstance(testset, Testset) else testset


def _lists_from(split: Callable[Parameters, splits.Fold]) -> Callable[Parameters, ListFold]:
    """Return a function that splits once, with a list for the test set."""

    @wraps(split)
    def split_to_list(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ListFold:
        trainset, testset = split(*args, **kwargs)
        return trainset, _to_list(testset)

    split_to_list.__module__ = __name__
    return split_to_list


train_test_split = _lists_from(splits.train_test_split)
