"""CoClustering beside scikit-surprise's: equal to the last bit for whole stars."""

import numpy as np
import pytest

import astonish

from .helpers import assert_same_predictions, assert_same_signature

ATTRIBUTES = ["cltr_u", "cltr_i", "user_mean", "item_mean"]
ATTRIBUTES += ["avg_cltr_u", "avg_cltr_i", "avg_cocltr"]
OPTIONS = [
    {},
    {"n_cltr_u": 5, "n_cltr_i": 2},
    {"n_cltr_u": 1, "n_cltr_i": 1},
    {"n_cltr_u": 60, "n_cltr_i": 40, "n_epochs": 3},  # empty clusters
    {"n_epochs": 0},
    {"random_state": 12345},
]


def models_and_predictions(both, data, **options):
    def fit(library):
        trainset, testset = data.of(library)
        model = library.CoClustering(**{"random_state": 0, **options}).fit(trainset)
        return model, model.test(testset)

    return zip(*both(fit), strict=True)


def assert_same_model(ours, theirs):
    for name in ATTRIBUTES:
        assert getattr(ours, name).dtype == getattr(theirs, name).dtype
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


def only_known(trainset, *predictions):
    """The predictions of users and items that are both in the training set."""
    users, items = set(trainset.user_ids), set(trainset.item_ids)
    return ([p for p in each if p.uid in users and p.iid in items] for each in predictions)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_whole_stars(both, whole_stars, options):
    models, predictions = models_and_predictions(both, whole_stars, **options)
    assert_same_model(*models)
    assert_same_predictions(*only_known(whole_stars.ours[0], *predictions), atol=0)


@pytest.mark.parametrize("data", ["whole_stars", "half_stars"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_strict_mode(request, both, strict, data, options):  # noqa: ARG001
    models, predictions = models_and_predictions(both, request.getfixturevalue(data), **options)
    assert_same_model(*models)
    assert_same_predictions(*predictions, atol=0)


def test_the_first_split_of_ml_100k(both, u1):
    models, predictions = models_and_predictions(both, u1, n_epochs=5)
    assert_same_model(*models)
    assert_same_predictions(*only_known(u1.ours[0], *predictions), atol=1e-8)


def test_half_stars_of_real_users(both, latest_small, strict):  # noqa: ARG001
    def split(library):
        data = latest_small.of(library)
        rows = data.raw_ratings
        return data.construct_trainset(rows[:-5000]), data.construct_testset(rows[-5000:])

    models, predictions = models_and_predictions(both, both(split), n_epochs=4)
    assert_same_model(*models)
    assert_same_predictions(*predictions, atol=1e-8)


def test_averages_of_given_clusters(both, whole_stars):
    def averages(library):
        trainset = whole_stars.of(library)[0]
        model = library.CoClustering(4, 3, random_state=0).fit(trainset)
        return model.compute_averages(
            np.arange(trainset.n_users) % 3, np.arange(trainset.n_items) // 12
        )

    for ours, theirs in zip(*both(averages), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_global_generator_is_drawn_from_alike(both, whole_stars):
    def fit(library):
        np.random.seed(7)
        model = library.CoClustering(n_epochs=1).fit(whole_stars.of(library)[0])
        return model, np.random.rand()

    (ours, next_ours), (theirs, next_theirs) = both(fit)
    assert_same_model(ours, theirs)
    assert next_ours == next_theirs


def test_it_prints_alike(both, whole_stars, capsys):
    def printed(library):
        library.CoClustering(n_epochs=3, verbose=True).fit(whole_stars.of(library)[0])
        return capsys.readouterr().out

    ours, theirs = both(printed)
    assert ours == theirs


def test_an_empty_test_set(both, whole_stars):
    _, predictions = models_and_predictions(both, both(lambda lib: (whole_stars.of(lib)[0], [])))
    assert predictions == ([], [])


def test_interface(both, surprise, whole_stars):
    assert_same_signature(astonish.CoClustering.estimate, surprise.CoClustering.estimate)
    assert_same_signature(
        astonish.CoClustering.compute_averages, surprise.CoClustering.compute_averages
    )
    assert_same_signature(astonish.CoClustering, surprise.CoClustering)

    def names(library):
        model = library.CoClustering()
        return set(vars(model)), set(vars(model.fit(whole_stars.of(library)[0])))

    extra = {"validation", "patience", "tol", "callback", "n_threads", "history_", "stopped_by_"}
    for ours, theirs in zip(*both(names), strict=True):
        assert ours - extra == theirs
