"""Files by path, and files that are open."""

import gzip
import io
import os
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest

import astonish
from astonish import SVD, make_ratings


@pytest.fixture(scope="module")
def model():
    data = make_ratings(20, 15, 150, seed=1)
    return SVD(n_factors=2, n_epochs=1, random_state=0).fit(data.build_full_trainset())


def assert_same(loaded, model):
    assert type(loaded) is SVD
    np.testing.assert_array_equal(loaded.pu, model.pu)
    assert loaded.trainset.user_ids == model.trainset.user_ids


def test_an_open_file_is_written_and_stays_open(model, tmp_path):
    path = tmp_path / "model.npz"
    with path.open("w+b") as file:
        assert model.save(file) is None
        file.seek(0)
        assert_same(SVD.load(file), model)
        assert not file.closed
    assert_same(astonish.load(path), model)
    assert list(tmp_path.iterdir()) == [path]


def test_memory_is_a_file(model):
    file = io.BytesIO()
    model.save(file)
    assert_same(astonish.load(file), model)  # from wherever it stands
    file.seek(0)
    with np.load(file) as arrays:
        np.testing.assert_array_equal(arrays["pu"], model.pu)


def test_a_temporary_file(model):
    with tempfile.NamedTemporaryFile() as file:
        model.save(file)
        assert_same(SVD.load(file), model)


def test_a_file_that_only_grows(model, tmp_path):
    path = tmp_path / "model.npz"
    with path.open("ab") as file:
        model.save(file)
    assert_same(SVD.load(path), model)


def test_a_file_without_a_buffer(model, tmp_path):
    path = tmp_path / "model.npz"
    with path.open("wb", buffering=0) as file:
        model.save(file)
    with path.open("rb", buffering=0) as file:
        assert_same(SVD.load(file), model)


def test_a_compressed_file(model, tmp_path):
    path = tmp_path / "model.npz.gz"
    with gzip.open(path, "wb") as file:
        model.save(file)
    assert path.stat().st_size < 8000
    with gzip.open(path, "rb") as file:
        assert_same(SVD.load(file), model)


@pytest.mark.parametrize("buffering", [0, -1])
def test_a_pipe(model, buffering):
    read, write = os.pipe()

    def fill():
        with os.fdopen(write, "wb", buffering) as file:
            model.save(file)

    thread = threading.Thread(target=fill)
    thread.start()
    with os.fdopen(read, "rb") as file:
        assert_same(SVD.load(file), model)
    thread.join()


def test_a_path_that_cannot_be_sought(model, tmp_path):
    model.save(tmp_path / "model.npz")
    os.mkfifo(tmp_path / "pipe")
    content = (tmp_path / "model.npz").read_bytes()
    thread = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    thread.start()
    assert_same(SVD.load(tmp_path / "pipe"), model)
    thread.join()


class Some:
    """A file as others write them: it takes a few bytes at a time, and has nothing else."""

    def __init__(self, content=b""):
        self.content = content

    def write(self, content):
        part = bytes(content[:1000])
        self.content += part
        return len(part)

    def read(self):
        return self.content


def test_an_object_with_the_methods_of_a_file(model):
    file = Some()
    model.save(file)
    assert_same(SVD.load(file), model)


@pytest.mark.parametrize(
    "file", [3, None, b"model.npz", object()], ids=lambda file: type(file).__name__
)
def test_what_is_no_file(model, file):
    for call in (model.save, SVD.load):
        with pytest.raises(TypeError, match="must be a path or a file open in binary mode, got "):
            call(file)


def test_a_text_file(model, tmp_path):
    with (tmp_path / "text").open("w+") as file:
        with pytest.raises(TypeError, match=r"in binary mode and have write\(\), got .*text"):
            model.save(file)
        with pytest.raises(TypeError, match=r"in binary mode and have read\(\), got .*text"):
            SVD.load(file)


def test_messages_name_the_file(tmp_path):
    path = tmp_path / "empty.npz"
    path.touch()
    with path.open("rb") as file, pytest.raises(ValueError, match=rf"^{path} is not a model file"):
        SVD.load(file)
    with pytest.raises(ValueError, match=r"^<_io.BytesIO object at .* is not a model file"):
        SVD.load(io.BytesIO(b"PK"))
    message = r"^<_io.BufferedReader name=\d+> is not a model"
    number = os.open(path, os.O_RDONLY)
    with os.fdopen(number, "rb") as file, pytest.raises(ValueError, match=message):
        SVD.load(file)


def test_an_open_file_stays_as_it_is_when_the_model_cannot_be_saved(model):
    twin = SVD(n_factors=2, n_epochs=1).fit(model.trainset)
    twin.extra = object()
    file = io.BytesIO()
    with pytest.raises(TypeError, match="extra cannot be saved"):
        twin.save(file)
    assert file.getvalue() == b""


def test_a_path_may_be_any_kind_of_path(model, tmp_path):
    class Place:
        def __fspath__(self):
            return str(tmp_path / "model.npz")

    model.save(Place())
    assert_same(SVD.load(Place()), model)
    assert Path(tmp_path / "model.npz").is_file()
