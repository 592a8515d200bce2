"""What can be registered, what cannot, and what knows it afterwards."""

import math

import numpy as np
import pytest

from astonish import metrics
from astonish.metrics.registry import UnknownMetricError

BUILT_IN = ("rmse", "mse", "mae", "fcp", "auc", "log_loss", "brier")


def bias(true, estimated):
    return np.mean(estimated - true)


@pytest.fixture
def registered():
    """Register metrics and forget them afterwards."""
    names = []

    def register(name, function, **options):
        metrics.register(name, function, **options)
        names.append(name)
        return metrics.get(name)

    yield register
    for name in names:
        metrics.unregister(name)


def test_the_metrics_of_the_package_and_their_directions():
    assert metrics.names() == metrics.names("ratings") == BUILT_IN
    greater = [name for name in metrics.names() if metrics.get(name).greater_is_better]
    assert greater == ["fcp", "auc"]


def test_a_registered_metric_is_known_until_it_is_forgotten(registered):
    metric = registered("Bias", bias, greater_is_better=False)
    assert (metric.name, metric.function, metric.needs) == ("bias", bias, "ratings")
    assert not metric.greater_is_better
    assert metrics.get("BIAS") is metric
    assert metrics.names() == (*BUILT_IN, "bias")
    assert list(metrics.select(["bias", "RMSE"])) == ["bias", "RMSE"]


def test_an_unregistered_metric_is_unknown():
    metrics.register("bias", bias)
    metrics.unregister("bias")
    assert metrics.names() == BUILT_IN
    with pytest.raises(UnknownMetricError, match="'bias' is not one of 'rmse'"):
        metrics.unregister("bias")


def test_metrics_of_lists_are_listed_apart(registered):
    registered("hit_rate", lambda hits, n_relevant: hits.any(axis=1), needs="lists")  # noqa: ARG005
    assert metrics.names("lists") == ("hit_rate",)
    assert metrics.names("ratings") == BUILT_IN
    with pytest.raises(UnknownMetricError, match=r"metrics must be a list of 'rmse'.*'hit_rate'"):
        metrics.select(["hit_rate"])
    assert list(metrics.select(["hit_rate"], needs="lists")) == ["hit_rate"]


@pytest.mark.parametrize("name", ["rmse", "RMSE", "fcp"])
def test_a_name_is_given_once(name):
    with pytest.raises(ValueError, match=f"name {name!r} is taken: unregister"):
        metrics.register(name, bias)


def test_the_metrics_of_the_package_stay():
    with pytest.raises(ValueError, match="'rmse' is a metric of the package"):
        metrics.unregister("rmse")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3, bias), TypeError, "name must be a text, got 3"),
        (("", bias), ValueError, "name must be a text without spaces and commas, got ''"),
        (("a b", bias), ValueError, "without spaces and commas, got 'a b'"),
        (("a,b", bias), ValueError, "without spaces and commas, got 'a,b'"),
        (("bias", "bias"), TypeError, "function must be callable, got 'bias'"),
        (("bias", lambda: 0), TypeError, "function must take 2 arguments"),
        (("bias", lambda a, b, c: 0), TypeError, "function must take 2 arguments"),  # noqa: ARG005
    ],
)
def test_what_is_no_metric_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        metrics.register(*arguments)
    assert metrics.names() == BUILT_IN


def test_wrong_options_are_refused():
    with pytest.raises(ValueError, match=r"needs must be one of 'ratings', 'lists', .*'rating'"):
        metrics.register("bias", bias, needs="rating")
    with pytest.raises(TypeError, match="function must take 3 arguments"):
        metrics.register("bias", bias, needs="lists+features")
    with pytest.raises(TypeError, match="greater_is_better must be True or False, got 'no'"):
        metrics.register("bias", bias, greater_is_better="no")


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(UnknownMetricError, match=r"'rsme' is not one of .*did you mean 'rmse'"):
        metrics.get("rsme")
    with pytest.raises(AttributeError, match="None is not one of"):
        metrics.get(None)


@pytest.mark.parametrize(("wanted", "error"), [(3, TypeError), ("rmse", ValueError)])
def test_a_selection_is_a_list_of_names(wanted, error):
    with pytest.raises(error, match=f"monitors must be a list of .*, got {wanted!r}"):
        metrics.select(wanted, argument="monitors")


# What a metric of ratings answers


def test_a_metric_must_return_a_number(registered):
    metric = registered("pair", lambda true, estimated: (true, estimated))
    truth = metrics.truth.Truth(["u"], np.array([1.0]))
    with pytest.raises(TypeError, match="metric 'pair' must return a number, got"):
        metric.of_ratings(truth, np.array([2.0]))


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.array, int])
def test_a_number_may_be_of_any_kind(registered, kind):
    metric = registered("half", lambda true, estimated: kind(2))  # noqa: ARG005
    assert metric.of_ratings(metrics.truth.Truth(["u"], np.ones(1)), np.ones(1)) == 2


# What metrics of lists answer


HITS = np.array([[True, False, True], [False, False, False], [True, True, True]])


def recall(hits, n_relevant):
    with np.errstate(invalid="ignore"):
        return hits.sum(axis=1) / n_relevant


def test_lists_are_averaged_over_users_who_have_a_value(registered):
    metric = registered("recall", recall, needs="lists")
    assert metric.of_lists(HITS, np.array([4, 1, 3])) == pytest.approx((0.5 + 0 + 1) / 3)
    assert metric.of_lists(HITS, np.array([4, 0, 3])) == pytest.approx((0.5 + 1) / 2)


def test_lists_with_features_get_them(registered):
    def spread(hits, n_relevant, features):  # noqa: ARG001
        return features.std(axis=1).sum(axis=1)

    metric = registered("spread", spread, needs="lists+features")
    features = np.zeros((3, 3, 2))
    features[0, :, 0] = [0, 3, 3]
    assert metric.of_lists(HITS, np.ones(3, int), features) == pytest.approx(math.sqrt(2) / 3)
    with pytest.raises(ValueError, match=r"features must have shape \(3, 3, 'n_features'\)"):
        metric.of_lists(HITS, np.ones(3, int), features[:2])


@pytest.mark.parametrize(
    ("hits", "n_relevant", "message"),
    [
        (HITS.astype(int), [1, 1, 1], "hits must be a bool array of shape"),
        (HITS[0], [1, 1, 1], "hits must be a bool array of shape"),
        (HITS, [1, 1], "n_relevant must hold one integer for each of 3 users"),
        (HITS, [1.0, 1.0, 1.0], "n_relevant must hold one integer"),
    ],
)
def test_lists_that_do_not_fit_are_refused(registered, hits, n_relevant, message):
    metric = registered("recall", recall, needs="lists")
    with pytest.raises(ValueError, match=message):
        metric.of_lists(hits, n_relevant)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (np.zeros(2), ValueError, r"one value for each of 3 users, got an array of shape \(2,\)"),
        (1.0, ValueError, r"one value for each of 3 users, got an array of shape \(\)"),
        (["a", "b", "c"], TypeError, "metric 'odd' must return numbers"),
        (np.full(3, np.nan), ValueError, "metric 'odd' has no value for any of 3 users"),
    ],
)
def test_a_metric_of_lists_answers_for_each_user(registered, answer, error, message):
    metric = registered("odd", lambda hits, n_relevant: answer, needs="lists")  # noqa: ARG005
    with pytest.raises(error, match=message):
        metric.of_lists(HITS, np.ones(3, int))
