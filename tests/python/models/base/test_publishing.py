"""Readers see the model of before or the one of after, never a mixture."""

import copy
import inspect
import sys
import threading
import time

import numpy as np
import pytest

from astonish import (
    ALS,
    SVD,
    ImplicitALS,
    KNNBaseline,
    KNNBasic,
    KNNWithMeans,
    SlopeOne,
    make_ratings,
)
from astonish.data.any_ratings import as_ratings
from astonish.models.training import publishing
from astonish.models.training.publishing import snapshot, updated

SMALL = make_ratings(30, 20, 300, seed=1).build_full_trainset()
LARGE = make_ratings(90, 50, 900, seed=2).build_full_trainset()


class Mine(SVD):
    """A class of the user, whose fit does more than that of its base."""

    def fit(self, trainset):
        super().fit(trainset)
        self.means = np.array([self.pu.mean(), self.qi.mean()])
        return self


MODELS = {
    "Mine": lambda: Mine(n_factors=4, n_epochs=2, random_state=0),
    "SVD": lambda: SVD(n_factors=4, n_epochs=2, random_state=0),
    "ALS": lambda: ALS(n_factors=4, n_epochs=2, random_state=0),
    "ImplicitALS": lambda: ImplicitALS(n_factors=4, n_epochs=2, random_state=0),
    "SlopeOne": SlopeOne,
}


def answers(model):
    """What readers ask, as one value to compare."""
    user = model.trainset.user_ids[0]
    items, scores = model.recommend([user], n=3)
    return items.tolist(), scores.tolist()


@pytest.mark.parametrize("name", MODELS)
def test_a_reader_sees_one_of_both_models(name):
    expected = [answers(MODELS[name]().fit(trainset)) for trainset in (SMALL, LARGE)]
    model = MODELS[name]().fit(SMALL)
    errors, seen, stop = [], [], threading.Event()

    def read():
        try:
            while not stop.is_set():
                whole = snapshot(model)
                seen.append(answers(whole))
                items, scores = model.recommend(n=3)
                assert items.shape == scores.shape
                model.test([("1", "2", 3.0)])
        except Exception as error:  # whatever a half-trained model raises
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for round_ in range(12):
        model.fit((LARGE, SMALL)[round_ % 2])
    stop.set()
    for reader in readers:
        reader.join()
    assert not errors
    assert all(answer in expected for answer in seen)


# What scikit-surprise's programs read of a model


def biases(model):
    return [len(part) for part in model.compute_baselines()]


READERS = {
    "baselines": (KNNBaseline, biases),
    "similarities": (KNNBasic, lambda model: model.compute_similarities().shape),
    "sim": (KNNBasic, lambda model: model.sim.shape),
    "neighbors": (KNNWithMeans, lambda model: len(model.get_neighbors(3, 1000))),
    "freq": (SlopeOne, lambda model: model.freq.shape),
    "dev": (SlopeOne, lambda model: model.dev.shape),
    "xr": (KNNBasic, lambda model: len(model.xr)),
}


@pytest.mark.parametrize("name", READERS)
def test_what_is_computed_when_it_is_read_is_of_one_model(name):
    cls, read = READERS[name]
    quiet = {} if cls is SlopeOne else {"verbose": False}
    expected = [
        np.asarray(read(cls(**quiet).fit(trainset))).tolist() for trainset in (SMALL, LARGE)
    ]
    model = cls(**quiet).fit(SMALL)
    errors, seen, stop = [], [], threading.Event()

    def ask():
        try:
            while not stop.is_set():
                seen.append(np.asarray(read(model)).tolist())
        except Exception as error:  # whatever half a model raises
            errors.append(error)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for round_ in range(40):
        model.fit((LARGE, SMALL)[round_ % 2])
    stop.set()
    for reader in readers:
        reader.join()
    assert not errors
    assert all(answer in expected for answer in seen)
    assert np.asarray(read(model)).tolist() == expected[0]


