"""Model files: what they hold, and what is refused."""

import io
import pickle
import subprocess
import sys
import uuid
import zipfile
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import astonish
from astonish import SVD
from astonish.models import AlgoBase
from astonish.models.base import persistence
from astonish.support.files import json_values

from ..helpers import arrays_of, edit, trainset_of

VERSION_1 = Path(__file__).parents[3] / "data" / "version_1" / "ids_str.npz"


class Mean(AlgoBase):
    """A model without arrays."""

    def estimate(self, *_):
        return self.trainset.global_mean


def fit_small():
    ratings = ("u", "i", 4.0), ("u", "j", 2.0), ("v", "j", 3.5)
    return SVD(n_factors=2, n_epochs=2, random_state=0).fit(trainset_of(*ratings))


@pytest.fixture
def model():
    return fit_small()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


@pytest.fixture(scope="module", params=["version 1", "version 2"])
def content(request):
    """The bytes of a model file."""
    if request.param == "version 1":
        return VERSION_1.read_bytes()
    file = io.BytesIO()
    fit_small().save(file)
    return file.getvalue()


def round_trip(model, path):
    model.save(path)
    return type(model).load(path)


# What is kept


def test_parameters_and_arrays_come_back(model, path):
    loaded = round_trip(model, path)
    assert vars(loaded).keys() == vars(model).keys()
    for name in ("pu", "qi", "bu", "bi"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(model, name))
    for name in ("n_factors", "lr_bu", "random_state", "verbose", "solver", "sim_options"):
        assert getattr(loaded, name) == getattr(model, name)


def test_the_training_set_comes_back(model, path):
    loaded, original = round_trip(model, path).trainset, model.trainset
    assert list(loaded.all_ratings()) == list(original.all_ratings())
    assert loaded.build_testset() == original.build_testset()
    assert dict(loaded.ir) == dict(original.ir)
    assert loaded.rating_scale == (1, 5)
    assert type(loaded.rating_scale) is tuple
    assert loaded.global_mean == original.global_mean


@pytest.fixture
def stamped():
    """A model of ratings with timestamps."""
    data = astonish.Dataset(astonish.Reader(rating_scale=(1, 5)))
    rows = [("u", "i", 4.0, "30"), ("v", "j", 3.5, "-5"), ("u", "j", 2.0, None)]
    return SVD(n_factors=2, random_state=0).fit(data.construct_trainset(rows))


def test_timestamps_come_back(stamped, path):
    loaded = round_trip(stamped, path).trainset
    assert loaded.timestamps.dtype == np.int64
    assert loaded.timestamps.tolist() == [30, -(2**63), -5]
    assert not loaded.timestamps.flags.writeable
    assert loaded.to_ratings().timestamps.tolist() == [30, -(2**63), -5]


def test_a_training_set_without_timestamps_has_none(model, path):
    model.save(path)
    assert not any("timestamps" in name for name in arrays_of(path))
    assert SVD.load(path).trainset.timestamps is None


@pytest.mark.parametrize(
    "timestamps", [np.zeros(2, np.int64), np.zeros(3), np.zeros((3, 1), np.int64)], ids=str
)
def test_timestamps_that_do_not_fit_are_refused(stamped, path, timestamps):
    stamped.save(path)
    edit(path, lambda _, arrays: arrays.update({"trainset.timestamps": timestamps}))
    with pytest.raises(ValueError, match=r"is a damaged model file .*timestamps must be int64"):
        SVD.load(path)


IDS = [0, 10**30, -2.5, "é", "", None, ("a", (1, None)), False, np.int64(7), np.float32(0.5)]


def test_ids_of_every_kind_come_back(path):
    trainset = trainset_of(*((user, item, 3.0) for user in IDS for item in IDS))
    loaded = round_trip(SVD(n_factors=1, n_epochs=1).fit(trainset), path)
    # False equals 0, as everywhere in Python
    assert loaded.trainset.user_ids == [0, 10**30, -2.5, "é", "", None, ("a", (1, None)), 7, 0.5]
    for each in IDS:
        assert loaded.trainset.to_inner_uid(each) == trainset.to_inner_uid(each)


