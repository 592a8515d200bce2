"""NormalPredictor beside scikit-surprise's: the same draws from the same generator."""

import numpy as np
import pytest

import astonish

from .helpers import assert_same_predictions, assert_same_signature


def fit_and_test(both, data):
    def run(library):
        trainset, testset = data.of(library)
        model = library.NormalPredictor().fit(trainset)
        np.random.seed(11)
        return model.sigma, model.test(testset), np.random.rand()

    return zip(*both(run), strict=True)


@pytest.mark.parametrize("data", ["whole_stars", "half_stars", "u1"])
def test_sigma_and_draws(request, both, data):
    sigmas, predictions, after = fit_and_test(both, request.getfixturevalue(data))
    assert sigmas[0] == pytest.approx(sigmas[1], rel=1e-12, abs=0)
    assert_same_predictions(*predictions, atol=1e-8)
    assert after[0] == after[1]


def test_an_empty_test_set(both, whole_stars):
    _, predictions, after = fit_and_test(both, both(lambda lib: (whole_stars.of(lib)[0], [])))
    assert predictions == ([], [])
    assert after[0] == after[1]


def test_verbose_predictions_print_alike(both, whole_stars, capsys):
    def printed(library):
        trainset, testset = whole_stars.of(library)
        model = library.NormalPredictor().fit(trainset)
        np.random.seed(5)
        model.test(testset[-6:], verbose=True)
        return capsys.readouterr().out

    ours, theirs = both(printed)
    assert ours == theirs


def test_interface(both, surprise, whole_stars):
    assert_same_signature(astonish.NormalPredictor, surprise.NormalPredictor)
    assert_same_signature(astonish.NormalPredictor.estimate, surprise.NormalPredictor.estimate)

    def names(library):
        model = library.NormalPredictor()
        return set(vars(model)), set(vars(model.fit(whole_stars.of(library)[0])))

    ours, theirs = both(names)
    assert ours == theirs
