"""Files of models that this package never wrote are refused, and run no code."""

import pickle
import sys

import numpy as np
import pytest

from astonish import SVD
from astonish.models import AlgoBase
from astonish.support.files import json_values

from ..helpers import arrays_of, edit
from .helpers import Mean


@pytest.mark.parametrize("version", [0, 3, "2", None])
def test_another_version_is_refused(model, path, version):
    model.save(path)
    edit(path, lambda header, _: header.update(version=version))
    with pytest.raises(ValueError, match=rf"format version {version}, .* reads versions 1 and 2$"):
        SVD.load(path)


@pytest.mark.parametrize("key", ["format", "version", "class", "trainset", "attributes"])
def test_a_header_that_lacks_a_part_is_refused(model, path, key):
    model.save(path)
    edit(path, lambda header, _: header.pop(key))
    with pytest.raises(ValueError, match=r"model\.npz (is not a|is a damaged|holds a None)"):
        SVD.load(path)


@pytest.mark.parametrize("key", ["trainset", "attributes"])
@pytest.mark.parametrize("value", [None, 3, "text", [1, 2]])
def test_a_header_of_the_wrong_shape_is_refused(model, path, key, value):
    model.save(path)
    edit(path, lambda header, _: header.update({key: value}))
    with pytest.raises(ValueError, match="is a damaged model file"):
        SVD.load(path)


@pytest.mark.parametrize(
    "value",
    [
        {"$pickle": "gASVBAAAAAAAAABLLi4="},
        {"$array": "missing"},
        {"$array": ["pu"]},
        {"a": 1, "b": 2},
        {},
        {"$tuple": 3},
        {"$dict": [[1, 2, 3]]},
        {"$dict": [[[1], 2]]},
        {"$random_state": 5},
        {"$random_state": {"$tuple": ["MT19937", [1], 2, 3, 4.0]}},
    ],
    ids=str,
)
def test_an_attribute_that_save_never_wrote_is_refused(model, path, value):
    model.save(path)
    edit(path, lambda header, _: header["attributes"].update(extra=value))
    with pytest.raises(ValueError, match="is a damaged model file"):
        SVD.load(path)


def replace(name, function):
    """A change that replaces the array `name` of the training set."""

    def change(_, arrays):
        arrays[f"trainset.{name}"] = function(arrays[f"trainset.{name}"])

    return change


def put(place, value):
    def function(array):
        array[place] = value
        return array

    return function


@pytest.mark.parametrize(
    "change",
    [
        replace("by_user.indices", put(0, 2)),
        replace("by_user.indices", put(2, -1)),
        replace("by_item.indices", put(1, 2**31 - 1)),
        replace("by_user.indices", lambda array: array[:-1]),
        replace("by_user.values", lambda array: array[:-1]),
        replace("by_user.values", lambda array: array[:0]),
        replace("by_item.values", lambda array: np.append(array, 3.0)),
        replace("by_user.offsets", put(0, 1)),
        replace("by_user.offsets", put(1, 9)),
        replace("by_user.offsets", put(1, -(2**62))),
        replace("by_item.offsets", put(-1, 2**62)),
        replace("by_user.offsets", lambda array: array[:-1]),
        replace("by_user.offsets", lambda array: np.append(array, array[-1])),
        replace("by_user.offsets", lambda array: array[:0]),
        replace("by_user.offsets", lambda array: array.astype(float)),
        replace("by_user.indices", lambda array: array.astype(np.int64)),
        replace("by_user.values", lambda array: array.astype(np.float32)),
        replace("by_user.values", lambda array: array[:, None]),
        replace("by_user.values", lambda array: array.astype(str)),
        lambda _, arrays: arrays.pop("trainset.by_item.indices"),
        replace("by_user.offsets", lambda array: array[0]),
        lambda header, _: header["trainset"].update(user_ids=["u", "v", "w"]),
        lambda header, _: header["trainset"].update(item_ids=["i"]),
        lambda header, _: header["trainset"].update(user_ids=["u", "u"]),
        lambda header, _: header["trainset"].update(user_ids=[["u"], "v"]),
        lambda header, _: header["trainset"].update(user_ids="uv"),
        lambda header, _: header["trainset"].update(user_ids=2),
        lambda header, _: header["trainset"].update(user_ids={}),
        lambda header, _: header["trainset"]["user_ids"].update(kind="unknown"),
        lambda header, _: header["trainset"]["user_ids"].update(bytes=None),
        lambda header, _: header["trainset"]["user_ids"].update(bytes="no"),
        lambda _, arrays: arrays["user_ids.bytes"].fill(ord("u")),
        lambda _, arrays: arrays["user_ids.bytes"].fill(255),
        lambda _, arrays: arrays.update({"user_ids.bytes": arrays["user_ids.bytes"][:1]}),
        lambda _, arrays: arrays["user_ids.offsets"].put(1, 3),
        lambda _, arrays: arrays["user_ids.offsets"].put(2, 2**62),
        lambda header, _: header["trainset"].update(rating_scale=None),
        lambda header, _: header["trainset"].update(rating_scale=["1", 5]),
        lambda header, _: header["trainset"].update(rating_scale=[5, 1]),
    ],
)
def test_a_training_set_that_contradicts_itself_is_refused(model, path, change):
    model.save(path)
    edit(path, change)
    with pytest.raises(ValueError, match="is a damaged model file"):
        SVD.load(path)