@pytest.mark.parametrize(
    "raw_id",
    [
        b"\xff",
        uuid.UUID(int=7),
        date(2020, 2, 29),
        datetime(2020, 2, 29, 1, tzinfo=timezone(timedelta(hours=2))),
        Decimal("1.50"),
        (b"", (date(1, 1, 1), Decimal("0"))),
    ],
    ids=lambda raw_id: type(raw_id).__name__,
)
def test_ids_that_json_lacks_come_back(path, raw_id):
    trainset = trainset_of((raw_id, "i", 3.0), ("u", raw_id, 4.0))
    model = SVD(n_factors=1, random_state=0).fit(trainset)
    loaded = round_trip(model, path)
    assert loaded.trainset.user_ids == trainset.user_ids
    assert type(loaded.trainset.user_ids[0]) is type(raw_id)
    assert loaded.predict(raw_id, raw_id) == model.predict(raw_id, raw_id)


def test_bool_ids_stay_bools(path):
    loaded = round_trip(SVD(n_factors=1).fit(trainset_of((True, False, 3.0))), path)
    assert loaded.trainset.user_ids[0] is True
    assert loaded.trainset.item_ids[0] is False


ATTRIBUTES = [
    None,
    True,
    10**40,
    -0.1,
    float("inf"),
    "$array",
    [1, [2.5, None]],
    (1, ("a", [()])),
    {"a": {"b": (1, 2)}, 3: 4, True: []},
    {},
    {"$array": "pu"},
]


@pytest.mark.parametrize("value", ATTRIBUTES, ids=repr)
def test_attributes_of_plain_python_come_back(model, path, value):
    model.extra = value
    loaded = round_trip(model, path).extra
    assert loaded == value
    assert type(loaded) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6).reshape(2, 3),
        np.array(2.5, dtype=np.float32),
        np.empty((0, 4), dtype=bool),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(["a", "bc"]),
        np.array([1, 2], dtype=">i2"),
    ],
    ids=lambda value: f"{value.dtype}{value.shape}",
)
def test_arrays_come_back(model, path, value):
    model.extra = value
    loaded = round_trip(model, path).extra
    assert loaded.dtype == value.dtype
    np.testing.assert_array_equal(loaded, value)


def test_nested_arrays_come_back(model, path):
    model.extra = {"1": np.zeros(1), 1: [np.ones(2), (np.full(3, 2.0),)]}
    loaded = round_trip(model, path).extra
    assert loaded["1"].tolist() == [0]
    assert loaded[1][0].tolist() == [1, 1]
    assert loaded[1][1][0].tolist() == [2, 2, 2]


def test_attributes_of_other_models_may_be_called_as_those_that_are_left_out(path):
    model = Mean().fit(trainset_of(("u", "i", 4.0)))
    model.validation, model.callback = 0.25, "mine"
    loaded = round_trip(model, path)
    assert (loaded.validation, loaded.callback) == (0.25, "mine")


@pytest.mark.parametrize("name", ["header", "file", "allow_pickle", "args", "path"])
def test_an_array_may_have_any_name(model, path, name):
    setattr(model, name, np.arange(3))
    assert getattr(round_trip(model, path), name).tolist() == [0, 1, 2]


@pytest.mark.parametrize("value", [np.float32(0.5), np.int8(-3), np.bool_(True), np.str_("x")])
def test_numpy_scalars_come_back_as_what_they_equal(model, path, value):
    model.extra = value
    assert round_trip(model, path).extra == value


def test_nan_comes_back(model, path):
    model.extra = float("nan")
    assert np.isnan(round_trip(model, path).extra)


def test_a_random_state_comes_back_where_it_was(model, path):
    model.random_state = np.random.RandomState(3)
    model.random_state.normal()  # leaves half a pair behind
    loaded = round_trip(model, path)
    assert loaded.random_state.normal(size=5).tolist() == model.random_state.normal(size=5).tolist()


def test_a_subclass_of_the_user_comes_back(path):
    model = Mean(sim_options={"name": "cosine"}).fit(trainset_of(("u", "i", 4.0)))
    loaded = round_trip(model, path)
    assert type(loaded) is Mean
    assert loaded.sim_options == {"user_based": True, "name": "cosine"}
    assert loaded.predict("u", "i") == model.predict("u", "i")


def test_astonish_load_reads_any_model(model, path):
    model.save(str(path))
    assert type(astonish.load(str(path))) is SVD


def test_another_process_reads_the_file(model, path):
    model.save(path)
    code = "import astonish, sys; print(astonish.load(sys.argv[1]).predict('u', 'j').est)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) == model.predict("u", "j").est


