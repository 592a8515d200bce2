"""Curves of training: whose they are, and what they say."""

import numpy as np
import pytest

from astonish import ALS, SVD, SlopeOne
from astonish.interpret import plot_history
from astonish.models.base.hooks import NotFittedError

pytestmark = pytest.mark.usefixtures("plt")


def curves_of(ax):
    for line in ax.get_lines():
        assert line.get_xdata().tolist() == list(range(1, len(line.get_ydata()) + 1))
    return {line.get_label(): list(line.get_ydata()) for line in ax.get_lines()}


@pytest.fixture(scope="module")
def als(trainset):
    return ALS(n_factors=3, n_epochs=4, validation=0.1, random_state=0).fit(trainset)


def test_a_model(als):
    ax = plot_history(als)
    assert curves_of(ax) == {
        "rmse": als.history_["rmse"],
        "validation rmse": als.history_["validation_rmse"],
    }
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "rmse")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["rmse", "validation rmse"]


def test_chosen_curves(als):
    ax = plot_history(als, ["loss"])
    assert curves_of(ax) == {"loss": als.history_["loss"]}
    assert ax.get_ylabel() == "loss"
    assert ax.get_legend() is None


def test_a_dict_of_lists():
    history = {"train_loss": [3.0, 2.0, 1.0], "valid_loss": np.array([4, 3, 3])}
    ax = plot_history(history)
    assert curves_of(ax) == {"train loss": [3, 2, 1], "valid loss": [4, 3, 3]}
    assert ax.get_ylabel() == "loss"


def test_several_trainings_are_told_apart(als, svd):
    ax = plot_history({"ALS": als, "SVD": svd, "old": {"rmse": [1.0]}})
    assert curves_of(ax) == {
        "ALS: rmse": als.history_["rmse"],
        "ALS: validation rmse": als.history_["validation_rmse"],
        "SVD: rmse": svd.history_["rmse"],
        "old: rmse": [1.0],
    }
    looks = [(line.get_color(), line.get_marker(), line.get_linestyle()) for line in ax.get_lines()]
    assert looks[0][:2] == looks[1][:2]
    assert looks[0][2] == looks[2][2] != looks[1][2]
    assert [len({look[place] for look in looks}) for place in (0, 1)] == [3, 3]


def test_one_curve_of_several_trainings(als, svd):
    assert set(curves_of(plot_history({"a": als, "b": svd}, ["rmse"]))) == {"a", "b"}


def test_epochs_are_whole_numbers():
    for n_epochs in (1, 2, 5, 300):
        ax = plot_history({"rmse": np.ones(n_epochs)})
        assert all(tick == round(tick) for tick in ax.get_xticks())
    assert np.unique(np.diff(ax.get_xticks())).tolist() == [50]


def test_it_draws_into_the_given_axes(plt, als):
    ax = plt.subplots()[1]
    assert plot_history(als, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_models_without_a_history(trainset, plt):
    with pytest.raises(NotFittedError, match="this SVD is not fitted"):
        plot_history(SVD())
    with pytest.raises(TypeError, match="history: this SlopeOne keeps no history_"):
        plot_history(SlopeOne().fit(trainset))
    with pytest.raises(ValueError, match="history has no epoch to draw"):
        plot_history(SVD(n_epochs=0).fit(trainset))
    assert plt.get_fignums() == []


def test_bad_input_is_named(als, plt):
    with pytest.raises(TypeError, match=r"history must be a model or a dict of lists, got \[1\]"):
        plot_history([1])
    with pytest.raises(ValueError, match="history has no epoch"):
        plot_history({})
    with pytest.raises(TypeError, match=r"history\['a'\] must hold real numbers"):
        plot_history({"a": ["x"]})
    with pytest.raises(TypeError, match=r"history\['a'\] must be a list of numbers, got 3"):
        plot_history({"a": 3})
    with pytest.raises(
        TypeError, match=r"history\['b'\] must be a model or a dict of lists, got 7"
    ):
        plot_history({"a": als, "b": 7})
    with pytest.raises(ValueError, match="curves has 'mae'; the history has 'loss', 'rmse'"):
        plot_history(als, ["mae"])
    with pytest.raises(ValueError, match="curves is empty"):
        plot_history(als, [])
    with pytest.raises(TypeError, match="curves must be a sequence"):
        plot_history(als, "rmse")
    assert plt.get_fignums() == []
    with pytest.raises(TypeError, match="ax must be an Axes"):
        plot_history(als, ax=plt)
