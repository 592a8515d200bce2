"""Estimates of many pairs: from the core where a model has a kernel, else one by one."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.testset import Testset
from astonish.models.base.prediction import Prediction, PredictionImpossible
from astonish.support.cancellation import check_cancelled
from astonish.support.garbage_collection import paused_gc
from astonish.support.settings import is_strict

NOT_A_NUMBER = "The estimate is not a number."
_PAIRS_A_CALL = 1 << 20
_FIELDS = 3  # of a row of a test set


def runs_in_core(model: Any) -> bool:
    """Return whether the kernel `_estimate_many` says the same as `predict`.

    It does unless a subclass of the class that defines the kernel, or the instance, changed what a
    single prediction is.
    """
    if model._estimate_many is None:
        return False
    lineage = type(model).__mro__
    kernel = next(at for at, owner in enumerate(lineage) if "_estimate_many" in vars(owner))
    changed_by = [model, *lineage[:kernel]]
    return not any(hook in vars(owner) for owner in changed_by for hook in model._hooks)


def predictions(model: Any, testset: Iterable[Any]) -> list[Prediction]:
    """Return the predictions of a test set, of a model with a kernel."""
    with paused_gc():
        users, items, ratings = _columns(testset)
        inner = model._inner_ids(users, items)
        estimates, details = model._estimate_with_details(*inner)
        for row, reason in why_impossible(model, estimates, *inner):
            details[row] = {"was_impossible": True, "reason": reason}
        estimates = model._finish(estimates)
        fields = zip(users, items, ratings, estimates.tolist(), details, strict=True)
        return list(map(partial(tuple.__new__, Prediction), fields))


def _columns(testset: Iterable[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    if isinstance(testset, Testset):  # which need not make tuples
        return testset.raw_users(), testset.raw_items(), testset.ratings.tolist()
    rows = _as_list(testset)
    try:
        return (
            [user for user, _, _ in rows],
            [item for _, item, _ in rows],
            [rating for _, _, rating in rows],
        )
    except (TypeError, ValueError):
        _refuse_other_rows(rows)
        raise


def rows_of(testset: Any) -> list[tuple[Any, Any, Any]]:
    """Return a test set as a list; TypeError for what is no (user id, item id, rating)."""
    rows = _as_list(testset)
    try:
        return [(user, item, rating) for user, item, rating in rows]
    except (TypeError, ValueError):
        _refuse_other_rows(rows)
        raise


def _as_list(testset: Any) -> list[Any]:
    if isinstance(testset, (str, bytes)) or not isinstance(testset, Iterable):
        raise TypeError(f"testset must be a list of (user id, item id, rating), got {testset!r}")
    return testset if isinstance(testset, list) else list(testset)


def _refuse_other_rows(rows: list[Any]) -> None:
    """Raise a TypeError for the first row that is no (user id, item id, rating)."""
    for number, row in enumerate(rows):
        if not isinstance(row, Iterable) or len(list(row)) != _FIELDS:
            raise TypeError(f"testset[{number}] must be (user id, item id, rating), got {row!r}")


def many(model: Any, users: list[Any], items: list[Any]) -> NDArray[np.float64]:
    """Return the clipped estimates of pairs of raw ids."""
    if model._runs_in_core():
        inner = model._inner_ids(users, items)
        estimates = model._estimate_many(*inner)
        if is_strict():
            why_impossible(model, estimates, *inner)
        finished: NDArray[np.float64] = model._finish(estimates)
        return finished
    pairs = zip(users, items, strict=True)
    one_by_one = (_as_float(model, model.predict(*pair).est) for pair in pairs)
    return np.fromiter(one_by_one, np.float64, len(users))


def why_impossible(
    model: Any,
    estimates: NDArray[np.float64],
    users: NDArray[np.int32],
    items: NDArray[np.int32],
) -> list[tuple[int, str]]:
    """Return the rows of impossible estimates, which are NaN, and why they are.

    In strict mode other estimates of NaN become infinite: scikit-surprise clips both alike.
    """
    rows = np.flatnonzero(np.isnan(estimates)).tolist()
    reasons = [(row, model._why_impossible(int(users[row]), int(items[row]))) for row in rows]
    if is_strict():
        estimates[[row for row, reason in reasons if reason == NOT_A_NUMBER]] = np.inf
        reasons = [(row, reason) for row, reason in reasons if reason != NOT_A_NUMBER]
    return reasons


def prediction(model: Any, uid: Any, iid: Any, r_ui: float | None, clip: bool) -> Prediction:
    """Return the prediction of a pair of raw ids; unknown ones get scikit-surprise's inner ids."""
    trainset = model._fitted_trainset()
    try:
        inner_user: Any = trainset.to_inner_uid(uid)
    except ValueError:
        inner_user = f"UKN__{uid}"
    try:
        inner_item: Any = trainset.to_inner_iid(iid)
    except ValueError:
        inner_item = f"UKN__{iid}"
    estimate, details = one(model, inner_user, inner_item)
    if clip:
        lower, higher = model._estimate_scale()
        estimate = max(lower, min(higher, estimate))
    return Prediction(uid, iid, r_ui, estimate, details)


