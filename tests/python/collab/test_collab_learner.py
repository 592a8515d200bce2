"""The arguments of collab_learner."""

import warnings

import numpy as np
import pytest

from astonish import EmbeddingNN
from astonish.collab import CollabDataLoaders, collab_learner, get_emb_sz


def test_the_model_has_what_was_asked_for(dls):
    learn = collab_learner(
        dls, 7, y_range=(0, 5.5), biased=False, dtype="float64", sampling="replacement", n_threads=2
    )
    assert learn.model.pu.shape == (50, 7)
    assert learn.model.pu.dtype == np.float64
    assert learn.model.y_range_ == (0, 5.5)
    assert (learn.model.sampling, learn.model.n_threads) == ("replacement", 2)
    assert not learn.model.biased
    assert learn.path == dls.path


def test_the_defaults_are_those_of_fastai(dls):
    learn = collab_learner(dls)
    assert learn.model.pu.shape == (50, 50)
    assert learn.model.y_range_ is None
    assert (learn.lr, learn.wd, learn.moms) == (1e-3, None, (0.95, 0.85, 0.95))
    assert np.abs(learn.model.qi).max() < 0.02


def test_the_network_has_what_was_asked_for(dls):
    config = {"ps": [0.1, 0.2], "embed_p": 0.05, "use_bn": False}
    learn = collab_learner(
        dls, use_nn=True, layers=[8, 3], emb_szs={"item": 5}, config=config, y_range=(0, 5.5)
    )
    model = learn.model
    assert isinstance(model, EmbeddingNN)
    assert model.pu.shape == (50, 14)  # round(1.6 * 51**0.56)
    assert model.qi.shape == (40, 5)
    assert model.weight_0.shape == (8, 19)
    assert model.weight_1.shape == (3, 8)
    assert (model.ps, model.embed_p, model.use_bn) == ([0.1, 0.2], 0.05, False)
    assert (model.y_range_, model.batch_size, model.random_state) == ((0, 5.5), 32, 3)


def test_sizes_of_embeddings(dls):
    assert get_emb_sz(dls) == [(51, 14), (41, 13)]
    assert get_emb_sz(dls, {"item": 5}) == [(51, 14), (41, 5)]
    with pytest.raises(ValueError, match="sz_dict must be one of 'user', 'item', got 'film'"):
        get_emb_sz(dls, {"film": 3})


def test_columns_may_have_numbers_for_names():
    frame = pytest.importorskip("pandas").DataFrame([("ann", "Alien", 4.0), ("bob", "Ran", 3.0)])
    dls = CollabDataLoaders.from_df(frame, valid_pct=0)
    assert collab_learner(dls, use_nn=True, emb_szs={1: 7}).model.qi.shape == (2, 7)


def test_the_network_has_one_layer_of_n_factors_by_default(dls):
    model = collab_learner(dls, 6, use_nn=True, config={"y_range": (0, 6)}).model
    assert model.layers_ == (6, 1)
    assert model.y_range_ == (0, 6)
    assert collab_learner(dls, 6, use_nn=True).model.y_range_ is None


def test_the_network_takes_the_whole_of_fastais_configuration(dls):
    always = {"bn_final": False, "bn_cont": True, "act_cls": None, "lin_first": True}
    usual = {"ps": None, "embed_p": 0.0, "y_range": None, "use_bn": True}
    learn = collab_learner(dls, use_nn=True, config={**usual, **always}, y_range=(0, 6))
    assert learn.model.y_range_ == (0, 6)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"biased": False}, ValueError, "biased=False needs use_nn=False"),
        ({"config": 3}, TypeError, "config must be a dict, got 3"),
        ({"config": {"dropout": 1}}, ValueError, "config must be one of 'ps', .* got 'dropout'"),
        ({"config": {"bn_final": True}}, ValueError, r"config\['bn_final'\]=True is not supported"),
        ({"emb_szs": {"film": 3}}, ValueError, "emb_szs must be one of 'user', 'item', got 'film'"),
        ({"emb_szs": {"user": 0}}, ValueError, r"emb_szs\[0\] must be at least 1, got 0"),
        ({"config": {"ps": 2}}, ValueError, "ps must be below 1, got 2"),
        ({"config": {"embed_p": -1}}, ValueError, "embed_p must be a finite number of at least 0"),
        ({"layers": [0]}, ValueError, r"layers\[0\] must be at least 1, got 0"),
    ],
)
def test_wrong_arguments_of_the_network_are_refused(dls, options, error, message):
    with pytest.raises(error, match=message):
        collab_learner(dls, use_nn=True, **options)


@pytest.mark.parametrize("y_range", [(1, 5), (0, 4.5), (1.5, 6)])
def test_a_range_that_is_too_tight_is_warned_of(dls, y_range):
    message = r"y_range=\(.*\) is tighter than the ratings, which go from 1 to 5: predictions can"
    with pytest.warns(UserWarning, match=message) as caught:
        collab_learner(dls, y_range=y_range)
    assert caught[0].filename == __file__


def test_a_range_around_the_ratings_is_no_warning(dls):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        collab_learner(dls, y_range=(0.5, 5.5))


@pytest.mark.parametrize("y_range", [(5, 1), (3, 3), (0, float("inf")), (float("nan"), 5)])
def test_an_invalid_range_is_refused(dls, y_range):
    with pytest.raises(ValueError, match="y_range must be finite and ascend, got"):
        collab_learner(dls, y_range=y_range)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_factors": -1}, ValueError, "n_factors must be at least 0, got -1"),
        ({"y_range": 5}, TypeError, "y_range must be two numbers"),
        ({"loss_func": abs}, ValueError, "loss_func=.* needs to be left out: the loss is the mean"),
        (
            {"opt_func": "sgd"},
            ValueError,
            "opt_func='sgd' needs to be left out: .* is Adam",
        ),
        ({"wd_bn_bias": True}, ValueError, "wd_bn_bias=True is not supported: it is always False"),
        ({"train_bn": False}, ValueError, "train_bn=False is not supported: it is always True"),
        ({"layers": [10]}, ValueError, r"layers=\[10\] needs use_nn=True"),
        ({"config": {"ps": 0.1}}, ValueError, r"config=.* needs use_nn=True"),
        ({"dtype": "float16"}, ValueError, "dtype must be one of"),
        ({"seed": 1.5}, TypeError, "seed must be an integer, got 1.5"),
        ({"lr": -1}, ValueError, "lr must be a finite number of at least 0, got -1"),
        ({"metrics": "accuracy"}, ValueError, "metrics must be a list of .* got 'accuracy'"),
        ({"metrics": 3}, TypeError, "metrics must be functions of .* got 3"),
        ({"cbs": "stop"}, TypeError, "cbs must be a Callback or a list of them, got 'stop'"),
        ({"moms": 3}, ValueError, "moms must hold three numbers, got 3"),
        ({"sampling": "all"}, ValueError, "sampling must be one of 'permutation', .* got 'all'"),
    ],
)
def test_wrong_arguments_are_refused(dls, options, error, message):
    with pytest.raises(error, match=message):
        collab_learner(dls, **options)


def test_a_frame_is_no_data_loaders():
    with pytest.raises(TypeError, match="dls must be CollabDataLoaders or a Trainset, got list"):
        collab_learner([("ann", "Alien", 4.0)])
