"""Files that are damaged, or of something else, are refused or harmless."""

import io
import pickle
import uuid
import zipfile
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import SVD
from astonish.models.base import persistence

from ..helpers import trainset_of


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
