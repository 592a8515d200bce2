"""Predictions of a learner: whole parts and single rows."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.collab.loaders.categories import UNKNOWN
from astonish.collab.loaders.data import CollabDataLoaders
from astonish.collab.loaders.loader import RatingsLoader
from astonish.collab.loaders.pair_table import print_pairs
from astonish.collab.training.session import Session
from astonish.support.checks import check_integer


class RowPrediction(NamedTuple):
    """The prediction for one row, as three values to unpack.

    Attributes
    ----------
    row : dict
        User and item, ``"#na#"`` in place of one that is unknown, and the prediction under the name
        of the ratings.
    decoded, preds : float
        The prediction, twice: fastai's triple has it decoded and as it is.
    """

    row: dict[Any, Any]
    decoded: float
    preds: float

    @property
    def unknown(self) -> list[Any]:
        """Names of the columns whose id the model does not know."""
        return [name for name, value in self.row.items() if value == UNKNOWN]


def part(dls: CollabDataLoaders, ds_idx: int, dl: RatingsLoader | None) -> RatingsLoader:
    """Return `dl`, else a part of `dls`."""
    if dl is None:
        return dls[check_integer("ds_idx", ds_idx, 0, 1)]
    if not isinstance(dl, RatingsLoader):
        raise TypeError(f"dl must be a RatingsLoader, such as dls.test_dl makes, got {dl!r}")
    return dl


def rated_part(dls: CollabDataLoaders, ds_idx: int, dl: RatingsLoader | None) -> RatingsLoader:
    """Return `dl`, else a part; ValueError when it has no ratings to compare with."""
    loader = part(dls, ds_idx, dl)
    if not loader.n:
        name = "dl" if dl is not None else "dls.valid" if ds_idx else "dls.train"
        raise ValueError(f"{name} is empty: there is nothing to validate with")
    if loader.ratings is None:
        raise ValueError("dl has no ratings: test_dl(frame, with_labels=True) takes them")
    return loader


def answer(
    session: Session,
    loader: RatingsLoader,
    with_input: bool,
    with_decoded: bool,
    with_loss: bool,
) -> tuple[Any, ...]:
    """Return predictions and ratings, and the arrays asked for beside; see `Learner.get_preds`."""
    preds = session.estimates_of(loader)
    targs = None if loader.ratings is None else loader.ratings.copy()
    arrays: list[Any] = [_codes_of(loader)] if with_input else []
    arrays += [preds, targs]
    if with_decoded:
        arrays.append(preds)
    if with_loss:
        arrays.append((preds - np.asarray(targs)) ** 2)
    return tuple(arrays)


def _codes_of(loader: RatingsLoader) -> NDArray[np.int32]:
    """Return user and item of each row: int32 of shape (n, 2)."""
    return np.stack([loader.users, loader.items], axis=1)


def predict_row(session: Session, row: Any) -> RowPrediction:
    """Predict one row; see `Learner.predict`."""
    dls = session.dls
    ids = _ids_of(row, (dls.user_name, dls.item_name))
    codes = {name: dls.classes[name].encode([raw_id]) for name, raw_id in ids.items()}
    users, items = codes.values()
    pred = float(session.estimates_of(RatingsLoader(users, items, None))[0])
    known = {name: dls.classes[name][int(code[0])] for name, code in codes.items()}
    predicted = RowPrediction({**known, dls.rating_name: pred}, pred, pred)
    if predicted.unknown:
        told = ", ".join(f"{name} {ids[name]!r}" for name in predicted.unknown)
        warnings.warn(f"not in the training data, taken as {UNKNOWN!r}: {told}", stacklevel=3)
    return predicted


def _ids_of(row: Any, names: tuple[Any, Any]) -> dict[Any, Any]:
    """Return user and item of a row by the names of their columns."""
    ids = dict(zip(names, _pair_of(row, names), strict=True))
    for name, raw_id in ids.items():
        if not isinstance(raw_id, Hashable):
            raise TypeError(
                f"row must hold one id as {name!r}, got {raw_id!r}; for many rows "
                "there is get_preds(dl=dls.test_dl(frame))"
            )
    return ids


def _pair_of(row: Any, names: tuple[Any, Any]) -> list[Any]:
    """Return user and item of a dict, a Series, a named tuple or a pair."""
    for method in ("to_dict", "_asdict"):
        if hasattr(row, method):
            row = getattr(row, method)()
    if isinstance(row, Mapping):
        for name in names:
            if name not in row:
                raise ValueError(f"row lacks {name!r}: it has {', '.join(map(repr, row))}")
        return [row[name] for name in names]
    if not isinstance(row, (tuple, list)) or len(row) < 2:
        raise TypeError(f"row must be a dict, a Series or (user, item), got {row!r}")
    return list(row[:2])


def show(session: Session, loader: RatingsLoader, max_n: int, shuffle: bool) -> None:
    """Print ratings beside their predictions; see `Learner.show_results`."""
    max_n = check_integer("max_n", max_n, 1)
    rows = np.random.permutation(loader.n) if shuffle else np.arange(loader.n)
    dls, rows = session.dls, rows[:max_n]
    ratings = np.asarray(loader.ratings)[rows]
    shown = RatingsLoader(loader.users[rows], loader.items[rows], ratings)
    columns = {
        dls.rating_name: [f"{rating:g}" for rating in ratings],
        f"{dls.rating_name}_pred": [f"{pred:.4f}" for pred in session.estimates_of(shown)],
    }
    print_pairs(dls.classes, shown.users, shown.items, columns)
