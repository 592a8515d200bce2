"""What fastai says of the same data."""

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def recorded():
    """How fastai orders, splits and codes ratings; bench/python/record_fastai_data.py wrote it."""
    return json.loads((Path(__file__).parent / "fastai_data.json").read_text())