def one(model: Any, inner_user: Any, inner_item: Any) -> tuple[float, dict[str, Any]]:
    """Return a single estimate, not clipped, and its details."""
    try:
        estimate, details = _read_estimate(model, model.estimate(inner_user, inner_item))
        if estimate != estimate and not is_strict():  # NaN
            raise PredictionImpossible(NOT_A_NUMBER)
        details["was_impossible"] = False
    except PredictionImpossible as error:
        estimate = model.default_prediction()
        details = {"was_impossible": True, "reason": str(error)}
    return estimate, details


def _read_estimate(model: Any, answer: Any) -> tuple[Any, Any]:
    """Return the number and the details that a user's `estimate` returned."""
    if type(answer) is float:
        return answer, {}
    parts = answer if isinstance(answer, tuple) else (answer, {})
    if len(parts) != 2 or not _is_number(parts[0]) or not hasattr(parts[1], "keys"):
        raise TypeError(f"{_must_return(model)}, got {answer!r}")
    if getattr(parts[0], "size", 1) != 1:  # scikit-surprise, which compares it, raises this, too
        raise ValueError(f"{_must_return(model)}, got {answer!r}")
    return (parts[0].item(), parts[1]) if isinstance(parts[0], np.ndarray) else parts


def _is_number(value: Any) -> bool:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "biuf" and value is not np.ma.masked
    return hasattr(value, "__float__")


def _must_return(model: Any) -> str:
    return (
        f"{type(model).__name__}.estimate must return a number, or a number and a dict of details"
    )


def _as_float(model: Any, estimate: Any) -> float:
    """Return the number that a user's `estimate` returned as tables hold it."""
    if type(estimate) is float:
        return estimate
    try:
        return float(estimate.item() if isinstance(estimate, np.ndarray) else estimate)
    except OverflowError:
        raise ValueError(
            f"{_must_return(model)}, got one of {type(estimate).__name__} beyond all floats"
        ) from None


def block(model: Any, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the estimates of all pairs of some users and some items, NaN where impossible.

    Shape (n_users, n_items); inner ids, -1 is unknown. Without a kernel it takes a Python call for
    each pair, between which Ctrl-C is noticed.
    """
    if model._runs_in_core() and model._estimate_table is not None:
        finished: NDArray[np.float64] = model._estimate_table(users, items)
        return finished
    table = np.empty((len(users), len(items)))
    if not model._runs_in_core():
        for row, user in enumerate(users.tolist()):
            check_cancelled()
            table[row] = [_estimate_or_nan(model, user, item) for item in items.tolist()]
        return table
    step = max(1, _PAIRS_A_CALL // max(1, len(items)))
    for begin in range(0, len(users), step):
        check_cancelled()
        part = users[begin : begin + step]
        pairs = np.repeat(part, len(items)), np.tile(items, len(part))
        table[begin : begin + step] = model._estimate_many(*pairs).reshape(len(part), -1)
    return table


def _estimate_or_nan(model: Any, user: int, item: int) -> float:
    """Return an estimate; a model that changes `predict` is asked by raw ids."""
    if model._overrides("predict"):
        trainset = model.trainset
        return _est_or_nan(model, model.predict(trainset.user_ids[user], trainset.item_ids[item]))
    estimate, details = one(model, user, item)
    return np.nan if details["was_impossible"] else _as_float(model, estimate)


def _est_or_nan(model: Any, prediction: Any) -> float:
    impossible = (prediction.details or {}).get("was_impossible", False)
    return np.nan if impossible else _as_float(model, prediction.est)


def table(
    model: Any, users: list[Any], items: list[Any]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what `predict` says of all pairs of raw ids, and where it is not the default."""
    if not model._runs_in_core():
        return _table_one_by_one(model, users, items)
    estimates = block(model, *model._inner_ids(users, items))
    known = ~np.isnan(estimates)
    return model._finish(estimates.ravel()).reshape(estimates.shape), known


def _table_one_by_one(
    model: Any, users: list[Any], items: list[Any]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = np.empty((len(users), len(items)))
    known = np.empty(values.shape, dtype=bool)
    for row, user in enumerate(users):
        check_cancelled()
        for column, item in enumerate(items):
            answer = model.predict(user, item)
            values[row, column] = _as_float(model, answer.est)
            known[row, column] = not np.isnan(_est_or_nan(model, answer))
    return values, known
