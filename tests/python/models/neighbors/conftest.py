"""The nearest-neighbour models."""

import pytest

from .helpers import MODELS


@pytest.fixture(params=MODELS)
def cls(request):
    return request.param


@pytest.fixture
def quiet(cls):
    """A function that makes a model of the class that prints nothing."""

    def make(**parameters):
        return cls(**{"verbose": False, **parameters})

    return make
