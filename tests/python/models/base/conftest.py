"""A small fitted model, and where it is saved."""

import io
from pathlib import Path

import pytest

from astonish import SVD

from ..helpers import trainset_of

VERSION_1 = Path(__file__).parents[3] / "data" / "version_1" / "ids_str.npz"


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