@pytest.mark.parametrize("name", ["sim", "freq", "dev"])
def test_a_table_that_was_made_of_the_model_before_is_not_kept(name, monkeypatch):
    """A fit is published while the table is made."""
    cls = KNNBasic if name == "sim" else SlopeOne
    model = (cls(verbose=False) if cls is KNNBasic else cls()).fit(SMALL)
    descriptor = next(vars(base)[name] for base in cls.__mro__ if name in vars(base))
    compute = descriptor._compute

    def compute_late(instance):
        monkeypatch.setattr(descriptor, "_compute", compute)
        model.fit(LARGE)
        return compute(instance)

    monkeypatch.setattr(descriptor, "_compute", compute_late)
    assert len(getattr(model, name)) == (30 if name == "sim" else 20)
    assert len(getattr(model, name)) == (90 if name == "sim" else 50)


def test_partial_fit_is_published_at_once():
    model = SVD(n_factors=4, n_epochs=2, random_state=0).fit(SMALL)
    before = vars(model)
    seen = []
    model.callback = lambda *_: seen.append(len(model.pu) == model.trainset.n_users)
    model.partial_fit([("new", "1", 5.0)])
    assert seen == [True]
    assert vars(model) is not before
    assert len(before["pu"]) == SMALL.n_users


def test_an_error_keeps_the_model_even_if_epochs_were_shown():
    def fail(epoch, _):
        assert model.pu.shape == (30, 4)
        if epoch == 1:
            raise RuntimeError

    model = SVD(n_factors=4, n_epochs=3, random_state=0, callback=fail)
    before = dict(vars(model))
    with pytest.raises(RuntimeError):
        model.fit(SMALL)
    assert vars(model) == before


@pytest.mark.parametrize("shown", [False, True])
def test_an_error_keeps_what_was_published_meanwhile(shown):
    """Another change of the model succeeds while the one that fails is under way."""

    class Mine(SVD):
        def _fit(self, trainset, **options):
            if trainset is SMALL:
                if shown:
                    super()._fit(trainset, **options)  # its epochs are published
                model.fit(LARGE)
                published.append(vars(model))
                raise RuntimeError
            super()._fit(trainset, **options)

    published = []
    model = Mine(n_factors=4, n_epochs=2, random_state=0, callback=lambda *_: None)
    with pytest.raises(RuntimeError):
        model.fit(SMALL)
    assert vars(model) is published[0]
    assert len(model.pu) == LARGE.n_users


def test_ratings_are_read_before_the_model_is_changed(monkeypatch):
    def read(_, ratings):
        model.fit(LARGE)  # as another thread may
        return as_ratings(ratings)

    model = SVD(n_factors=4, n_epochs=2, random_state=0).fit(SMALL)
    monkeypatch.setattr(SVD, "_read", read)
    model.partial_fit([("new", "1", 5.0)])
    assert model.trainset.n_users == LARGE.n_users + 1


def test_what_a_callback_adds_to_the_model_stays():
    def remember(epoch, _):
        model.seen = epoch

    model = SVD(n_factors=4, n_epochs=3, random_state=0, callback=remember)
    model.fit(SMALL)
    assert model.seen == 2
    plain = SVD(n_factors=4, n_epochs=3).fit(SMALL)
    assert vars(model).keys() == vars(plain).keys() | {"seen"}


def test_the_twin_of_a_model_becomes_it():
    model = SlopeOne()
    with updated(model) as twin:
        twin.trainset = SMALL
        assert not hasattr(model, "trainset")
    assert model.trainset is SMALL
    assert list(vars(model)) == ["n_threads", "bsl_options", "sim_options", "trainset"]


def test_a_snapshot_shares_the_attributes_of_its_moment():
    model = SlopeOne().fit(SMALL)
    whole = snapshot(model)
    model.fit(LARGE)
    assert whole.trainset is SMALL
    assert np.isfinite(whole.predict("1", "1").est)


@pytest.mark.parametrize("again", ["fit", "partial_fit"])
def test_a_callback_may_not_train_the_model_it_is_called_for(again):
    def train(*_):
        if again == "fit":
            model.fit(SMALL)
        else:
            model.partial_fit([("1", "2", 3.0)])

    model = SVD(n_factors=4, n_epochs=3, random_state=0, callback=train)
    before = dict(vars(model))
    with pytest.raises(ValueError, match="the model is in training: its callback or another"):
        model.fit(SMALL)
    assert vars(model) == before
    model.callback = None
    assert model.fit(SMALL).stopped_by_ == "n_epochs"


