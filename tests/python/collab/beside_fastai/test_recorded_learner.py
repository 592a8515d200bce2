"""The learner beside fastai's: the same ratings in the same order, from the same weights.

bench/python/record_fastai.py made the recording; test_recorded.py compares the kernels alone.
"""

import numpy as np
import pytest

from astonish import DotBias, EmbeddingNN
from astonish.collab import CategoryMap, CollabDataLoaders, Learner
from astonish.data.ratings import Ratings

from . import recorded

SAMPLES = recorded.make_samples()
RECORDING = recorded.recording()


class RecordedOrder:
    """Stands in for the generator that shuffles the samples of each epoch."""

    def __init__(self):
        self._epoch = 0

    def shuffle(self, order):
        order[:] = recorded.order_of_epoch(self._epoch, len(order))
        self._epoch += 1

    def get_state(self):
        return self._epoch

    def set_state(self, epoch):
        self._epoch = epoch


def loaders():
    columns = SAMPLES.users, SAMPLES.items, SAMPLES.ratings
    train, valid = (
        Ratings.from_columns(*(column[rows].tolist() for column in columns))
        for rows in (~SAMPLES.is_valid, SAMPLES.is_valid)
    )
    classes = {
        "user": CategoryMap(sorted(train.user_ids)),
        "item": CategoryMap(sorted(train.item_ids)),
    }
    options = {"seed": 0, "path": ".", "bs": recorded.BATCH_SIZE, "val_bs": None}
    return CollabDataLoaders(train, valid, classes, **options)


def learner(variant):
    is_dot = "n_factors" in variant.model
    model = (DotBias if is_dot else EmbeddingNN)(**{"y_range": None} | variant.model)
    learn = Learner(loaders(), model, verbose=False)
    weights = recorded.initial_weights(SAMPLES, variant)
    names = ("pu", "qi", "bu", "bi") if is_dot else model._parameters()
    vars(model).update(zip(names, weights, strict=True))
    learn._session.order = RecordedOrder()
    return learn


@pytest.mark.parametrize("name", recorded.VARIANTS)
def test_a_training_is_fastais(name):
    variant, theirs = recorded.VARIANTS[name], RECORDING["float32"][name]
    learn = learner(variant)
    fit = getattr(learn, f"fit_{variant.schedule}")
    fit(recorded.N_EPOCHS, recorded.LR_MAX, wd=variant.wd)
    losses = learn.recorder.batch_losses
    np.testing.assert_allclose(losses[: len(theirs["losses"])], theirs["losses"], rtol=1e-5)
    np.testing.assert_allclose(losses[-3:], theirs["last losses"], rtol=1e-5)
    np.testing.assert_allclose(learn.recorder.column("valid_loss"), theirs["valid"], rtol=1e-5)


@pytest.mark.parametrize("name", recorded.LR_FIND)
def test_lr_find_is_fastais(name):
    learn, theirs = learner(recorded.VARIANTS[name]), RECORDING["lr_find"][name]
    suggestion = learn.lr_find(show_plot=False).valley
    np.testing.assert_allclose(learn.recorder.lrs, theirs["lrs"], rtol=1e-12)
    low = np.count_nonzero(np.array(theirs["lrs"]) < 0.03)  # higher rates magnify rounding
    recorder = learn.recorder
    np.testing.assert_allclose(recorder.batch_losses[:low], theirs["losses"][:low], rtol=1e-5)
    np.testing.assert_allclose(recorder.losses[:low], theirs["smooth losses"][:low], rtol=1e-5)
    assert suggestion == pytest.approx(theirs["suggestion"], rel=1e-6)
