"""Data to split."""

import pytest

from astonish import make_ratings


@pytest.fixture(scope="session")
def data():
    """100 ratings."""
    return make_ratings(20, 15, 100, seed=4)