# What cannot be saved


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "extra"),
        (print, "extra"),
        ({1, 2}, "extra"),
        (b"bytes", "extra"),
        (1j, "extra"),
        (np.longdouble(1), "extra"),
        (np.array([None]), "extra"),
        ([0, {"a": [1, object()]}], "extra.1.a.1"),
        ({("a", 1): 2}, "extra"),
        ({None: 2}, "extra"),
        (np.random.default_rng(0), "extra"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_attribute_that_cannot_be_saved_is_named(model, path, value, name):
    model.extra = value
    with pytest.raises(TypeError, match=rf"^{name} cannot be saved: "):
        model.save(path)
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize(
    "identity", [frozenset([1]), 1j, (1, 1j), np.datetime64(5, "ns")], ids=repr
)
def test_an_id_that_cannot_be_saved_is_named(path, identity):
    model = SVD(n_factors=1).fit(trainset_of(("u", "i", 3.0), (identity, "i", 3.0)))
    with pytest.raises(TypeError, match=r"^user_ids\.1(\.1)? cannot be saved: "):
        model.save(path)


# Writing


def test_saving_leaves_one_file(model, path):
    model.save(path)
    model.save(path)
    assert list(path.parent.iterdir()) == [path]


def test_the_name_of_the_file_is_taken_as_it_is(model, tmp_path):
    model.save(tmp_path / "model.bin")
    assert SVD.load(tmp_path / "model.bin").n_factors == 2
    assert [each.name for each in tmp_path.iterdir()] == ["model.bin"]


def test_a_folder_that_does_not_exist_is_an_os_error(model, tmp_path):
    with pytest.raises(FileNotFoundError):
        model.save(tmp_path / "nowhere" / "model.npz")


def test_a_folder_cannot_be_overwritten(model, path):
    path.mkdir()
    with pytest.raises(OSError, match=r"model\.npz"):
        model.save(path)
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_file_stays_intact_when_an_attribute_cannot_be_saved(model, path, content):
    path.write_bytes(content)
    model.extra = object()
    with pytest.raises(TypeError, match="extra"):
        model.save(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_file_stays_intact_when_the_disk_is_full(model, path, content, monkeypatch):
    def write_array(file, *_, **__):
        file.write(b"half a file")
        raise OSError("No space left on device")

    path.write_bytes(content)
    monkeypatch.setattr(np.lib.format, "write_array", write_array)
    with pytest.raises(OSError, match="No space left"):
        model.save(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


# Refusing to load


def test_a_missing_file_is_an_os_error(path):
    with pytest.raises(FileNotFoundError):
        SVD.load(path)


def zip_of(**files):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)

    return write


def array_file(path):
    with path.open("wb") as file:
        np.save(file, np.arange(3))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\x93NUMPY"),
        lambda path: path.write_bytes(b"PK\x03\x04"),
        lambda path: path.write_bytes(np.random.RandomState(0).bytes(5000)),
        lambda path: path.write_text('{"format": "astonish model"}'),
        lambda path: path.write_bytes(pickle.dumps({"format": "astonish model"})),
        zip_of(),
        zip_of(header="{}"),
        array_file,
        lambda path: np.savez(path, pu=np.zeros(3)),
        lambda path: np.savez(path, header=np.frombuffer(b"not JSON", np.uint8)),
        lambda path: np.savez(path, header=np.frombuffer(b"[" * 10**5, np.uint8)),
        lambda path: np.savez(path, header=np.frombuffer(b"[1]", np.uint8)),
        lambda path: np.savez(path, header=np.frombuffer(b'{"format": "other"}', np.uint8)),
    ],
    ids=[
        "empty",
        "npy magic",
        "zip magic",
        "random",
        "JSON",
        "pickle",
        "empty zip",
        "text in zip",
        "one array",
        "no header",
        "no JSON",
        "deep JSON",
        "a list",
        "other format",
    ],
)
def test_a_file_of_something_else_is_refused(path, write):
    write(path)
    with pytest.raises(ValueError, match=r"model\.npz is not a model file, or it is damaged"):
        SVD.load(path)


