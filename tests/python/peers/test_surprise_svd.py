"""SVD beside scikit-surprise's: the same numbers from the same ratings."""

import itertools

import numpy as np
import pytest

import astonish

from .helpers import assert_same_predictions, assert_same_signature

CLOSE = {"rtol": 0, "atol": 1e-9}
ARRAYS = ("pu", "qi", "bu", "bi")

# Every option alone, and the settings that ask for other code paths together with `biased`.
OPTIONS = [
    {},
    {"biased": False},
    {"init_mean": 0.2},
    {"init_mean": 0.4, "init_std_dev": 0.05, "biased": False},
    {"init_std_dev": 0},
    {"lr_all": 0.02},
    {"reg_all": 0.2},
    {"lr_bu": 0.001},
    {"lr_bi": 0.01},
    {"lr_pu": 0.02},
    {"lr_qi": 0.03},
    {"reg_bu": 0.3},
    {"reg_bi": 0.4},
    {"reg_pu": 0.5},
    {"reg_qi": 0.6},
    {"lr_pu": 0.01, "lr_qi": 0.02, "reg_pu": 0.1, "reg_qi": 0.05, "biased": False},
    {"n_epochs": 0},
    {"n_epochs": 1},
    {"n_factors": 1},
    {"n_factors": 33},
    {"random_state": 12345},
]


def fit(library, trainset, **options):
    return library.SVD(**{"n_factors": 10, "n_epochs": 3, "random_state": 0, **options}).fit(
        trainset
    )


def assert_same_bits(ours, theirs):
    for name in ARRAYS:
        array, expected = getattr(ours, name), getattr(theirs, name)
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected, err_msg=name)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: str(options or "defaults"))
def test_every_option_gives_the_same_model_and_predictions(u1, surprise, options):
    trainset, testset = u1.ours
    theirs = fit(surprise, u1.theirs[0], **options)
    assert_same_bits(fit(astonish, trainset, **options, solver="bitwise"), theirs)
    ours = fit(astonish, trainset, **options, solver="sequential")
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), **CLOSE)
    assert_same_predictions(ours.test(testset[::4]), theirs.test(u1.theirs[1][::4]))


def test_the_defaults_give_the_same_model_and_predictions(u1, surprise):
    trainset, testset = u1.ours
    theirs = surprise.SVD(random_state=0).fit(u1.theirs[0])
    assert_same_bits(astonish.SVD(random_state=0, solver="bitwise").fit(trainset), theirs)
    predictions = astonish.SVD(random_state=0).fit(trainset).test(testset)
    assert_same_predictions(predictions, theirs.test(u1.theirs[1]))


def test_the_errors_of_the_first_split_are_the_same(u1, surprise):
    ours = fit(astonish, u1.ours[0], n_epochs=20).test(u1.ours[1])
    theirs = fit(surprise, u1.theirs[0], n_epochs=20).test(u1.theirs[1])
    for measure in ("rmse", "mse", "mae", "fcp"):
        expected = getattr(surprise.accuracy, measure)(theirs, verbose=False)
        value = getattr(astonish.accuracy, measure)(ours, verbose=False)
        assert value == pytest.approx(expected, rel=0, abs=1e-9)


@pytest.mark.parametrize("biased", [True, False])
def test_half_stars(latest_small, surprise, biased):
    options = {"biased": biased, "n_factors": 20, "n_epochs": 2}
    trainsets = [each.build_full_trainset() for each in latest_small]
    testset = trainsets[0].build_testset()[::10]
    theirs = fit(surprise, trainsets[1], **options)
    ours = fit(astonish, trainsets[0], **options)
    assert_same_predictions(ours.test(testset), theirs.test(testset))
    assert_same_bits(fit(astonish, trainsets[0], **options, solver="bitwise"), theirs)


