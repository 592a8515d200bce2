"""What cannot be saved, and what becomes of the file that was there."""

import numpy as np
import pytest

from astonish import SVD

from ..helpers import trainset_of

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
