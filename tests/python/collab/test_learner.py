"""What a learner takes, and what stays of it when a training fails."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from astonish import SVD, DotBias, EmbeddingNN
from astonish.collab import Callback, CollabDataLoaders, Learner, RatingsLoader
from astonish.collab.files import arrays_of
from astonish.models.training.publishing import snapshot

from .helpers import assert_same_parameters, parameters_of


def test_the_model_is_one_of_the_package(learn):
    learn.fit_one_cycle(3, 5e-2)
    items, scores = learn.model.recommend(["1"], n=3)
    assert items.shape == scores.shape == (1, 3)
    assert learn.model.similar_items(["2"], n=3)[0].shape == (1, 3)
    assert learn.model.fold_in([("me", "2", 5)]).recommend(["me"], n=2)[0].shape == (1, 2)


def test_a_learner_takes_a_model(dls):
    learn = Learner(dls, DotBias(n_factors=3, biased=False, random_state=1), verbose=False)
    learn.fit(1)
    assert not learn.model.bu.any()
    assert learn.model.pu.shape == (50, 3)
    assert repr(learn).startswith("<Learner: DotBias on <CollabDataLoaders: 800 training")


def test_a_model_that_was_fitted_elsewhere_is_refused(learn, ratings):
    loader = learn.dls.valid
    learn.model.n_epochs = 0
    learn.model.fit(ratings.build_full_trainset())
    for ask in (lambda: learn.fit(1), learn.validate, lambda: learn.get_preds(dl=loader)):
        with pytest.raises(ValueError, match="fitted to another training set than that of dls"):
            ask()


@pytest.mark.parametrize("other", [DotBias(3, n_epochs=0), EmbeddingNN([3], n_epochs=0)])
def test_another_model_needs_an_adam_of_its_own(learn, other):
    learn.fit(1)
    learn.model = other.fit(learn.dls.trainset)
    for train in (lambda: learn.fit(1), lambda: learn.lr_find(show_plot=False)):
        with pytest.raises(ValueError, match=r"Adam remembers other parameters .* reset_opt=True"):
            train()
    learn.fit(1, reset_opt=True)
    assert len(learn.recorder.values) == 1


def test_a_model_that_is_not_fitted_is_refused(learn):
    learn.model = DotBias()
    with pytest.raises(ValueError, match="fitted to another training set than that of dls"):
        learn.validate()


@pytest.mark.parametrize("use_nn", [False, True])
def test_parameters_may_be_assigned(make_learner, use_nn):
    learn, other = (make_learner(use_nn=use_nn) for _ in range(2))
    learn.model.qi = np.asfortranarray(learn.model.qi.astype(np.float64))
    for trained in (learn, other):
        trained.fit(1)
    np.testing.assert_array_equal(learn.model.qi, other.model.qi)
    assert learn.model.qi.dtype == np.float32


def test_other_kinds_of_data_and_models_are_refused(dls):
    with pytest.raises(TypeError, match=r"model must be of type EmbeddingModel, got SVD\(\)"):
        Learner(dls, SVD())
    with pytest.raises(TypeError, match="dls must be of type CollabDataLoaders, got 3"):
        Learner(3, DotBias())


def test_a_learner_that_cannot_be_made_leaves_the_model_as_it_was(dls, ratings):
    model = DotBias(n_factors=2, n_epochs=1, random_state=0).fit(ratings.build_full_trainset())
    trainset, estimate = model.trainset, model.predict("1", "2").est
    model.dtype = "float16"
    with pytest.raises(ValueError, match="dtype must be one of 'float32', 'float64'"):
        Learner(dls, model)
    assert model.trainset is trainset
    assert model.predict("1", "2").est == estimate


def test_a_learner_forgets_what_the_model_was_fitted_to(dls, ratings):
    model = DotBias(n_factors=2, n_epochs=1).fit(ratings.build_full_trainset())
    learn = Learner(dls, model, verbose=False)
    assert not hasattr(model, "history_")
    assert model.trainset is dls.trainset
    learn.fit(1)


def test_a_learner_goes_on_with_a_model_of_its_training_set(dls):
    model = DotBias(n_factors=2, n_epochs=1, random_state=0).fit(dls.trainset)
    before = model.pu.copy()
    learn = Learner(dls, model, verbose=False)
    np.testing.assert_array_equal(learn.model.pu, before)


class Fails(Callback):
    def __init__(self, error):
        self.error = error

    def after_epoch(self):
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("full disk")])
def test_a_training_that_is_broken_off_changes_nothing(make_learner, error):
    learn, other = make_learner(), make_learner()
    for trained in (learn, other):
        trained.fit_one_cycle(1, 1e-2, wd=0.3)
    before = parameters_of(learn)
    with pytest.raises(type(error)):
        learn.fit_one_cycle(3, 5e-2, wd=0.2, cbs=Fails(error))
    assert_same_parameters(before, parameters_of(learn))
    for trained in (learn, other):
        trained.fit(1)  # with the same Adam, weight decay, momentum and order
    assert_same_parameters(parameters_of(learn), parameters_of(other))


def test_a_diverging_training_names_epoch_and_batch_and_changes_nothing(make_learner):
    learn = make_learner(y_range=None)
    before = parameters_of(learn)
    with pytest.raises(ValueError, match=r"epoch 0, .*batch \d+"):
        learn.fit(2, 1e30)
    assert_same_parameters(before, parameters_of(learn))
    learn.fit(1)
    assert np.isfinite(learn.recorder.values[0][0])


def test_a_last_batch_that_diverges_is_not_kept(make_learner, ratings):
    learn = make_learner(CollabDataLoaders.from_dataset(ratings, bs=1000))
    before = parameters_of(learn)
    with pytest.raises(ValueError, match="epoch 0 diverged: pu is not finite"):
        learn.fit(1, 1e300)  # the loss of the only batch is that of the untrained model
    assert_same_parameters(before, parameters_of(learn))


@pytest.mark.parametrize("method", ["fit", "load", "lr_find"])
def test_another_thread_may_not_come_in_between(make_learner, monkeypatch, method):
    learn, expected = make_learner(), make_learner()
    learn.save("model")
    session = learn._session
    begin, arguments = session.open_training, {"fit": [1], "load": ["model"], "lr_find": []}[method]

    def begin_later(optimizer):
        monkeypatch.setattr(session, "open_training", begin)
        with (
            ThreadPoolExecutor(1) as pool,
            pytest.raises(ValueError, match=f"{method} .* the learner is in training"),
        ):
            pool.submit(getattr(learn, method), *arguments).result()
        return begin(optimizer)

    monkeypatch.setattr(session, "open_training", begin_later)
    for trained in (learn, expected):
        trained.fit(1, 1e-2)
    assert_same_parameters(parameters_of(expected), parameters_of(learn))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda learn: learn.fit(-1), ValueError, "n_epoch must be at least 0, got -1"),
        (lambda learn: learn.fit(1.5), TypeError, "n_epoch must be an integer, got 1.5"),
        (lambda learn: learn.fit(1, "a"), TypeError, "lr must be a number, got 'a'"),
        (lambda learn: learn.fit(1, wd=-1), ValueError, "wd must be a finite number of at least 0"),
        (lambda learn: learn.fit(1, cbs=3), TypeError, "cbs must be a Callback or a list .* got 3"),
        (lambda learn: learn.fit(2, start_epoch=3), ValueError, "start_epoch must be at most 2"),
        (lambda learn: learn.fit_one_cycle(1, div=0), ValueError, "div must be above 0, got 0"),
        (lambda learn: learn.fit_one_cycle(1, div=5e-324), ValueError, "div=5e-324 is too small"),
        (
            lambda learn: learn.fit_flat_cos(1, div_final=5e-324),
            ValueError,
            "div_final=5e-324 is too small",
        ),
        (lambda learn: learn.fit_sgdr(0, 1), ValueError, "n_cycles must be at least 1, got 0"),
        (lambda learn: learn.validate(2), ValueError, "ds_idx must be at most 1, got 2"),
        (lambda learn: learn.get_preds(dl=3), TypeError, "dl must be a RatingsLoader, .* got 3"),
        (lambda learn: learn.predict({"user": "1"}), ValueError, "row lacks 'item': it has 'user'"),
        (lambda learn: learn.predict("1"), TypeError, "row must be a dict, .* got '1'"),
        (lambda learn: learn.predict([["1", "2"]]), TypeError, "row must be a dict, .* got "),
        (
            lambda learn: learn.predict({"user": ["1", "2"], "item": ["3", "4"]}),
            TypeError,
            r"row must hold one id as 'user', got \['1', '2'\]; for many rows there is get_preds",
        ),
        (lambda learn: learn.show_results(max_n=0), ValueError, "max_n must be at least 1, got 0"),
    ],
)
def test_wrong_arguments_are_refused(learn, call, error, message):
    before = parameters_of(learn)
    with pytest.raises(error, match=message):
        call(learn)
    assert_same_parameters(before, parameters_of(learn))


def test_rows_without_ratings_cannot_be_validated(learn):
    loader = RatingsLoader(*np.ones((2, 3), np.int32), None)
    with pytest.raises(ValueError, match=r"dl has no ratings: test_dl\(frame, with_labels=True\)"):
        learn.validate(dl=loader)
    with pytest.raises(ValueError, match="dl has no ratings"):
        learn.get_preds(dl=loader, with_loss=True)


CHANGED = {
    "EmbeddingNN": (lambda: EmbeddingNN(n_epochs=1, random_state=0), {"use_bn": False}),
    "DotBias": (lambda: DotBias(n_factors=4, n_epochs=1, random_state=0), {"n_factors": 7}),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_learner_begins_a_model_anew_with_its_changed_parameters(dls, ratings, name):
    make, changes = CHANGED[name]
    model = make().fit(ratings.build_full_trainset()).set_params(**changes)
    learn = Learner(dls, model)
    learn.fit(1)
    expected = Learner(dls, make().set_params(**changes))
    expected.fit(1)
    assert_same_parameters(arrays_of(expected.model), arrays_of(learn.model))
    assert vars(snapshot(model)).keys() == vars(model).keys()
    assert model.get_params().items() >= changes.items()


@pytest.mark.parametrize("name", CHANGED)
def test_a_learner_goes_on_with_a_model_as_it_was_fitted(dls, tmp_path, name):
    make, changes = CHANGED[name]
    learn, expected = (Learner(dls, make().fit(dls.trainset)) for _ in range(2))
    learn.model.set_params(**changes)
    for learner in (learn, expected):
        learner.fit(1)
    assert_same_parameters(arrays_of(expected.model), arrays_of(snapshot(learn.model)))
    saved = learn.save(tmp_path / "changed")
    learn.load(saved)
    expected.load(saved)
    assert learn.validate() == expected.validate()