def test_a_million_ratings(ml_1m, surprise):
    theirs = surprise.SVD(random_state=0, n_epochs=3).fit(ml_1m.theirs)
    ours = astonish.SVD(random_state=0, n_epochs=3).fit(ml_1m.ours)
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), **CLOSE)
    testset = list(itertools.islice(ml_1m.ours.build_testset(), 0, None, 100))
    assert_same_predictions(ours.test(testset), theirs.test(testset))
    bitwise = astonish.SVD(random_state=0, n_epochs=3, solver="bitwise").fit(ml_1m.ours)
    assert_same_bits(bitwise, theirs)


# Unknown ids, and what a prediction looks like


@pytest.fixture(scope="module")
def trainsets(small, both):
    return both(lambda library: small.of(library).build_full_trainset())


@pytest.fixture(scope="module", params=[True, False], ids=["biased", "unbiased"])
def models(request, both, trainsets):
    return both(lambda library: fit(library, trainsets.of(library), biased=request.param))


@pytest.mark.parametrize("pair", [("1", "?"), ("?", "1"), (1, "1"), ("1", None), (2.5, ("a",))])
def test_unknown_ids_give_the_same_prediction(models, pair):
    assert_same_predictions(*([model.predict(*pair, r_ui=3)] for model in models))


@pytest.mark.parametrize("clip", [True, False])
def test_predict_without_a_truth(models, clip):
    assert_same_predictions(*([model.predict("1", "2", clip=clip)] for model in models))


def test_predictions_print_alike(models):
    pairs = [("1", "2", 3.0), ("?", "2", None), (1, 2.5, 4)]
    ours, theirs = ([str(each) for each in model.test(pairs)] for model in models)
    assert ours == theirs


def test_predictions_are_tuples_of_the_same_fields(models):
    ours, theirs = (model.predict("1", "2") for model in models)
    assert type(ours)._fields == type(theirs)._fields
    assert isinstance(ours, tuple)


def test_verbose_fit_and_test_print_alike(both, trainsets, capsys):
    def printed(library):
        model = fit(library, trainsets.of(library), verbose=True)
        model.test([("1", "2", 3.0), ("?", "?", 3.0)], verbose=True)
        return capsys.readouterr().out

    ours, theirs = both(printed)
    assert ours == theirs
    assert ours.count("\n") == 5


# Random numbers


def test_the_global_generator_is_drawn_from_alike(both, trainsets):
    def fit_globally(library):
        np.random.seed(7)
        model = fit(library, trainsets.of(library), random_state=None, n_epochs=0)
        return model, np.random.rand()

    (ours, next_ours), (theirs, next_theirs) = both(fit_globally)
    assert_same_bits(ours, theirs)
    assert next_ours == next_theirs


