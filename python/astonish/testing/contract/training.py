"""Training by epochs, and what watches it."""

import numpy as np
import pytest

from astonish.testing.contract.base import ContractBase, needs
from astonish.testing.data import all_pairs
from astonish.testing.state import estimates


class TrainingContract(ContractBase):
    """Training by epochs, and what watches it."""

    @needs("callback")
    def test_a_callback_hears_what_the_history_holds(self, case, trainset):
        heard = []
        model = case.make(n_epochs=3, callback=lambda *epoch: heard.append(epoch)).fit(trainset)
        assert [epoch for epoch, _ in heard] == [0, 1, 2]
        names = heard[0][1]
        assert model.history_ == {name: [losses[name] for _, losses in heard] for name in names}
        assert model.stopped_by_ == "n_epochs"

    @needs("callback")
    def test_a_callback_sees_the_model_of_its_epoch_and_may_stop(self, case, trainset):
        seen, pairs = [], all_pairs(trainset)[::50]
        model = case.make(n_epochs=9)
        model.callback = lambda epoch, _: seen.append(estimates(model, pairs)) or epoch == 1
        model.fit(trainset)
        assert len(seen) == 2
        assert seen[0] != seen[1]
        assert estimates(model, pairs) == seen[1]
        assert model.stopped_by_ == "callback"

    @needs("tol")
    def test_training_stops_when_the_loss_hardly_falls(self, case, trainset):
        model = case.make(n_epochs=9, tol=1).fit(trainset)  # no epoch takes all of the loss away
        assert {len(losses) for losses in model.history_.values()} <= {2, 3}
        assert model.stopped_by_ == "tol"

    @needs("patience")
    def test_patience_keeps_the_best_epoch(self, case, trainset):
        ratings = trainset.build_testset()[::7]
        wrong = [(user, item, 6 - rating) for user, item, rating in ratings]
        model = case.make(n_epochs=30, validation=wrong, patience=2).fit(trainset)
        errors = model.history_["validation_rmse"]
        assert len(errors) == min(int(np.argmin(errors)) + 3, 30)
        squares = [(prediction.r_ui - prediction.est) ** 2 for prediction in model.test(wrong)]
        assert np.sqrt(np.mean(squares)) == pytest.approx(min(errors))
