"""NMF beside scikit-surprise's: the same bits from the same ratings."""

import inspect

import numpy as np
import pytest

import astonish

ARRAYS = ("pu", "qi", "bu", "bi")
OURS = ["validation", "patience", "tol", "callback", "n_threads"]

# Every option alone, for both kinds of model.
OPTIONS = [
    {},
    {"n_factors": 1},
    {"n_factors": 8},
    {"n_factors": 33},
    {"n_epochs": 0},
    {"n_epochs": 1},
    {"n_epochs": 40},
    {"reg_pu": 0.3},
    {"reg_qi": 0.3},
    {"reg_bu": 0.4},
    {"reg_bi": 0.4},
    {"lr_bu": 0.02},
    {"lr_bi": 0.02},
    {"init_low": 0.2},
    {"init_high": 0.5},
    {"random_state": 12345},
]
UNKNOWN = [("1", "?"), ("?", "1"), ("?", "?"), (1, "1"), ("1", None)]


def fit(library, trainset, **options):
    return library.NMF(**{"n_epochs": 8, "random_state": 0, **options}).fit(trainset)


def assert_same_bits(ours, theirs):
    for name in ARRAYS:
        array, expected = getattr(ours, name), getattr(theirs, name)
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected, err_msg=name)


def assert_same_predictions(ours, theirs):
    assert [each[:3] for each in ours] == [each[:3] for each in theirs]
    assert [each.details for each in ours] == [each.details for each in theirs]
    estimates = ([each.est for each in predictions] for predictions in (ours, theirs))
    np.testing.assert_allclose(*estimates, rtol=0, atol=1e-12)


@pytest.mark.parametrize("biased", [True, False], ids=["biased", "unbiased"])
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: str(options or "defaults"))
def test_every_option_gives_the_same_model_and_predictions(odd, surprise, options, biased):
    theirs = fit(surprise, odd.theirs, **options, biased=biased)
    testset = odd.theirs.build_testset() + [(*pair, None) for pair in UNKNOWN]
    for n_threads in (1, 2, 5):
        ours = fit(astonish, odd.ours, **options, biased=biased, n_threads=n_threads)
        assert_same_bits(ours, theirs)
    assert_same_predictions(ours.test(testset), theirs.test(testset))


@pytest.mark.parametrize("biased", [True, False], ids=["biased", "unbiased"])
def test_real_ratings_give_the_same_model_and_predictions(u1, latest_small, surprise, biased):
    pairs = [(u1.ours[0], u1.theirs[0]), [each.build_full_trainset() for each in latest_small]]
    for ours, theirs in pairs:
        mine, other = fit(astonish, ours, biased=biased), fit(surprise, theirs, biased=biased)
        assert_same_bits(mine, other)
        testset = u1.ours[1][::10]
        assert_same_predictions(mine.test(testset), other.test(testset))


def test_the_defaults_give_the_same_model(u1, surprise):
    theirs = surprise.NMF(random_state=0).fit(u1.theirs[0])
    assert_same_bits(astonish.NMF(random_state=0).fit(u1.ours[0]), theirs)


def test_a_million_ratings(ml_1m, surprise):
    theirs = fit(surprise, ml_1m.theirs, n_epochs=3)
    assert_same_bits(fit(astonish, ml_1m.ours, n_epochs=3), theirs)


def test_where_scikit_surprise_divides_by_zero_factors_stay(both):
    def fit_with_idle_ids(library):
        ur, ir = {0: [(0, 3.0)], 1: []}, {0: [(0, 3.0)]}
        trainset = library.Trainset(ur, ir, 2, 1, 1, (1, 5), {"u": 0, "idle": 1}, {"i": 0})
        try:
            return library.NMF(n_factors=2, random_state=0).fit(trainset).pu
        except ZeroDivisionError:
            return None

    ours, theirs = both(fit_with_idle_ids)
    assert theirs is None
    np.testing.assert_array_equal(ours[1], np.random.RandomState(0).uniform(0, 1, (2, 2))[1])


def test_a_negative_lower_bound_is_the_same_error_with_its_value(both):
    def message(library):
        with pytest.raises(ValueError, match="init_low") as error:
            library.NMF(init_low=-0.1)
        return str(error.value)

    ours, theirs = both(message)
    assert ours.startswith(theirs)


def test_epochs_may_change_between_fits(odd, both):
    def fit_twice(library):
        model = library.NMF(n_factors=4, n_epochs=2, random_state=0).fit(odd.of(library))
        model.n_epochs = 5
        return model.fit(odd.of(library))

    assert_same_bits(*both(fit_twice))


def test_a_random_state_advances_alike(odd, both):
    def fit_twice(library):
        rng = np.random.RandomState(7)
        model = library.NMF(n_factors=5, n_epochs=1, random_state=rng)
        arrays = [getattr(model.fit(odd.of(library)), name).copy() for name in ("pu", "qi")]
        return *arrays, rng.rand()

    for ours, theirs in zip(*both(fit_twice), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_verbose_fit_prints_alike(odd, both, capsys):
    def printed(library):
        fit(library, odd.of(library), n_factors=2, n_epochs=2, verbose=True)
        return capsys.readouterr().out

    ours, theirs = both(printed)
    assert ours == theirs
    assert ours.startswith("Processing epoch 0\n")


def test_attributes_before_and_after_fit(odd, both):
    def names(library):
        model = library.NMF(n_factors=2, n_epochs=1)
        before = {name: getattr(model, name) for name in vars(model)}
        return before, set(vars(model.fit(odd.of(library))))

    (before, after), (their_before, their_after) = both(names)
    assert {name: before[name] for name in before.keys() - {*OURS}} == their_before
    assert after - {*OURS, "history_", "stopped_by_"} == their_after


def test_the_signature_is_the_same(surprise):
    ours, theirs = (
        list(inspect.signature(library.NMF).parameters.values()) for library in (astonish, surprise)
    )
    shared = [(each.name, each.default, each.kind) for each in ours[: len(theirs)]]
    assert shared == [(each.name, each.default, each.kind) for each in theirs]
    assert [each.name for each in ours[len(theirs) :]] == OURS


def test_a_model_that_scikit_surprise_fitted_predicts_the_same(odd, surprise):
    """As `surprise.dump` restores it: attributes of theirs, a class of ours."""
    theirs = fit(surprise, odd.theirs)
    ours = astonish.NMF.__new__(astonish.NMF)
    vars(ours).update({**vars(theirs), "trainset": odd.ours})
    testset = odd.theirs.build_testset()
    assert_same_predictions(ours.test(testset), theirs.test(testset))
    assert_same_bits(ours.fit(odd.ours), theirs)
