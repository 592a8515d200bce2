"""SVDpp beside scikit-surprise's: the same numbers from the same ratings."""

import inspect

import numpy as np
import pytest

import astonish

CLOSE = {"rtol": 0, "atol": 1e-11}
ARRAYS = ("pu", "qi", "yj", "bu", "bi")
KINDS = ("bu", "bi", "pu", "qi", "yj")

# Every option alone.
OPTIONS = [
    {},
    {"n_factors": 1},
    {"n_factors": 33},
    {"n_epochs": 0},
    {"n_epochs": 1},
    {"n_epochs": 12},
    {"init_mean": 0.2},
    {"init_std_dev": 0},
    {"lr_all": 0.02},
    {"reg_all": 0.2},
    *({f"lr_{kind}": 0.03} for kind in KINDS),
    *({f"reg_{kind}": 0.4} for kind in KINDS),
    {"lr_yj": 0.05, "reg_yj": 30},
    {"random_state": 12345},
    {"cache_ratings": True},
]
UNKNOWN = [("1", "?"), ("?", "1"), ("?", "?"), (1, "1"), ("1", None)]


def fit(library, trainset, **options):
    defaults = {"n_factors": 10, "n_epochs": 3, "random_state": 0}
    return library.SVDpp(**{**defaults, **options}).fit(trainset)


def assert_same_bits(ours, theirs):
    for name in ARRAYS:
        array, expected = getattr(ours, name), getattr(theirs, name)
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected, err_msg=name)


def assert_same_predictions(ours, theirs, tolerance=1e-11):
    assert [each[:3] for each in ours] == [each[:3] for each in theirs]
    assert [each.details for each in ours] == [each.details for each in theirs]
    estimates = ([each.est for each in predictions] for predictions in (ours, theirs))
    np.testing.assert_allclose(*estimates, rtol=0, atol=tolerance)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: str(options or "defaults"))
def test_every_option_gives_the_same_model_and_predictions(odd, surprise, options):
    theirs = fit(surprise, odd.theirs, **options)
    bitwise = fit(astonish, odd.ours, **options, solver="bitwise")
    assert_same_bits(bitwise, theirs)
    ours = fit(astonish, odd.ours, **options, solver="sequential")
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), **CLOSE)
    testset = odd.theirs.build_testset() + [(*pair, None) for pair in UNKNOWN]
    expected = theirs.test(testset)
    assert_same_predictions(ours.test(testset), expected)
    assert_same_predictions(bitwise.test(testset), expected, tolerance=1e-14)


def test_the_first_split_gives_the_same_predictions(u1, surprise):
    options = {"n_factors": 20, "n_epochs": 2, "cache_ratings": True}
    theirs = fit(surprise, u1.theirs[0], **options)
    ours = fit(astonish, u1.ours[0], **options, solver="sequential")
    predictions = ours.test(u1.ours[1][::10])
    assert_same_predictions(predictions, theirs.test(u1.theirs[1][::10]), tolerance=1e-8)
    assert_same_bits(fit(astonish, u1.ours[0], **options, solver="bitwise"), theirs)


def test_half_stars(latest_small, surprise):
    options = {"n_factors": 8, "n_epochs": 1, "cache_ratings": True}
    trainsets = [each.build_full_trainset() for each in latest_small]
    testset = trainsets[0].build_testset()[::50]
    theirs = fit(surprise, trainsets[1], **options)
    ours = fit(astonish, trainsets[0], **options, solver="sequential")
    assert_same_predictions(ours.test(testset), theirs.test(testset), tolerance=1e-8)
    assert_same_bits(fit(astonish, trainsets[0], **options, solver="bitwise"), theirs)


def test_epochs_may_change_between_fits(odd, both):
    def fit_twice(library):
        model = library.SVDpp(n_factors=4, n_epochs=2, random_state=0, cache_ratings=True)
        model.fit(odd.of(library))
        model.n_epochs = 5
        return model.fit(odd.of(library))

    ours, theirs = both(fit_twice)
    assert ours.n_epochs == 5
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), **CLOSE)


def test_a_random_state_advances_alike(odd, both):
    def fit_twice(library):
        rng = np.random.RandomState(7)
        model = library.SVDpp(n_factors=5, n_epochs=0, random_state=rng)
        arrays = [getattr(model.fit(odd.of(library)), name).copy() for name in ("pu", "qi", "yj")]
        return *arrays, rng.rand()

    for ours, theirs in zip(*both(fit_twice), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_global_generator_is_drawn_from_alike(odd, both):
    def fit_globally(library):
        np.random.seed(7)
        model = fit(library, odd.of(library), random_state=None, n_epochs=0)
        return model, np.random.rand()

    (ours, next_ours), (theirs, next_theirs) = both(fit_globally)
    assert_same_bits(ours, theirs)
    assert next_ours == next_theirs


def test_verbose_fit_prints_alike(odd, both, capsys):
    def printed(library):
        fit(library, odd.of(library), n_factors=2, verbose=True)
        return capsys.readouterr().out

    ours, theirs = both(printed)
    assert ours == theirs
    assert ours.startswith(" processing epoch 0\n")


def test_attributes_before_and_after_fit(odd, both):
    def names(library):
        model = library.SVDpp(n_factors=2, n_epochs=1)
        before = {name: getattr(model, name) for name in vars(model)}
        return before, set(vars(model.fit(odd.of(library))))

    (before, after), (their_before, their_after) = both(names)
    extra = {"solver", "validation", "patience", "callback", "n_threads", "history_"}
    extra |= {"stopped_by_", "tol", "lr_all", "reg_all"}
    assert {name: before[name] for name in before.keys() - extra} == their_before
    assert after - extra == their_after


def test_the_signature_is_the_same(surprise):
    ours, theirs = (
        list(inspect.signature(library.SVDpp).parameters.values())
        for library in (astonish, surprise)
    )
    shared = [(each.name, each.default, each.kind) for each in ours[: len(theirs)]]
    assert shared == [(each.name, each.default, each.kind) for each in theirs]
    extra = ["solver", "validation", "patience", "tol", "callback", "n_threads"]
    assert [each.name for each in ours[len(theirs) :]] == extra


def test_a_model_that_scikit_surprise_fitted_predicts_the_same(odd, surprise):
    """As `surprise.dump` restores it: attributes of theirs, a class of ours."""
    theirs = fit(surprise, odd.theirs)
    ours = astonish.SVDpp.__new__(astonish.SVDpp)
    vars(ours).update({**vars(theirs), "trainset": odd.ours})
    testset = odd.theirs.build_testset()
    assert_same_predictions(ours.test(testset), theirs.test(testset), tolerance=1e-14)
    assert_same_bits(ours.fit(odd.ours), fit(astonish, odd.ours))
