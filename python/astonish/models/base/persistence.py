"""Models as files: one ``.npz`` of arrays, with the parameters and ids as JSON inside it.

Nothing is unpickled, so a file from a stranger can at worst be refused. A model's attributes are
stored one by one: arrays as arrays, numbers, text, lists, tuples, dicts and random states as JSON.

C++ programs read and write the same files: model_file.hpp. They look for "factors" in the header:
the parameters of a model whose estimate is biases and a product of factors, whatever its class. In
what they write, "defaults" says that attributes which are not there have their defaults.
"""

import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.support.checks import check_number
from astonish.support.public import current_name, full_name, public_class

if TYPE_CHECKING:
    from astonish.models.base.hooks import Hooks

Model = TypeVar("Model", bound="Hooks")

FORMAT = "astonish model"
VERSION = 1

_HEADER = "header"  # the JSON text, as bytes
_TRAINSET_ARRAYS = ("offsets", "indices", "values")


def save(model: "Hooks", path: str | Path) -> None:
    """Write `model` to `path`; see `Model.save`."""
    arrays: dict[str, NDArray[Any]] = {}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "class": full_name(type(model)),
        "trainset": _pack_trainset(model.trainset, arrays),
        "attributes": _pack_attributes(model, arrays),
        "factors": _pack_factors(model, arrays),
    }
    write_file(path, header, arrays)


def load(path: str | Path, base: type[Model]) -> Model:
    """Read a model that is a `base` from `path`; see `Model.load`."""
    header, arrays = read_file(path, FORMAT, VERSION)
    cls = _find_class(str(header.get("class")), base, path)
    try:
        model = cls() if header.get("defaults") is True else cls.__new__(cls)
        model.trainset = _unpack_trainset(header["trainset"], arrays)
        for name, value in header["attributes"].items():
            if name == "trainset" or name.startswith("__") or callable(getattr(cls, name, None)):
                raise ValueError(f"{name!r} is no attribute of a model")
            setattr(model, name, unpack(value, arrays))
    except Exception as error:
        raise ValueError(f"{path} is a damaged model file ({error})") from error
    return model


