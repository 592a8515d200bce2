"""What a fold measures, with and without predictions as objects."""

import numpy as np
import pytest

from astonish import SVD, AlgoBase, accuracy
from astonish.evaluation import scoring
from astonish.evaluation.scoring import FoldScore, fit_and_score
from astonish.metrics import select
from astonish.model_selection import KFold

MEASURES = ["rmse", "mse", "mae", "fcp"]


@pytest.fixture
def fold(data):
    return next(KFold(3, random_state=0).split(data))


@pytest.fixture
def model():
    return SVD(n_factors=3, n_epochs=2, random_state=0)


class Constant(AlgoBase):
    """Estimates 3."""

    def estimate(self, *_):
        return 3


class OwnTest(SVD):
    """Tests as it likes."""

    def test(self, testset, verbose=False):  # noqa: ARG002
        return [(user, item, rating, rating, {}) for user, item, rating in testset]


class OwnPredict(SVD):
    """Predicts as it likes."""

    def predict(self, uid, iid, r_ui=None, clip=True, verbose=False):
        return super().predict(uid, iid, r_ui, clip, verbose)._replace(est=1)


class OwnEstimate(SVD):
    """Estimates as it likes."""

    def estimate(self, *_):
        return 2


class OwnPredictMany(SVD):
    """Says elsewhere what `test` does not say."""

    def predict_many(self, user_ids, item_ids):
        return super().predict_many(user_ids, item_ids) + 1


def measured(predictions):
    return {name: getattr(accuracy, name)(predictions, verbose=False) for name in MEASURES}


def test_the_score_is_a_tuple_of_four(model, fold):
    test_measures, train_measures, fit_time, test_time = fit_and_score(model, *fold, ["mae"])
    assert list(test_measures) == ["mae"]
    assert train_measures == {}
    assert fit_time >= 0
    assert test_time >= 0


def test_measures_keep_their_letters(model, fold):
    score = fit_and_score(model, *fold, ["RMSE", "rmse"], return_train_measures=True)
    assert list(score.test_measures) == list(score.train_measures) == ["RMSE", "rmse"]
    assert score.test_measures["RMSE"] == score.test_measures["rmse"]


@pytest.mark.parametrize(
    "algo_class", [SVD, Constant, OwnTest, OwnPredict, OwnEstimate, OwnPredictMany]
)
def test_measures_are_those_of_the_predictions_to_the_last_bit(fold, algo_class):
    trainset, testset = fold
    testset = [*testset, ("unknown", "17", 3.0), ("unknown", "unknown", 1.0)]
    options = {"random_state": 0} if issubclass(algo_class, SVD) else {}
    score = fit_and_score(algo_class(**options), trainset, testset, iter(MEASURES), True)
    model = algo_class(**options).fit(trainset)
    assert score.test_measures == measured(model.test(testset))
    assert score.train_measures == measured(model.test(trainset.build_testset()))


def test_impossible_estimates_are_measured_as_their_default(fold):
    model = SVD(biased=False, random_state=0)
    trainset, testset = fold
    testset = [*testset, ("unknown", "unknown", 1.0)]
    score = fit_and_score(model, trainset, testset, MEASURES)
    predictions = model.test(testset)
    assert predictions[-1].details["was_impossible"]
    assert score.test_measures == measured(predictions)


def test_a_method_of_the_instance_is_honoured(model, fold):
    model.test = lambda testset: [(*row, row[2], {}) for row in testset]
    assert fit_and_score(model, *fold, ["rmse"]).test_measures == {"rmse": 0}


def test_models_of_the_core_make_no_predictions(model, fold, monkeypatch):
    expected = fit_and_score(model, *fold, MEASURES).test_measures
    monkeypatch.setattr(scoring, "columns_of", None)
    assert fit_and_score(model, *fold, MEASURES).test_measures == expected


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_any_iterable_is_a_test_set(model, fold, kind):
    trainset, testset = fold
    expected = fit_and_score(model, trainset, testset, MEASURES).test_measures
    assert fit_and_score(model, trainset, kind(testset), MEASURES).test_measures == expected


@pytest.mark.parametrize("algo_class", [SVD, Constant])
@pytest.mark.parametrize("nothing", [None, float("nan")])
@pytest.mark.parametrize("kind", [list, iter])
def test_a_missing_rating_is_named(fold, algo_class, nothing, kind):
    trainset, testset = fold
    testset = kind([*testset[:4], ("u", "i", nothing)])
    with pytest.raises(ValueError, match=r"prediction number 4 has no true rating: .*'u'"):
        fit_and_score(algo_class(), trainset, testset, ["rmse"])


@pytest.mark.parametrize("algo_class", [SVD, Constant])
def test_an_empty_test_set_is_refused(fold, algo_class):
    with pytest.raises(ValueError, match="Prediction list is empty"):
        fit_and_score(algo_class(), fold[0], [], ["rmse"])


@pytest.mark.parametrize("measures", [["ndcg"], "rmse", [None]])
@pytest.mark.parametrize("error", [ValueError, AttributeError])
def test_an_unknown_measure_is_refused_before_the_fit(model, fold, measures, error):
    with pytest.raises(error, match="measures must be a list of 'rmse', 'mse', 'mae', 'fcp'"):
        fit_and_score(model, *fold, measures)
    assert not hasattr(model, "trainset")


def test_measures_are_a_list(model, fold):
    with pytest.raises(TypeError, match="measures must be a list of names, got 3"):
        fit_and_score(model, *fold, 3)


def test_a_sample_serves_many_models(fold):
    trainset, testset = fold
    sample = scoring.Sample(testset)
    for seed in (0, 1):
        model = SVD(random_state=seed)
        expected = fit_and_score(SVD(random_state=seed), trainset, testset, MEASURES)
        score = scoring.score_sample(model, trainset, sample, select(MEASURES))
        assert isinstance(score, FoldScore)
        assert score.test_measures == expected.test_measures
    assert np.array_equal(sample.truth.ratings, [rating for _, _, rating in testset])
