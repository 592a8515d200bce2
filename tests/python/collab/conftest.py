"""What fastai says of the same data, and small learners that print nothing."""

import json
from pathlib import Path

import pytest

from astonish import make_ratings
from astonish.collab import CollabDataLoaders, collab_learner

BS = 32


@pytest.fixture(scope="session")
def recorded():
    """How fastai orders, splits and codes ratings; bench/python/record_fastai_data.py wrote it."""
    return json.loads((Path(__file__).parent / "fastai_data.json").read_text())


@pytest.fixture(scope="session")
def ratings():
    """1,000 ratings of 40 items by 50 users; the ids are "1", "2", ..."""
    return make_ratings(50, 40, 1000, seed=1)


@pytest.fixture
def dls(ratings, tmp_path):
    """800 ratings to train with in 25 batches, 200 to validate with."""
    return CollabDataLoaders.from_dataset(ratings, seed=3, bs=BS, path=tmp_path)


@pytest.fixture
def without_validation(ratings, tmp_path):
    return CollabDataLoaders.from_dataset(ratings, valid_pct=0, seed=3, bs=BS, path=tmp_path)


@pytest.fixture
def make_learner(dls):
    def make(dls=dls, **options):
        defaults = {"n_factors": 4, "y_range": (0, 5.5), "seed": 0, "verbose": False}
        return collab_learner(dls, **{**defaults, **options})

    return make


@pytest.fixture
def learn(make_learner):
    return make_learner()
