"""Training that stops when the loss hardly falls, and why it stopped."""

from itertools import pairwise

import pytest

from astonish import ALS, NMF, SVD, CoClustering, DotBias, ImplicitALS, make_ratings

TRAINSET = make_ratings(60, 40, 900, seed=1).build_full_trainset()


@pytest.mark.parametrize(
    ("cls", "period"),
    [(SVD, 1), (ALS, 1), (ImplicitALS, 1), (DotBias, 1), (CoClustering, 1), (NMF, 2)],
)
def test_the_last_epoch_is_the_first_that_gains_less(cls, period):
    n_epochs = {"n_epochs": 40, "random_state": 0}
    name = "rmse" if cls in (SVD, NMF, CoClustering) else "loss"
    losses = cls(**n_epochs).fit(TRAINSET).history_[name]
    model = cls(**n_epochs, tol=0.05).fit(TRAINSET)
    expected = next(
        epoch
        for epoch in range(period, 40)
        if losses[epoch - period] - losses[epoch] < 0.05 * abs(losses[epoch - period])
    )
    if cls is not DotBias:  # whose learning rate depends on the number of epochs alone
        assert model.history_[name] == losses[: expected + 1]
    assert len(model.history_[name]) == expected + 1
    assert model.stopped_by_ == "tol"


def test_a_swinging_loss_does_not_stop_the_training():
    model = NMF(tol=0.05, random_state=0).fit(TRAINSET)
    losses = model.history_["rmse"]
    assert any(after > before for before, after in pairwise(losses[:-2]))
    assert model.stopped_by_ == "tol"


def test_why_training_ended():
    assert SVD(n_epochs=2).fit(TRAINSET).stopped_by_ == "n_epochs"
    assert SVD(n_epochs=2, tol=0).fit(TRAINSET).stopped_by_ == "n_epochs"
    assert SVD(n_epochs=9, callback=lambda *_: True).fit(TRAINSET).stopped_by_ == "callback"
    patient = SVD(n_epochs=200, lr_all=0.1, validation=0.2, patience=1, random_state=0)
    assert patient.fit(TRAINSET).stopped_by_ == "patience"


def test_a_negative_tol_is_refused():
    with pytest.raises(ValueError, match="tol must be a finite number of at least 0, got -1"):
        SVD(tol=-1).fit(TRAINSET)


def test_later_ratings_are_learned_whatever_tol_says():
    model = SVD(n_epochs=16, tol=0.9, random_state=0).fit(TRAINSET)
    model.partial_fit([("new", "1", 5.0)], n_epochs=3)
    assert len(model.history_["rmse"]) == 3
