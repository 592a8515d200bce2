"""Trainings of a learner beside the reference, and what decides them."""

import numpy as np
import pytest

from astonish import DotBias, make_ratings
from astonish.collab import CollabDataLoaders, collab_learner, rmse
from astonish.models.training import schedules

from ..helpers import assert_same_parameters, parameters_of, reference_losses


def assert_like_reference(learn, losses, parameters):
    np.testing.assert_allclose(learn.recorder.batch_losses, losses, rtol=1e-9)
    for name, array in parameters.items():
        np.testing.assert_allclose(getattr(learn.model, name), array, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("sampling", ["permutation", "replacement"])
@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
def test_one_cycle_is_that_of_the_reference(make_learner, sampling, y_range):
    learn = make_learner(dtype="float64", sampling=sampling, y_range=y_range)
    expected = reference_losses(learn, [(schedules.one_cycle(2, 25, 5e-2), 0.1)])
    learn.fit_one_cycle(2, 5e-2, wd=0.1)
    assert_like_reference(learn, *expected)


METHODS = {
    "fit": (lambda learn: learn.fit(2, 1e-2), schedules.constant(2, 25, 1e-2)),
    "fit_one_cycle": (
        lambda learn: learn.fit_one_cycle(1, 0.1, div=5, div_final=50, pct_start=0.5),
        schedules.one_cycle(1, 25, 0.1, 5, 50, 0.5),
    ),
    "moms": (
        lambda learn: learn.fit_one_cycle(1, 0.1, moms=(0.9, 0.5, 0.8)),
        schedules.one_cycle(1, 25, 0.1, moms=(0.9, 0.5, 0.8)),
    ),
    "fit_flat_cos": (
        lambda learn: learn.fit_flat_cos(2, 1e-2, div_final=10, pct_start=0.5),
        schedules.flat_cos(2, 25, 1e-2, 10, 0.5),
    ),
    "fit_sgdr": (lambda learn: learn.fit_sgdr(2, 1, 0.1), schedules.sgdr(2, 1, 25, 0.1)),
}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_its_schedule(make_learner, method):
    train, schedule = METHODS[method]
    learn = make_learner(dtype="float64")
    losses, parameters = reference_losses(learn, [(schedule, 0.01)])
    train(learn)
    assert_like_reference(learn, losses, parameters)
    np.testing.assert_array_equal(learn.recorder.lrs, schedule.lrs)
    np.testing.assert_array_equal(learn.recorder.hps["mom"], schedule.moms)


def test_the_next_training_goes_on_with_adam_wd_and_momentum(make_learner):
    learn = make_learner(dtype="float64")
    first = schedules.one_cycle(1, 25, 5e-2)
    second = schedules.constant(1, 25, 1e-2, mom=first.moms[-1])
    losses, parameters = reference_losses(learn, [(first, 0.3), (second, 0.3)])
    learn.fit_one_cycle(1, 5e-2, wd=0.3)
    learn.fit(1, 1e-2)
    assert_like_reference(learn, losses[25:], parameters)


def test_reset_opt_forgets_all_that(make_learner):
    learn = make_learner(dtype="float64")
    learn.fit_one_cycle(1, 5e-2, wd=0.3)
    losses, parameters = reference_losses(learn, [(schedules.constant(1, 25, 1e-2), 0.01)])
    learn.fit(1, 1e-2, reset_opt=True)
    assert_like_reference(learn, losses, parameters)


def test_the_learner_has_defaults(make_learner):
    learn = make_learner(dtype="float64", lr=0.02, wd=0.2, moms=(0.8, 0.6, 0.7))
    cycle = schedules.one_cycle(1, 25, 0.02, moms=(0.8, 0.6, 0.7))
    flat = schedules.constant(1, 25, 0.02, mom=cycle.moms[-1])
    losses, parameters = reference_losses(learn, [(cycle, 0.2), (flat, 0.2)])
    learn.fit_one_cycle(1)
    learn.fit(1)
    assert_like_reference(learn, losses[25:], parameters)


def test_start_epoch_leaves_out_what_comes_before(learn):
    learn.fit_one_cycle(3, 1e-2, start_epoch=1)
    schedule = schedules.one_cycle(3, 25, 1e-2)
    np.testing.assert_array_equal(learn.recorder.lrs, schedule.lrs[25:])
    assert len(learn.recorder.values) == 2


def test_a_training_set_is_learned_as_the_model_fits_it(ratings):
    trainset = ratings.build_full_trainset()
    options = {"n_factors": 4, "y_range": (0.5, 5.5)}
    learn = collab_learner(trainset, seed=7, verbose=False, **options)
    learn.fit_one_cycle(3, 5e-3, wd=0.1)
    model = DotBias(n_epochs=3, random_state=7, **options).fit(trainset)
    assert_same_parameters(parameters_of(learn), vars(model))
    assert learn.recorder.metric_names == ["epoch", "train_loss", "time"]


@pytest.mark.parametrize("n_threads", [2, 3, 7])
def test_threads_and_repetitions_change_nothing(make_learner, n_threads):
    trained = [make_learner(n_threads=threads) for threads in (1, n_threads)]
    for learn in trained:
        learn.fit_one_cycle(2, 1e-2)
    assert_same_parameters(*map(parameters_of, trained))
    assert trained[0].recorder.values == trained[1].recorder.values


def test_the_seed_decides(make_learner):
    first, second = (parameters_of(make_learner(seed=seed)) for seed in (1, 2))
    assert not np.array_equal(first["pu"], second["pu"])
    by_dls = parameters_of(make_learner(seed=None))
    assert_same_parameters(by_dls, parameters_of(make_learner(seed=3)))  # that of dls


def test_without_a_seed_the_global_generator_decides(ratings):
    drawn = []
    for _ in range(2):
        np.random.seed(5)
        dls = CollabDataLoaders.from_dataset(ratings, bs=32)
        learn = collab_learner(dls, n_factors=2, verbose=False)
        learn.fit(1, 1e-2)
        drawn.append(parameters_of(learn))
    assert_same_parameters(*drawn)


def test_without_validation_there_is_no_valid_loss(make_learner, without_validation):
    learn = make_learner(without_validation, metrics=rmse)
    learn.fit(1)
    assert learn.recorder.metric_names == ["epoch", "train_loss", "time"]
    assert len(learn.recorder.values[0]) == 1
    with pytest.raises(ValueError, match=r"dls.valid is empty: there is nothing to validate with"):
        learn.validate()
    assert [len(part) for part in learn.get_preds()] == [0, 0]


def test_no_epochs_change_nothing(learn):
    before = parameters_of(learn)
    learn.fit_one_cycle(0)
    assert_same_parameters(before, parameters_of(learn))
    assert learn.recorder.values == []


def test_fewer_ratings_than_a_batch_are_one_batch():
    dls = CollabDataLoaders.from_dataset(make_ratings(5, 5, 10, seed=0), seed=0, bs=64)
    learn = collab_learner(dls, n_factors=2, verbose=False)
    learn.fit(3)
    assert len(learn.recorder.batch_losses) == 3
