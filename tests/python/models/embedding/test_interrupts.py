"""Ctrl-C is heeded inside of an epoch, and inside of a batch."""

import os
import signal
import sys
import threading
import time
from concurrent.futures import CancelledError

import numpy as np
import pytest

from astonish import DotBias, EmbeddingNN, make_ratings
from astonish.support.cancellation import Cancellation

from ..helpers import assert_same_state, state_of

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a process is POSIX")

N_RATINGS = 20_000
# One epoch of each takes much longer than the test waits.
LONG = {
    "factors": (DotBias, {"n_factors": 20_000, "batch_size": 64}),
    "layers": (EmbeddingNN, {"layers": [2000, 2000], "batch_size": 64}),
    "one batch": (EmbeddingNN, {"layers": [2000, 2000], "batch_size": N_RATINGS}),
}


@pytest.fixture(scope="module")
def ratings():
    data = make_ratings(n_users=200, n_items=200, n_ratings=N_RATINGS, seed=0)
    return data.build_full_trainset()


def long_training(name):
    model, options = LONG[name]
    return model(n_epochs=1, random_state=0, **options)


@needs_posix
@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_ends_a_long_epoch_and_leaves_the_model_as_it_was(ratings, name, n_threads):
    model = long_training(name).set_params(n_threads=n_threads)
    before = state_of(model)
    sent = []

    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(1.0, send)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(ratings)
    assert time.perf_counter() - sent[0] < 4
    timer.join()
    assert_same_state(model, before)


def test_a_job_of_a_call_that_was_stopped_ends_inside_of_an_epoch(ratings):
    call, ends = Cancellation(), []

    def fit():
        with call.job():
            try:
                long_training("layers").fit(ratings)
            except CancelledError:
                ends.append("cancelled")

    job = threading.Thread(target=fit)
    job.start()
    time.sleep(1.0)
    begin = time.perf_counter()
    call.stop()
    assert time.perf_counter() - begin < 4
    job.join()
    assert ends == ["cancelled"]


def test_long_phases_in_many_parts_train_to_the_same_bits(ratings):
    # 20,000 samples of 400 x 270 terms are two parts for a single thread.
    options = {"layers": [400, 270], "emb_szs": (50, 50), "n_epochs": 1, "random_state": 0}
    models = [
        EmbeddingNN(batch_size=N_RATINGS, n_threads=n_threads, **options).fit(ratings)
        for n_threads in (1, 3)
    ]
    for name in ("pu", "qi", "weight_0", "weight_1", "weight_2", "norm_mean_1"):
        np.testing.assert_array_equal(*(getattr(model, name) for model in models))
