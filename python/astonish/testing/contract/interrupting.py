"""Errors and Ctrl-C leave a model as it was."""

import signal
import threading

import pytest

from astonish.testing.contract.base import ContractBase, needs
from astonish.testing.data import trainset_of
from astonish.testing.state import assert_same_state, state_of

ONE_RATING = trainset_of(("u", "i", 4.0))


def interrupt(*_):
    raise KeyboardInterrupt


def send_sigint(*_):
    signal.raise_signal(signal.SIGINT)


class InterruptingContract(ContractBase):
    """Errors and Ctrl-C leave a model as it was."""

    @pytest.mark.parametrize("stop", [interrupt, send_sigint])
    @needs("verbose")
    def test_ctrl_c_leaves_the_model_as_it_was(
        self, case, trainset, other_trainset, monkeypatch, stop
    ):
        model = case.make(verbose=True)
        unfitted = state_of(model)
        with monkeypatch.context() as patched:
            patched.setattr("builtins.print", stop)
            patched.setattr("tqdm.tqdm.update", stop)
            with pytest.raises(KeyboardInterrupt):
                model.fit(trainset)
        assert_same_state(model, unfitted)

        fitted = state_of(model.fit(trainset))
        with monkeypatch.context() as patched:
            patched.setattr("builtins.print", stop)
            patched.setattr("tqdm.tqdm.update", stop)
            with pytest.raises(KeyboardInterrupt):
                model.fit(other_trainset)
        assert_same_state(model, fitted)

    @needs("n_epochs")
    def test_ctrl_c_is_noticed_between_silent_epochs(self, case, trainset):
        model = case.make().fit(trainset)
        model.n_epochs = 10**8  # hours: the signal comes first
        before = state_of(model)
        timer = threading.Timer(0.05, send_sigint)

        def fit_until_the_signal():
            timer.start()
            model.fit(ONE_RATING)

        with pytest.raises(KeyboardInterrupt):
            fit_until_the_signal()
        timer.join()
        assert_same_state(model, before)

    @needs("random_state")
    def test_an_error_in_fit_leaves_the_model_as_it_was(self, case, trainset, other_trainset):
        model = case.make().fit(trainset)
        model.random_state = "zero"
        before = state_of(model)
        with pytest.raises(ValueError, match="random state"):
            model.fit(other_trainset)
        assert_same_state(model, before)
