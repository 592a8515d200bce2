"""Other threads ask a model while it learns: it is always that of before or after an epoch.

Threads meet where they like; so there are also tests without threads, which change the model at
each step of a reading call, and read at each step of a training.
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np
import pytest

import astonish
from astonish.collab import Callback

WATCHED = tuple(str(Path(astonish.__file__).parent / name) for name in ("collab", "models"))
N_EPOCHS = 60
PAIRS = [[str(user) for user in range(1, 21)], [str(item) for item in range(1, 21)]]


def estimates(learn):
    return learn.model.predict_many(*PAIRS).tobytes()


def preds(learn):
    return learn.get_preds()[0].tobytes()


def lists(learn):
    return b"".join(part.astype(np.float64).tobytes() for part in learn.model.recommend(["1"], 5))


class AtSteps:
    """Acts before lines and operations of learners and models: all, or one, counted from 1."""

    def __init__(self, act, step=None):
        self.act, self.step = act, step
        self.n_steps = 0

    def __call__(self, frame, event, _):
        if event == "call" and not frame.f_code.co_filename.startswith(WATCHED):
            return None
        frame.f_trace_opcodes = True
        if event in ("line", "opcode"):
            self.n_steps += 1
            if self.step in (None, self.n_steps):
                self.act()
        return self

    def run(self, call):
        """Call something with this as its tracer."""
        before = sys.gettrace()
        sys.settrace(self)
        try:
            return call()
        finally:
            sys.settrace(before)


def trained(make_learner, **options):
    learn = make_learner(**options)
    learn.fit(1, 0.1)
    return learn


CALLS = {
    "fit": lambda learn: learn.fit(2, 1e-2),
    "load": lambda learn: learn.load("other"),
    "no fit": lambda learn: learn.fit(3, 1e30),
}


@pytest.mark.parametrize("use_nn", [False, True])
@pytest.mark.parametrize("call", CALLS)
def test_at_each_step_of_a_change_there_is_a_whole_model(make_learner, call, use_nn):
    options = {"use_nn": use_nn, "y_range": None}  # without bounds it can diverge
    trained(make_learner, seed=1, **options).save("other")
    learn = trained(make_learner, **options)
    seen = [estimates(learn)]

    def look():
        answer = estimates(learn)
        if answer != seen[-1]:
            seen.append(answer)

    tracer = AtSteps(look)
    if call == "no fit":
        with pytest.raises(ValueError, match="is not finite"):
            tracer.run(lambda: CALLS[call](learn))
        assert len(seen) in (1, 3)  # as at first, perhaps after an epoch
        assert seen[0] == seen[-1]
    else:
        tracer.run(lambda: CALLS[call](learn))
        assert len(seen) == 1 + {"fit": 2, "load": 1}[call]
    assert tracer.n_steps > 20


@pytest.mark.parametrize("use_nn", [False, True])
@pytest.mark.parametrize("ask", [estimates, preds, lists])
def test_a_change_at_any_step_of_a_reading_call_is_seen_whole_or_not(make_learner, use_nn, ask):
    learn = trained(make_learner, use_nn=use_nn)
    states = [dict(vars(learn.model))]
    learn.fit(1, 0.1)
    states.append(dict(vars(learn.model)))
    answers = [ask(learn)]
    learn.model.__dict__ = dict(states[0])
    answers.insert(0, ask(learn))
    assert answers[0] != answers[1]
    met = set()
    for step in count(1):
        learn.model.__dict__ = dict(states[0])
        tracer = AtSteps(lambda: learn._session.publish(states[1]), step)
        answer = tracer.run(lambda: ask(learn))
        assert answer in answers, step
        met.add(answer)
        if tracer.n_steps < step:
            break
    assert met == set(answers)


@contextmanager
def quick_switches():
    """Let threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Reader(threading.Thread):
    """Asks until it is told to stop, and keeps the answers, each one once."""

    def __init__(self, ask, learn):
        super().__init__()
        self.ask, self.learn = ask, learn
        self.answers, self.error = set(), None
        self.is_over = threading.Event()

    def run(self):
        try:
            while not self.is_over.is_set():
                self.answers.add(self.ask(self.learn))
        except Exception as error:  # the main thread raises it
            self.error = error

    def stop(self):
        self.is_over.set()
        self.join()
        if self.error is not None:
            raise self.error


class Keep(Callback):
    """Keeps what is answered after each epoch."""

    def __init__(self, ask, answers):
        self.ask, self.answers = ask, answers

    def after_epoch(self):
        self.answers.add(self.ask(self.learn))


@contextmanager
def reading(ask, learn):
    """Ask from two threads in the block; each answer must be one of those that are yielded."""
    whole = {ask(learn)}
    readers = [Reader(ask, learn) for _ in range(2)]
    with quick_switches():
        for reader in readers:
            reader.start()
        try:
            yield whole
        finally:
            for reader in readers:
                reader.stop()
    seen = set.union(*(reader.answers for reader in readers))
    assert len(seen) > 1  # the readers did meet the training
    assert seen <= whole


@pytest.mark.parametrize("use_nn", [False, True])
@pytest.mark.parametrize("ask", [estimates, preds, lists])
def test_readers_see_whole_epochs(make_learner, use_nn, ask):
    learn = make_learner(use_nn=use_nn)
    with reading(ask, learn) as whole:
        learn.fit(N_EPOCHS, 1e-2, cbs=Keep(ask, whole))


@pytest.mark.parametrize("use_nn", [False, True])
def test_readers_see_whole_files(make_learner, use_nn):
    learn = make_learner(use_nn=use_nn)
    with reading(estimates, learn) as whole:
        for name in ("first", "second"):
            learn.fit(1, 1e-2, cbs=Keep(estimates, whole))
            learn.save(name)
        for _ in range(10):
            for name in ("first", "second"):
                learn.load(name)
    assert len(whole) == 3


def test_readers_see_an_interrupted_training_as_none(make_learner):
    class Stop(Callback):
        def after_epoch(self):
            if self.learn.epoch == 20:
                raise KeyboardInterrupt

    learn = make_learner()
    before = estimates(learn)
    with reading(estimates, learn) as whole, pytest.raises(KeyboardInterrupt):
        learn.fit(N_EPOCHS, 1e-2, cbs=[Keep(estimates, whole), Stop()])
    assert estimates(learn) == before


def test_what_adam_remembers_is_not_saved_in_the_midst_of_an_epoch(make_learner):
    learn = make_learner()

    class Save(Callback):
        def after_epoch(self):
            learn.save("by the callback")
            with ThreadPoolExecutor(1) as pool:
                pool.submit(learn.save, "by another thread", with_opt=False).result()
                with pytest.raises(ValueError, match="another thread trains the learner"):
                    pool.submit(learn.save, "by another thread").result()

    learn.fit(1, cbs=Save)
    learn.save("afterwards")
