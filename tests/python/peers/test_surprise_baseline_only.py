"""BaselineOnly beside scikit-surprise's: equal to the last bit."""

import numpy as np
import pytest

import astonish

from .helpers import assert_same_predictions, assert_same_signature

OPTIONS = [
    {},
    {"n_epochs": 3, "reg_u": 7, "reg_i": 2.5},
    {"method": "als", "reg_u": 0, "reg_i": 0},
    {"n_epochs": 0},
    {"method": "sgd"},
    {"method": "sgd", "n_epochs": 4, "reg": 0.1, "learning_rate": 0.01},
]


def compare(both, data, options, **extra):
    def fit(library):
        trainset, testset = data.of(library)
        parameters = extra if library is astonish else {}
        model = library.BaselineOnly(options, verbose=False, **parameters).fit(trainset)
        return model, model.test(testset)

    (ours, predictions), (theirs, expected) = both(fit)
    for name in ("bu", "bi"):
        assert getattr(ours, name).dtype == getattr(theirs, name).dtype
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
    assert_same_predictions(predictions, expected, atol=0)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("data", ["whole_stars", "half_stars", "u1"])
def test_biases_and_predictions(request, both, data, options):
    compare(both, request.getfixturevalue(data), options)


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_any_number_of_threads(both, half_stars, n_threads):
    compare(both, half_stars, {}, n_threads=n_threads)


def test_half_stars_of_real_users(both, latest_small):
    def load(library):
        trainset = latest_small.of(library).build_full_trainset()
        return trainset, trainset.build_testset()[::20]

    compare(both, both(load), {})


def test_it_prints_alike(both, whole_stars, capsys):
    def printed(library):
        trainset, testset = whole_stars.of(library)
        library.BaselineOnly().fit(trainset).test(testset[:3], verbose=True)
        library.BaselineOnly({"method": "sgd"}).fit(trainset)
        library.BaselineOnly(verbose=False).fit(trainset)
        return capsys.readouterr().out

    ours, theirs = both(printed)
    assert ours == theirs
    assert ours.count("Estimating biases using") == 2


def test_an_empty_test_set(both, whole_stars):
    assert both(
        lambda library: library.BaselineOnly(verbose=False).fit(whole_stars.of(library)[0]).test([])
    ) == ([], [])


def test_an_unknown_method_is_the_same_error(both, whole_stars):
    def message(library):
        with pytest.raises(ValueError, match="Invalid method") as error:
            library.BaselineOnly({"method": "lsq"}, False).fit(whole_stars.of(library)[0])
        return str(error.value)

    ours, theirs = both(message)
    assert ours == theirs


def test_interface(both, surprise, whole_stars):
    assert_same_signature(astonish.BaselineOnly, surprise.BaselineOnly)
    assert_same_signature(astonish.BaselineOnly.estimate, surprise.BaselineOnly.estimate)

    def names(library):
        model = library.BaselineOnly(verbose=False)
        return set(vars(model)), set(vars(model.fit(whole_stars.of(library)[0])))

    for ours, theirs in zip(*both(names), strict=True):
        assert ours - {"n_threads", "_fitted_with"} == theirs  # copies of the options of the fit
