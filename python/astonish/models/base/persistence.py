"""Models as files: one ``.npz`` of arrays, with the parameters as JSON inside it.

Nothing is unpickled, so an unknown file can at worst be refused. A model's attributes are stored
one by one: arrays as arrays, numbers, text, lists, tuples, dicts and random states as JSON. Raw ids
are arrays, too; see archive.py and id_columns.py of `astonish.support`.

"kind" in the header names what the estimates are made of, and the part of the header that holds
that: "factors", when they are biases and a product of factors, whatever the class, or "attributes",
for Python alone. Programs in C++ read and write files of factors: model_file.hpp. In what they
write, "defaults" says that attributes which are not there have their defaults.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish.data.csr import Csr
from astonish.data.sides import Sides
from astonish.data.trainset import Trainset
from astonish.models.base.file_checks import check_parts
from astonish.models.base.hooks import Hooks
from astonish.models.training.publishing import FITTED_WITH, snapshot
from astonish.support.checks import check_number
from astonish.support.files.archive import open_archive, write_archive
from astonish.support.files.binary_files import File, name_of
from astonish.support.files.id_columns import pack_ids, unpack_ids
from astonish.support.files.json_values import pack, unpack
from astonish.support.parameters import defaults_of
from astonish.support.public import current_name, full_name, public_class

Model = TypeVar("Model", bound=Hooks)

FORMAT = "astonish model"

_TRAINSET_ARRAYS = {"offsets": "int64", "indices": "int32", "values": "float64"}


def save(model: Hooks, file: File) -> None:
    """Write `model` to `file`; see `Model.save`."""
    fitted = snapshot(model)  # the parameters that it has may be for the next `fit`
    stored = fitted._stored_arrays()
    fitted.__dict__ = {**vars(fitted), **stored}
    fitted._check_fitted()
    arrays: dict[str, NDArray[Any]] = {}
    content = {
        "class": full_name(type(model)),
        "trainset": _pack_trainset(model.trainset, arrays),
        "attributes": _pack_attributes(model, stored, arrays),
        **_pack_factors(fitted, arrays),
    }
    write_archive(file, FORMAT, content, arrays)


def load(file: File, base: type[Model]) -> Model:
    """Read a model that is a `base` from `file`; see `Model.load`."""
    with open_archive(file, FORMAT) as (header, arrays):
        cls = _find_class(str(header.get("class")), base, name_of(file))
        try:
            return _make_model(cls, header, arrays)
        except MemoryError:
            raise
        except KeyError as error:
            raise ValueError(
                f"{name_of(file)} is a damaged model file (it lacks {error})"
            ) from error
        except Exception as error:
            raise ValueError(f"{name_of(file)} is a damaged model file ({error})") from error


def _make_model(
    cls: type[Model], header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> Model:
    model = cls() if header.get("defaults") is True else cls.__new__(cls)
    model.trainset = _unpack_trainset(header["trainset"], arrays)
    for name, value in header["attributes"].items():
        _refuse_other_attributes(cls, name)
        setattr(model, name, unpack(value, arrays))
    if FITTED_WITH in vars(model):
        _check_fitted_with(cls, vars(model)[FITTED_WITH])
    if header.get("kind") == "factors" and cls._factors is None:
        raise ValueError(f"it holds factors, which no {cls.__name__} has")
    check_parts(model, header, arrays)
    return model


def _refuse_other_attributes(cls: type[Hooks], name: str) -> None:
    if name == "trainset" or name.startswith("__") or callable(getattr(cls, name, None)):
        raise ValueError(f"{name!r} is not an attribute of a model")


def _check_fitted_with(cls: type[Hooks], parameters: Any) -> None:
    """Raise a ValueError unless these are parameters by name: a snapshot has them as attributes."""
    if not isinstance(parameters, dict):
        raise ValueError(f"the parameters of the fit must be a dict, got {parameters!r}")
    names = defaults_of(cls)
    for name in parameters:
        if name not in names:
            raise ValueError(f"{name!r} is not a parameter of {cls.__name__}")
        _refuse_other_attributes(cls, name)


def _find_class(name: str, base: type[Model], file: str) -> type[Model]:
    """Find a class of this package, or one among `base` and its subclasses.

    Nothing else is imported on behalf of a file.
    """
    name = current_name(name)
    candidates = [base]
    ours = public_class(name)
    if isinstance(ours, type) and issubclass(ours, base):
        return ours
    for cls in candidates:
        if full_name(cls) == name:
            return cls
        candidates.extend(cls.__subclasses__())
    raise ValueError(f"{file} holds a {name}, which is no imported subclass of {base.__name__}")


def _pack_trainset(trainset: Trainset, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    for side in ("by_user", "by_item"):
        for part in _TRAINSET_ARRAYS:
            arrays[f"trainset.{side}.{part}"] = getattr(getattr(trainset, side), part)
    known = {}
    if trainset.known_side is not None:
        known = {"known_side": trainset.known_side, "global_mean": float(trainset.global_mean)}
    timestamps = pack("trainset.timestamps", trainset.timestamps, arrays)
    return {
        **known,
        **({} if timestamps is None else {"timestamps": timestamps}),
        "rating_scale": pack("rating_scale", trainset.rating_scale, arrays),
        "user_ids": pack_ids("user_ids", trainset.user_ids, arrays),
        "item_ids": pack_ids("item_ids", trainset.item_ids, arrays),
    }


def _unpack_trainset(header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Trainset:
    def csr(side: str, n_cols: int) -> Csr:
        parts = {part: arrays[f"trainset.{side}.{part}"] for part in _TRAINSET_ARRAYS}
        try:
            for part, dtype in _TRAINSET_ARRAYS.items():
                if parts[part].ndim != 1 or parts[part].dtype != dtype:
                    got = f"{parts[part].ndim} of {parts[part].dtype}"
                    raise ValueError(f"{part} must have one dimension of {dtype}, got {got}")
            return Csr.from_arrays(**parts, n_cols=n_cols)
        except (TypeError, ValueError, IndexError) as error:
            raise ValueError(f"trainset.{side}: {error}") from error

    scale = unpack(header["rating_scale"], arrays)
    user_ids, item_ids = (
        _unpack_ids(header[f"{side}_ids"], arrays, len(arrays[f"trainset.by_{side}.offsets"]) - 1)
        for side in ("user", "item")
    )
    by_user, by_item = csr("by_user", len(item_ids)), csr("by_item", len(user_ids))
    if by_user.n_rows != len(user_ids) or by_item.n_rows != len(item_ids):
        raise ValueError("the ids do not fit the ratings")
    if len(by_user.values) != len(by_item.values):
        raise ValueError("users and items differ in their number of ratings")
    if not Sides(by_user, by_item).are_the_same():
        raise ValueError("trainset.by_user and trainset.by_item do not hold the same ratings")
    for side, ids in (("user", user_ids), ("item", item_ids)):
        if not isinstance(ids, list) or len(set(ids)) != len(ids):
            raise ValueError(f"the {side} ids are not a list of different ids")
    lower, higher = scale
    if not lower <= higher:
        raise ValueError(f"the rating scale is {scale}")
    known_side = header.get("known_side")
    if known_side not in (None, "users", "items", "both"):
        raise ValueError(f"known_side is {known_side!r}")
    trainset = Trainset.from_csr(by_user, by_item, user_ids, item_ids, scale)
    trainset.known_side = known_side
    if "global_mean" in header:  # of other ratings, or summed in another order
        trainset.global_mean = np.float64(check_number("global_mean", header["global_mean"]))
    if "timestamps" in header:
        trainset.adopt_timestamps(unpack(header["timestamps"], arrays))
    return trainset


def _unpack_ids(ids: Any, arrays: Mapping[str, NDArray[Any]], n: int) -> Any:
    """Return raw ids; version 1 has them as a list in JSON."""
    return unpack_ids(ids, arrays, n) if isinstance(ids, dict) else unpack(ids, arrays)


def _pack_attributes(
    model: Hooks, stored: dict[str, NDArray[Any]], arrays: dict[str, NDArray[Any]]
) -> dict[str, Any]:
    """Return the attributes of a model; those in `stored` are of another type in files."""
    return {
        name: None if name in model._unsaved else pack(name, value, arrays)
        for name, value in {**vars(model), **stored}.items()
        if name != "trainset"
    }


def _pack_factors(model: Hooks, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the kind of a model, and the part of that name if there is more than attributes."""
    factors = model._factors_of_all()
    if factors is None:
        return {"kind": "attributes"}
    packed = {name: pack(f"factors.{name}", value, arrays) for name, value in factors.items()}
    return {"kind": "factors", "factors": packed}