def test_another_thread_is_told_that_the_model_is_in_training():
    def change():
        try:
            model.partial_fit([("1", "2", 3.0)])
        except ValueError as error:
            errors.append(str(error))

    def wait_for_another(*_):
        other = threading.Thread(target=change)
        other.start()
        other.join()

    errors = []
    model = SVD(n_factors=4, n_epochs=1, callback=wait_for_another)
    model.fit(SMALL)
    assert errors == [
        "the model is in training: its callback or another thread tried to change it; "
        "copy.copy(model) may be fitted"
    ]
    assert model.stopped_by_ == "n_epochs"


# Classes of the user


class FailsAfterFit(SVD):
    def fit(self, trainset):
        super().fit(trainset)
        self.half = True
        raise RuntimeError("no luck")


class FailsAfterPartialFit(SVD):
    def partial_fit(self, ratings):
        super().partial_fit(ratings)
        self.half = True
        raise RuntimeError("no luck")


@pytest.mark.parametrize(
    ("cls", "method"), [(FailsAfterFit, "fit"), (FailsAfterPartialFit, "partial_fit")]
)
def test_a_method_of_a_subclass_that_fails_leaves_the_model_as_it_was(cls, method):
    model = cls(n_factors=4, n_epochs=2, random_state=0)
    if method == "partial_fit":
        model.fit(SMALL)
    before, answer = dict(vars(model)), vars(model)
    with pytest.raises(RuntimeError, match="no luck"):
        getattr(model, method)(LARGE)
    assert vars(model) is answer
    assert vars(model) == before


def test_what_a_subclass_adds_is_published_with_the_rest():
    class Mine(SVD):
        def fit(self, trainset):
            super().fit(trainset)
            seen.append((model is self, hasattr(model, "pu")))
            self.extra = self.pu.sum()
            return self

    seen = []
    model = Mine(n_factors=4, n_epochs=2)
    assert model.fit(SMALL) is model
    assert seen == [(False, False)]
    assert model.extra == model.pu.sum()
    seen.clear()
    assert model.fit(LARGE).pu.shape[0] == 90


def test_a_subclass_may_go_on_after_an_error_of_its_base():
    class Mine(SVD):
        def fit(self, trainset):
            try:
                super().fit(trainset)
            except ValueError:
                self.trainset = trainset
                self.failed = True
            return self

    model = Mine(n_factors=4, n_epochs=2).fit(SMALL)
    before = model.pu
    model.lr_all = 1e9
    assert model.fit(SMALL).failed
    assert model.pu is before


def test_a_callback_of_a_subclass_sees_the_epochs():
    class Mine(SVD):
        def fit(self, trainset):
            super().fit(trainset)
            return self

    seen = []
    model = Mine(n_factors=4, n_epochs=3, callback=lambda *_: seen.append(model.pu[0, 0]))
    model.fit(SMALL)
    assert len(set(seen)) == 3


def test_a_copy_that_fit_makes_is_a_model_of_its_own():
    class Mine(SVD):
        def fit(self, trainset):
            if trainset is SMALL:
                self.other = copy.copy(self).fit(LARGE)
            return super().fit(trainset)

    model = Mine(n_factors=4, n_epochs=2).fit(SMALL)
    assert (len(model.pu), len(model.other.pu)) == (30, 90)


def test_what_keeps_the_model_that_fit_worked_on_sees_the_one_that_it_became():
    class Mine(SVD):
        def fit(self, trainset):
            super().fit(trainset)
            self.helper = [self]
            return self

    model = Mine(n_factors=4, n_epochs=2).fit(SMALL)
    model.extra = 3
    assert model.helper[0].extra == 3


def test_fit_returns_what_the_subclass_returns():
    class Mine(SVD):
        def fit(self, trainset, verdict=None):
            """Mine."""
            super().fit(trainset)
            return verdict

    assert Mine(n_epochs=1).fit(SMALL) is None
    assert Mine(n_epochs=1).fit(SMALL, verdict="good") == "good"
    assert Mine.fit.__doc__ == "Mine."


# set_params


