"""Learners as files: the parameters alone, or the whole model. Nothing is pickled.

`save` writes the arrays of the model and what Adam remembers, for a learner of the same kind and
ids to load. `export` writes the model itself, as `Model.save` does, and the names of columns.
"""

from __future__ import annotations

import copy
import hashlib
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from astonish.collab.loaders.categories import CategoryMap
from astonish.collab.loaders.data import CollabDataLoaders
from astonish.collab.training.optimizer import Optimizer
from astonish.collab.training.session import Session
from astonish.data.ratings import Ratings
from astonish.models.embedding.embedding_model import EmbeddingModel
from astonish.models.training.mini_batches import AdamState
from astonish.support.arrays import check_finite
from astonish.support.checks import check_below_1, check_integer, check_number
from astonish.support.files.archive import open_archive, write_archive
from astonish.support.files.binary_files import File, is_open, name_of
from astonish.support.files.json_values import pack, unpack

_FORMAT = "astonish learner"
_NAMES = "column_names"  # the attribute of an exported model
_MOST_STEPS = 2**53  # the core raises to the power of them


def save(session: Session, file: File, with_opt: bool) -> File:
    """Write parameters, and what Adam remembers; see `Learner.save`."""
    arrays: dict[str, Any] = {}
    optimizer = session.optimizer_now() if with_opt else None
    model = session.snapshot()
    content = {
        "kind": "parameters",
        "model": type(model).__name__,
        "ids": _digest(model),
        "parameters": pack("parameters", arrays_of(model), arrays),
        "optimizer": pack("optimizer", _as_dict(optimizer), arrays),
    }
    if isinstance(file, Path):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_archive(file, _FORMAT, content, arrays)
    return file


def load(session: Session, file: File, with_opt: bool) -> None:
    """Read what `save` wrote; see `Learner.load`."""
    session.refuse_in_training("load")
    path = name_of(file)
    with open_archive(file, _FORMAT) as (header, arrays):
        _refuse_another(session.model, path, header)
        try:
            parameters = unpack(header["parameters"], arrays)
            optimizer = _as_optimizer(unpack(header["optimizer"], arrays))
            shapes = _shapes(parameters)
            _check_all_finite(parameters)
        except MemoryError:
            raise
        except Exception as error:
            raise ValueError(f"{path} is a damaged learner file ({error})") from error
    expected = _shapes(arrays_of(session.snapshot()))
    if shapes != expected:
        raise ValueError(f"{path} has parameters {shapes}, the model has {expected}")
    if with_opt and optimizer is None:
        warnings.warn(f"{path} has no state of the optimizer: Adam keeps its own", stacklevel=3)
    with session.alone("load"), session.all_or_nothing():
        session.publish(parameters)
        if with_opt and optimizer is not None:
            session.optimizer = optimizer


def export(session: Session, file: File) -> File:
    """Write the model and the names of columns; see `Learner.export`."""
    dls = session.dls
    exported = copy.copy(session.model)  # a snapshot would share the attribute
    setattr(exported, _NAMES, [dls.user_name, dls.item_name, dls.rating_name])
    exported.save(file)
    return file


def file_in(folder: Path, file: File, with_suffix: bool = False) -> File:
    """Return an open file as it is, else the path of a file in a folder."""
    if is_open(file):
        return file
    path = folder / cast("str | os.PathLike[str]", file)
    return _with_suffix(path) if with_suffix else path


@contextmanager
def damage_named(file: File) -> Iterator[None]:
    """Turn any error of the block but a lack of memory into a ValueError that names the file."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise ValueError(f"{name_of(file)} is a damaged model file ({error})") from error


def loaders_of(model: EmbeddingModel, path: Path) -> CollabDataLoaders:
    """Return the ratings of an exported model, without validation."""
    trainset = model.trainset
    user_name, item_name, rating_name = getattr(model, _NAMES, ["user", "item", "rating"])
    classes = {user_name: CategoryMap(trainset.user_ids), item_name: CategoryMap(trainset.item_ids)}
    return CollabDataLoaders(
        trainset.to_ratings(),
        Ratings.from_columns([], [], []),
        classes,
        rating_name,
        trainset,
        seed=None,
        path=path,
        bs=model.batch_size,
        val_bs=None,
    )


def arrays_of(model: EmbeddingModel) -> dict[str, NDArray[Any]]:
    """Return what training changes in a model."""
    return {**model._parameters(), **model._buffers()}


def _with_suffix(path: Path) -> Path:
    return path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")


def _digest(model: EmbeddingModel) -> str:
    """Return a number of the ids and their order: parameters of other ids make no sense."""
    digest = hashlib.sha256()
    for raw_id in (*model.trainset.user_ids, None, *model.trainset.item_ids):
        digest.update(repr(raw_id).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _shapes(arrays: dict[str, NDArray[Any]]) -> dict[str, str]:
    return {name: f"{array.dtype} {array.shape}" for name, array in arrays.items()}


def _as_dict(optimizer: Optimizer | None) -> dict[str, Any] | None:
    if optimizer is None:
        return None
    state = optimizer.state
    return {**optimizer._asdict(), "state": None if state is None else state._asdict()}


def _as_optimizer(fields: dict[str, Any] | None) -> Optimizer | None:
    if fields is None:
        return None
    state = fields["state"]
    return Optimizer(
        None if state is None else _as_state(**state),
        check_number("wd", fields["wd"], minimum=0),
        check_below_1("mom", fields["mom"]),
    )


def _as_state(step: int, averages: dict[str, Any], squares: dict[str, Any]) -> AdamState:
    averages, squares = (
        {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        for arrays in (averages, squares)
    )
    state = AdamState(check_integer("step", step, 0, _MOST_STEPS), averages, squares)
    if not state.is_of(squares):
        raise ValueError("the means of gradients and of their squares differ in shape")
    _check_all_finite(averages)
    _check_all_finite(squares)
    for name, array in squares.items():
        if (array < 0).any():
            raise ValueError(f"the mean of squares of {name} is negative")
    return state


def _check_all_finite(arrays: dict[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        check_finite(name, array)


def _refuse_another(model: EmbeddingModel, path: str, header: dict[str, Any]) -> None:
    kind = type(model).__name__
    if header.get("model") != kind:
        raise ValueError(f"{path} has parameters of {header.get('model')}, the model is {kind}")
    if header.get("ids") != _digest(model):
        raise ValueError(f"{path} has parameters of other users or items than the model's")