@given(data=st.data())
def test_a_truncated_file_is_refused(content, tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "truncated.npz"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(ValueError, match=r"truncated\.npz is not a model file"):
        SVD.load(path)


@given(data=st.data())
def test_damaged_bytes_are_refused_or_harmless(content, tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    damaged = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
        damaged[place] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    assert_refused_or_the_same(path, content)


def test_every_flipped_bit_of_the_structure_is_refused_or_harmless(content, path):
    """The records of the archive, and the headers of arrays: what no checksum covers."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        begins = [info.header_offset for info in archive.infolist()] + [archive.start_dir]
    for begin in (*begins[:3], begins[-1]):
        for place in range(begin, min(begin + 240, len(content)), 2):
            damaged = bytearray(content)
            damaged[place] ^= 1 << place % 7
            path.write_bytes(damaged)
            assert_refused_or_the_same(path, content)


@cache
def first_prediction(content):
    trainset = SVD.load(io.BytesIO(content)).trainset
    user, item = trainset.user_ids[0], trainset.item_ids[1]
    return SVD.load(io.BytesIO(content)).predict(user, item)


def assert_refused_or_the_same(path, content):
    """Load a damaged file; `content` is the whole one."""
    expected = first_prediction(content)
    try:
        loaded = SVD.load(path)
    except ValueError as error:
        message = str(error)
        assert str(path) in message
    else:
        assert loaded.predict(expected.uid, expected.iid) == expected


def test_other_bytes_with_the_right_checksums_are_refused_or_harmless():
    """Changes of the header and the arrays that only their readers can notice."""
    file = io.BytesIO()
    rows = [("a", "i"), (7, b"x"), (uuid.UUID(int=3), ("t", 1)), (None, 10**30)]
    SVD(n_factors=2).fit(trainset_of(*((*row, 3.0) for row in rows))).save(file)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    random = np.random.RandomState(0)
    names = [*members, *["header.npy"] * len(members)]
    for _ in range(400):
        changed = dict(members)
        name = names[random.randint(len(names))]
        content = changed[name] = bytearray(changed[name])
        for place in random.randint(len(content) - 3, size=random.randint(1, 4)):
            bytes_of_json = [*b'0123456789-[]{}",', random.randint(256)]
            new = random.choice(bytes_of_json, size=random.randint(3))
            content[place : place + random.randint(3)] = new.astype(np.uint8).tobytes()
        damaged = io.BytesIO()
        with zipfile.ZipFile(damaged, "w") as archive:
            for member, data in changed.items():
                archive.writestr(member, data)
        try:
            loaded = SVD.load(damaged).trainset
        except ValueError:
            continue
        assert len(loaded.user_ids) == loaded.by_user.n_rows == 4


def test_too_little_memory_is_said_to_be_that(model, path, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    model.save(path)
    monkeypatch.setattr(persistence, "_unpack_trainset", fail)
    with pytest.raises(MemoryError):
        SVD.load(path)
    monkeypatch.setattr(np.lib.format, "read_array", fail)
    with pytest.raises(MemoryError):
        SVD.load(path)


def test_members_that_would_begin_before_the_file_are_refused(content, path):
    path.write_bytes(content[:-6] + b"\xff\xff\xff\x00" + content[-2:])  # offset of the directory
    with pytest.raises(ValueError, match="is not a model file"):
        SVD.load(path)


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


# Parameters that were changed after the fit


def test_a_model_with_changed_parameters_answers_as_it_was_fitted(model, path):
    expected = model.predict("u", "j").est
    loaded = round_trip(model.set_params(biased=False, n_factors=7), path)
    assert loaded.predict("u", "j").est == expected
    assert loaded.get_params() == model.get_params()


@pytest.mark.parametrize(
    ("fitted_with", "message"),
    [
        ([["predict", 5]], "'predict' is not a parameter of SVD"),
        ([["__class__", 5]], "'__class__' is not a parameter of SVD"),
        ([["trainset", 5]], "'trainset' is not a parameter of SVD"),
        ([["pu", 5]], "'pu' is not a parameter of SVD"),
        ([[7, 5]], "7 is not a parameter of SVD"),
        (5, "parameters of the fit must be a dict"),
        (None, "parameters of the fit must be a dict"),
    ],
    ids=str,
)
def test_other_names_than_those_of_parameters_are_refused(model, path, fitted_with, message):
    def damage(header, _):
        packed = {"$dict": fitted_with} if isinstance(fitted_with, list) else fitted_with
        header["attributes"]["_fitted_with"] = packed

    model.save(path)
    edit(path, damage)
    with pytest.raises(ValueError, match=rf"damaged model file \(.*{message}"):
        SVD.load(path)