def test_parameters_are_changed_at_once():
    class Mine(SVD):
        def __post_init__(self):
            super().__post_init__()
            if hasattr(model, "trainset"):
                seen.append((model.n_factors, model.predict("1", "2").est))

    seen = []
    model = SVD()  # while the constructor runs
    model = Mine(n_factors=4, n_epochs=2, random_state=0).fit(SMALL)
    before, expected = vars(model), model.predict("1", "2").est
    kept = dict(before)
    assert model.set_params(n_factors=7, biased=False) is model
    assert seen == [(4, expected)]
    assert before == kept
    assert vars(model) is not before
    assert (model.n_factors, model.biased) == (7, False)
    assert model.predict("1", "2").est == expected


def test_what_is_computed_after_set_params_is_kept():
    model = KNNBasic(verbose=False).fit(SMALL).set_params(k=3)
    bu, bi = model.compute_baselines()
    assert model.bu is bu
    assert model.bi is bi
    assert model.compute_baselines() == (bu, bi)
    assert "sim" not in vars(model)
    assert len(model.get_neighbors(3, 5)) == 5
    assert vars(model)["sim"].shape == (30, 30)


def test_baselines_after_set_params_are_those_of_the_fit():
    model, expected = (KNNBasic(verbose=False).fit(SMALL) for _ in range(2))
    model.set_params(bsl_options={"method": "sgd", "n_epochs": 1})
    for biases, known in zip(model.compute_baselines(), expected.compute_baselines(), strict=True):
        np.testing.assert_array_equal(biases, known)


def test_partial_fit_draws_with_the_random_state_of_the_fit():
    models = [SVD(n_factors=4, n_epochs=2, random_state=0).fit(SMALL) for _ in range(2)]
    models[1].set_params(random_state=9)
    first, second = (model.partial_fit([("new", "1", 5.0)]) for model in models)
    np.testing.assert_array_equal(second.pu, first.pu)
    assert second.random_state == 9


def test_what_a_callback_sets_during_partial_fit_is_kept():
    def change(*_):
        model.reg_all, model.n_epochs = 0.5, 9

    model = SVD(n_factors=4, n_epochs=2, random_state=0).fit(SMALL)
    model.set_params(reg_all=0.1, lr_all=0.01)
    model.callback = change
    model.partial_fit([("new", "1", 5.0)])
    assert (model.reg_all, model.lr_all, model.n_epochs) == (0.5, 0.01, 9)


def test_a_method_of_a_class_that_is_no_model_is_published_with_the_rest():
    class Fit:
        def fit(self, trainset):
            super().fit(trainset)
            seen.append(hasattr(model, "pu"))
            self.extra = self.pu.sum()
            if trainset is LARGE:
                raise RuntimeError("no luck")
            return self

    class Mine(Fit, SVD):
        pass

    class Yours(Mine):
        pass

    for cls in (Mine, Yours):
        seen = []
        model = cls(n_factors=4, n_epochs=2)
        assert model.fit(SMALL) is model
        assert seen == [False]
        assert model.extra == model.pu.sum()
        before = dict(vars(model))
        with pytest.raises(RuntimeError, match="no luck"):
            model.fit(LARGE)
        assert vars(model) == before
    assert "fit" not in vars(Yours)


def test_an_interrupt_before_a_callback_leaves_the_model_free_to_be_fitted():
    model = SVD(n_epochs=1, random_state=0, callback=lambda *_: None)
    line = next(
        number
        for number, text in enumerate(inspect.getsourcelines(publishing)[0], 1)
        if "change.is_shown = True" in text
    )

    def interrupt(frame, event, _):
        if event == "line" and frame.f_lineno == line and frame.f_code.co_name == "publish_epoch":
            raise KeyboardInterrupt
        return interrupt

    before, tracer = vars(model).copy(), sys.gettrace()
    sys.settrace(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            model.fit(SMALL)
    finally:
        sys.settrace(tracer)
    assert vars(model) == before
    assert len(model.fit(SMALL).history_["rmse"]) == 1


def test_two_threads_with_callbacks_do_not_mix_their_epochs():
    model = SVD(n_epochs=20, random_state=0, callback=lambda *_: time.sleep(0.001))
    errors = []
    started = threading.Barrier(2)

    def fit():
        started.wait()
        try:
            model.fit(SMALL)
        except ValueError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=fit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(model.history_["rmse"]) == 20
    assert all("the model is in training" in error for error in errors)
    assert len(errors) < 2