def test_sides_of_different_size_are_refused(model, path):
    """Each side is a matrix, but they cannot be the same ratings."""

    def drop_last_of_item_side(_, arrays):
        for part in ("indices", "values"):
            arrays[f"trainset.by_item.{part}"] = arrays[f"trainset.by_item.{part}"][:-1]
        arrays["trainset.by_item.offsets"][-1] -= 1

    model.save(path)
    edit(path, drop_last_of_item_side)
    with pytest.raises(ValueError, match="differ in their number of ratings"):
        SVD.load(path)


def test_another_model_is_refused(model, path):
    Mean().fit(model.trainset).save(path)
    with pytest.raises(ValueError, match=r"holds a .*\.Mean, which is no .* subclass of SVD"):
        SVD.load(path)


def test_a_base_class_reads_its_subclasses(model, path):
    model.save(path)
    assert type(AlgoBase.load(path)) is SVD
    with pytest.raises(ValueError, match="no imported subclass of Mean"):
        Mean.load(path)


@pytest.mark.parametrize("name", ["this.Zen", "os.system", "builtins.dict", "", None, 3, ["a"]])
def test_a_class_is_never_imported(model, path, name):
    model.save(path)
    edit(path, lambda header, _: header.update({"class": name}))
    with pytest.raises(ValueError, match="no imported subclass of SVD"):
        SVD.load(path)
    assert "this" not in sys.modules


class Bomb:
    """An object that tells when it is unpickled."""

    exploded = False

    def __reduce__(self):
        return exec, (f"import sys; sys.modules[{__name__!r}].Bomb.exploded = True",)


@pytest.mark.parametrize("target", ["header", "trainset.by_user.values", "surplus"])
def test_nothing_is_unpickled(model, path, target):
    model.save(path)
    objects = np.array([Bomb()], dtype=object)
    np.savez(path, **{**arrays_of(path), target: objects}, allow_pickle=True)
    if target == "surplus":  # which is skipped, as all that a reader does not know
        assert SVD.load(path).predict("u", "j") == model.predict("u", "j")
    else:
        with pytest.raises(ValueError, match=r"is not a model file|is a damaged model file"):
            SVD.load(path)
    assert not Bomb.exploded
    with np.load(path, allow_pickle=True) as file:
        assert file[target] is not None
    assert Bomb.exploded, "the trap of this test does not work"
    Bomb.exploded = False


def test_a_pickle_under_the_name_of_a_model_is_not_opened(path):
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match="is not a model file"):
        SVD.load(path)
    assert not Bomb.exploded


@pytest.mark.parametrize("position", [-1, 625, 10**6])
def test_a_random_state_beyond_its_key_is_refused(position):
    _, key, *_ = np.random.RandomState(0).get_state(legacy=True)
    with pytest.raises(ValueError, match="random state"):
        json_values._unpack_random_state("MT19937", key, position, 0, 0.0)
