"""SlopeOne beside scikit-surprise's: equal to the last bit, or to 1e-8 as a user sees it."""

import numpy as np
import pytest

import astonish

from .helpers import assert_same_predictions, assert_same_signature


def models_and_predictions(both, data):
    def fit(library):
        trainset, testset = data.of(library)
        model = library.SlopeOne().fit(trainset)
        return model, model.test(testset)

    return zip(*both(fit), strict=True)


def assert_same_model(ours, theirs):
    for name in ("freq", "dev"):
        assert getattr(ours, name).dtype == getattr(theirs, name).dtype
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
    assert ours.user_mean == theirs.user_mean
    assert type(ours.user_mean[0]) is type(theirs.user_mean[0])


def test_whole_stars(both, whole_stars):
    models, predictions = models_and_predictions(both, whole_stars)
    assert_same_predictions(*predictions, atol=0)
    assert_same_model(*models)
    testset = whole_stars.ours[1]
    assert_same_predictions(models[0].test(testset), predictions[1], atol=0)  # by the tables


def test_half_stars_in_strict_mode(both, half_stars, strict):  # noqa: ARG001
    models, predictions = models_and_predictions(both, half_stars)
    assert_same_predictions(*predictions, atol=0)
    assert_same_model(*models)


def test_half_stars_are_cut_by_surprise_only(both, half_stars):
    models, predictions = models_and_predictions(both, half_stars)
    assert models[0].user_mean == models[1].user_mean
    np.testing.assert_array_equal(models[0].freq, models[1].freq)
    assert np.nanmax(np.abs(models[0].dev - models[1].dev)) > 0.1
    assert predictions[0] != predictions[1]


def test_the_first_split_of_ml_100k(both, u1):
    models, predictions = models_and_predictions(both, u1)
    assert_same_predictions(*predictions, atol=1e-8)
    assert_same_model(*models)


def test_half_stars_of_real_users(both, latest_small, strict):  # noqa: ARG001
    def split(library):
        data = latest_small.of(library)
        rows = data.raw_ratings[::3]  # scikit-surprise's tables of all items take 1.3 GB
        return data.construct_trainset(rows[:-2000]), data.construct_testset(rows[-2000:])

    (_, predictions) = models_and_predictions(both, both(split))
    assert_same_predictions(*predictions, atol=1e-8)


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_any_number_of_threads(both, whole_stars, n_threads):
    _, (_, expected) = models_and_predictions(both, whole_stars)
    trainset, testset = whole_stars.ours
    model = astonish.SlopeOne(n_threads=n_threads).fit(trainset)
    assert_same_predictions(model.test(testset), expected, atol=0)


def test_tables_of_surprise_are_used(both, half_stars):
    """Its dump files hold its tables, which are cut to whole numbers."""
    (ours, theirs), (_, expected) = models_and_predictions(both, half_stars)
    vars(ours).update(freq=theirs.freq, dev=theirs.dev, user_mean=theirs.user_mean)
    assert_same_predictions(ours.test(half_stars.ours[1]), expected, atol=0)


def test_an_empty_test_set(both, whole_stars):
    assert both(lambda library: library.SlopeOne().fit(whole_stars.of(library)[0]).test([])) == (
        [],
        [],
    )


def test_interface(both, surprise, whole_stars):
    assert_same_signature(astonish.SlopeOne, surprise.SlopeOne)

    def names(library):
        model = library.SlopeOne()
        return set(vars(model)), set(vars(model.fit(whole_stars.of(library)[0])))

    (before, after), (their_before, their_after) = both(names)
    assert before - {"n_threads"} == their_before
    assert after - {"n_threads"} == their_after - {"freq", "dev"}
    assert hasattr(astonish.SlopeOne, "freq")
    assert hasattr(astonish.SlopeOne, "dev")
