"""Ctrl-C at any line: a learner is as it was before the call, or as it is after."""

import sys
from itertools import count
from pathlib import Path

import pytest

import astonish

from .helpers import parameters_of

WATCHED = (str(Path(astonish.__file__).parent), "contextlib")


class Interruption:
    """Raises KeyboardInterrupt at a line of the package, counted from 1."""

    def __init__(self, line):
        self.left = line

    def __call__(self, frame, event, _):
        if event == "call" and not any(part in frame.f_code.co_filename for part in WATCHED):
            return None
        if event == "line":
            self.left -= 1
            if not self.left:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self


def interrupted(call, line):
    """Tell whether there was a line to interrupt `call` at."""
    before, interruption = sys.gettrace(), Interruption(line)
    sys.settrace(interruption)
    try:
        call()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return interruption.left <= 0


def all_of(learn):
    """Everything that the next training begins with."""
    state, wd, mom = learn._session.optimizer
    words, position = learn._session.order.get_state()[1:3]
    groups = parameters_of(learn), state.averages, state.squares
    arrays = [words, *(array for group in groups for array in group.values())]
    return [wd, mom, state.step, position, *(array.tobytes() for array in arrays)]


CALLS = {
    "fit": lambda learn: learn.fit(1, 1e-2, wd=0.3),
    "lr_find": lambda learn: learn.lr_find(num_it=6, show_plot=False, suggest_funcs=None),
    "load": lambda learn: learn.load("other"),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files left open
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_interrupted_call_has_done_all_or_nothing(make_learner, call):
    def make():
        learn = make_learner()
        learn.fit(1, 1e-2)
        return learn

    other = make()
    other.fit(1, 2e-2, wd=0.2)
    other.save("other")
    before = all_of(make())
    call(done := make())
    after = all_of(done)
    for line in count(1):
        learn = make()
        if not interrupted(lambda learn=learn: call(learn), line):
            break
        assert all_of(learn) in (before, after), line
        learn._session.refuse_in_training("fit")
        learn.validate()
    assert line > 100
