"""NormalPredictor draws from NumPy's global generator, one estimate after the other."""

import numpy as np
import pytest

from astonish import NormalPredictor

from ..helpers import all_pairs, trainset_of


@pytest.fixture(scope="module")
def model(trainset):
    return NormalPredictor().fit(trainset)


def test_sigma_is_the_standard_deviation_of_all_ratings(model, trainset):
    assert model.sigma == pytest.approx(np.std(trainset.by_user.values), rel=1e-12)


def test_one_value_has_no_spread():
    model = NormalPredictor().fit(trainset_of(("u", "i", 4.0), ("v", "i", 4.0)))
    assert model.sigma == 0
    assert model.predict("u", "?").est == 4


def test_a_batch_draws_the_same_numbers_as_single_estimates(model, trainset):
    pairs = all_pairs(trainset)[-1001:]  # an odd number: NumPy draws two at a time; unknown ids
    mean = trainset.global_mean
    np.random.seed(3)
    expected = [np.random.normal(mean, model.sigma) for _ in pairs]
    np.random.seed(3)
    assert [model.estimate(None, None) for _ in pairs] == expected
    np.random.seed(3)
    assert model._estimate_many(*np.zeros((2, len(pairs)), np.int32)).tolist() == expected
    clipped = np.clip(expected, 1, 5).tolist()
    np.random.seed(3)
    assert [prediction.est for prediction in model.test(pairs)] == clipped
    np.random.seed(3)
    assert model.predict_many(
        [each[0] for each in pairs], [each[1] for each in pairs]
    ).tolist() == (clipped)


def test_batches_continue_each_other(model, trainset):
    pairs = all_pairs(trainset)[:30]
    np.random.seed(3)
    expected = model.test(pairs)
    np.random.seed(3)
    assert model.test(pairs[:11]) + [model.predict(*pair) for pair in pairs[11:]] == expected


def test_fitting_draws_nothing(trainset):
    np.random.seed(3)
    NormalPredictor().fit(trainset)
    after = np.random.rand()
    np.random.seed(3)
    assert np.random.rand() == after