def write_file(path: str | Path, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Write a header, which has a "format" and a "version", and arrays.

    A file that exists is replaced at the end.
    """
    text = json.dumps(header).encode()
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with unfinished.open("wb") as file:
            members = {**arrays, _HEADER: np.frombuffer(text, dtype=np.uint8)}
            np.savez(file, **members)  # type: ignore[arg-type]
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_file(
    path: str | Path, format_: str, version: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return header and arrays of a file of a format that is called "astonish " and a kind.

    Raises
    ------
    ValueError
        For a file of another format or version, or that is damaged.
    """
    kind = format_.removeprefix("astonish ")
    with Path(path).open("rb") as file:  # np.load would not close a file that it cannot read
        try:
            with np.load(file, allow_pickle=False) as members:
                arrays = {name: members[name] for name in members.files}
            header = json.loads(arrays.pop(_HEADER).tobytes())
            if header["format"] != format_:
                raise KeyError("format")
            found = header["version"]
        except (
            Exception
        ) as error:  # whatever NumPy, zipfile or JSON raise for bytes that are not theirs
            raise ValueError(f"{path} is not a {kind} file, or it is damaged") from error
    if found != version:
        raise ValueError(
            f"{path} has {kind} format version {found}, "
            f"this version of astonish reads version {version}"
        )
    return header, arrays


def _find_class(name: str, base: type[Model], path: str | Path) -> type[Model]:
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
    raise ValueError(f"{path} holds a {name}, which is no imported subclass of {base.__name__}")


def _pack_trainset(trainset: Trainset, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    for side in ("by_user", "by_item"):
        for part in _TRAINSET_ARRAYS:
            arrays[f"trainset.{side}.{part}"] = getattr(getattr(trainset, side), part)
    known = {}
    if trainset.known_side is not None:
        known = {"known_side": trainset.known_side, "global_mean": float(trainset.global_mean)}
    return {
        **known,
        "rating_scale": pack("rating_scale", trainset.rating_scale, arrays),
        "user_ids": pack("user_ids", trainset.user_ids, arrays),
        "item_ids": pack("item_ids", trainset.item_ids, arrays),
    }


def _unpack_trainset(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Trainset:
    def csr(side: str, n_cols: int) -> Csr:
        offsets, indices, values = (arrays[f"trainset.{side}.{part}"] for part in _TRAINSET_ARRAYS)
        return Csr.from_arrays(offsets, indices, values, n_cols)

    scale, user_ids, item_ids = (
        unpack(header[name], arrays) for name in ("rating_scale", "user_ids", "item_ids")
    )
    by_user, by_item = csr("by_user", len(item_ids)), csr("by_item", len(user_ids))
    if by_user.n_rows != len(user_ids) or by_item.n_rows != len(item_ids):
        raise ValueError("the ids do not fit the ratings")
    if len(by_user.values) != len(by_item.values):
        raise ValueError("users and items differ in their number of ratings")
    for ids in (user_ids, item_ids):
        if not isinstance(ids, list) or len(set(ids)) != len(ids):
            raise ValueError("the ids are not a list of different ids")
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
    return trainset


def _pack_attributes(model: "Hooks", arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    return {
        name: None if name in model._unsaved else pack(name, value, arrays)
        for name, value in vars(model).items()
        if name != "trainset"
    }


def _pack_factors(model: "Hooks", arrays: dict[str, NDArray[Any]]) -> dict[str, Any] | None:
    factors = model._factors_of_all()
    return factors and {name: pack(name, value, arrays) for name, value in factors.items()}


def pack(name: str, value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """Turn a value into JSON; arrays go into `arrays`, each of them once, and leave their name.

    What JSON lacks is an object with one key that begins with "$".
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic) and not isinstance(value.item(), np.generic):
        return pack(name, value.item(), arrays)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        for place, array in arrays.items():
            if array is value:
                return {"$array": place}
        place = f"{name}.{len(arrays)}"  # alone in its name, whatever attributes are called
        arrays[place] = value
        return {"$array": place}
    if isinstance(value, list):
        return [pack(f"{name}.{place}", each, arrays) for place, each in enumerate(value)]
    if isinstance(value, tuple):
        return {"$tuple": pack(name, list(value), arrays)}
    if isinstance(value, dict):
        pairs = [[key, pack(f"{name}.{key}", each, arrays)] for key, each in value.items()]
        if all(isinstance(key, (bool, int, float, str)) for key in value):
            return {"$dict": pairs}
    if isinstance(value, np.random.RandomState):
        return {"$random_state": pack(name, value.get_state(legacy=True), arrays)}
    raise TypeError(
        f"{name} cannot be saved: {type(value).__name__} {value!r} has no place in JSON"
    )


def unpack(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """Return what `pack` was given."""
    if isinstance(value, list):
        return [unpack(each, arrays) for each in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "$array":
        return arrays[content]
    if kind == "$tuple":
        return tuple(unpack(content, arrays))
    if kind == "$dict":
        return {key: unpack(each, arrays) for key, each in content}
    if kind == "$random_state":
        return _unpack_random_state(*unpack(content, arrays))
    raise ValueError(f"unknown kind of value {kind!r}")


def _unpack_random_state(
    name: str, key: NDArray[Any], position: int, has_gauss: int, gauss: float
) -> np.random.RandomState:
    """Restore a generator; NumPy itself would read beyond the key at a wrong position."""
    if name != "MT19937" or key.shape != (624,) or not 0 <= position <= 624:
        raise ValueError("the random state is none of NumPy's")
    random_state = np.random.RandomState()
    random_state.set_state((name, key.astype(np.uint32), position, int(bool(has_gauss)), gauss))
    return random_state
