"""Learners as pickles and copies."""

import copy
import pickle
from pathlib import Path

import numpy as np

from .helpers import assert_same_parameters, parameters_of

OLD = Path(__file__).with_name("learner_without_session.pickle")
# What that learner printed: the figures of its three epochs, and of two more after it was pickled.
VALUES = [
    [1.990439683946091, 2.250208905995588, 1.5000696337155779],
    [1.9371379844317669, 2.1548511474018945, 1.4679411253186876],
    [1.8883114451228133, 2.1255633487044068, 1.4579311879181427],
]
NEXT_VALUES = [
    [1.7290367338758632, 1.977972252290025, 1.4064040146024985],
    [1.6385012067445885, 1.8228500175324924, 1.3501296298994747],
]


def test_a_learner_of_an_earlier_version_goes_on_where_it_was():
    """It had all that a session has as attributes of its own, and callbacks in another module.

    In `DotBias`, ``collab_learner(dls, n_factors=2, y_range=(0, 5.5), seed=0, wd=0.2,
    metrics=[rmse], cbs=[EarlyStoppingCallback(patience=3)])`` of 60 ratings in batches of 8 after
    ``fit_one_cycle(3, 1e-2)``.
    """
    learn = pickle.loads(OLD.read_bytes())
    np.testing.assert_allclose(learn.recorder.values, VALUES, rtol=1e-6)
    assert learn.wd == 0.2
    assert not learn._session.is_shown
    learn.fit(2, 1e-2)
    np.testing.assert_allclose(learn.recorder.values, NEXT_VALUES, rtol=1e-6)
    assert learn.cbs[0].wait == 0


def test_a_pickled_learner_goes_on_as_the_original(learn):
    learn.fit_one_cycle(1, 1e-2)
    loaded = pickle.loads(pickle.dumps(learn))
    for trained in (learn, loaded):
        trained.fit(1, 1e-2)
    assert_same_parameters(parameters_of(learn), parameters_of(loaded))
    assert learn.recorder.values == loaded.recorder.values


def test_a_copy_may_be_given_another_model(make_learner):
    learn, other = make_learner(), make_learner(use_nn=True)
    copied = copy.copy(learn)
    assert copied.model is learn.model
    copied.model = other.model
    assert copied.model is not learn.model