def test_a_random_state_advances_alike(both, trainsets):
    def fit_twice(library):
        rng = np.random.RandomState(7)
        model = library.SVD(n_factors=5, n_epochs=0, random_state=rng)
        first = model.fit(trainsets.of(library)).pu
        second = model.fit(trainsets.of(library)).pu
        return first, second, rng.rand()

    for ours, theirs in zip(*both(fit_twice), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_an_int_seeds_every_fit_alike(both, trainsets):
    def fit_twice(library):
        model = library.SVD(n_factors=5, n_epochs=0, random_state=7)
        return [model.fit(trainsets.of(library)).pu.copy() for _ in range(2)]

    ours, theirs = both(fit_twice)
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(ours[0], ours[1])


@pytest.mark.parametrize("wrong", ["1", 1.5, np.random.default_rng(0)], ids=str)
def test_a_wrong_random_state_is_the_same_error_with_its_value(both, trainsets, wrong):
    def message(library):
        with pytest.raises(ValueError, match="random state") as error:
            fit(library, trainsets.of(library), random_state=wrong)
        return str(error.value)

    ours, theirs = both(message)
    assert ours.startswith(theirs)


# Interface


@pytest.mark.parametrize("name", ["SVD", "AlgoBase"])
@pytest.mark.parametrize("method", [None, "fit", "predict", "test", "default_prediction"])
def test_signatures(surprise, name, method):
    ours, theirs = getattr(astonish, name), getattr(surprise, name)
    if method is not None:
        ours, theirs = getattr(ours, method), getattr(theirs, method)
    assert_same_signature(ours, theirs)


@pytest.mark.parametrize("name", ["estimate", "sgd"])
def test_signatures_of_what_svd_adds(surprise, name):
    assert_same_signature(getattr(astonish.SVD, name), getattr(surprise.SVD, name))


def test_attributes_before_and_after_fit(both, trainsets):
    def names(library):
        model = library.SVD(n_factors=2, n_epochs=1)
        before = {name: getattr(model, name) for name in vars(model)}
        return before, set(vars(model.fit(trainsets.of(library))))

    (before, after), (their_before, their_after) = both(names)
    extra = {"solver", "dtype", "validation", "patience", "callback", "n_threads", "history_"}
    extra |= {"stopped_by_", "tol", "lr_all", "reg_all"}
    assert {name: before[name] for name in before.keys() - extra} == their_before
    assert after - extra == their_after


def test_algo_base_stores_the_same_options(both):
    options = {"bsl_options": {"method": "sgd"}, "sim_options": {"name": "cosine"}, "other": 1}
    ours, theirs = both(lambda library: vars(library.AlgoBase(**options)))
    assert ours == theirs


# Algorithms of the user


def make_mean_of_user_and_item(library):
    """A predictor as scikit-surprise's documentation writes them: lists of pairs and inner ids."""

    class MeanOfUserAndItem(library.AlgoBase):
        def __init__(self, weight=0.5):
            library.AlgoBase.__init__(self)
            self.weight = weight

        def fit(self, trainset):
            library.AlgoBase.fit(self, trainset)
            self.item_means = {
                item: np.mean([rating for _, rating in trainset.ir[item]])
                for item in trainset.all_items()
            }
            return self

        def estimate(self, u, i):
            if not self.trainset.knows_item(i):
                if str(i).startswith("UKN__"):
                    raise library.PredictionImpossible(f"{i} is unknown")
                raise AssertionError("an unknown id has no other form")
            if not self.trainset.knows_user(u):
                return self.trainset.global_mean
            ratings = [rating for _, rating in self.trainset.ur[u]]
            mean = self.weight * np.mean(ratings) + (1 - self.weight) * self.item_means[i]
            return mean, {"n_ratings": len(ratings), "outer": self.trainset.to_raw_uid(u)}

        def default_prediction(self):
            return 1.25

    return MeanOfUserAndItem()


def test_an_algorithm_of_the_user_predicts_the_same(both, small):
    def predictions(library):
        data = small.of(library)
        trainset, testset = library.model_selection.train_test_split(data, random_state=2)
        model = make_mean_of_user_and_item(library).fit(trainset)
        return model.test([*testset, ("1", "?", 3.0), ("?", "1", 3.0), ("?", None, 3.0)])

    ours, theirs = both(predictions)
    assert_same_predictions(ours, theirs)
    assert {each.est for each in ours if each.details["was_impossible"]} == {1.25}


def test_an_algorithm_of_the_user_is_cross_validated_the_same(both, small):
    def measures(library):
        selection = library.model_selection
        return selection.cross_validate(
            make_mean_of_user_and_item(library),
            small.of(library),
            measures=["RMSE", "FCP"],
            cv=selection.KFold(3, random_state=1),
        )

    ours, theirs = both(measures)
    for key in ("test_rmse", "test_fcp"):
        np.testing.assert_allclose(ours[key], theirs[key], rtol=0, atol=1e-12)


def test_a_subclass_of_svd_that_rounds(both, trainsets):
    def predictions(library):
        class Rounded(library.SVD):
            def estimate(self, u, i):
                return round(float(library.SVD.estimate(self, u, i)), 1)

        trainset = trainsets.of(library)
        model = Rounded(n_factors=3, n_epochs=2, random_state=0).fit(trainset)
        return model.test(trainset.build_testset())

    ours, theirs = both(predictions)
    assert ours == theirs
