"""What threads of the package owe to each other."""

import gc
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

import astonish
from astonish._cancellation import Cancellation, check_cancelled
from astonish._gc import paused_gc
from astonish.evaluation.cross_validation import iterate_scores


def test_the_collector_is_on_again_after_many_threads_paused_it():
    def pause_often():
        for _ in range(2000):
            with paused_gc():
                assert not gc.isenabled()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(pause_often) for _ in range(4)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with paused_gc():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_job_learns_that_its_call_was_stopped():
    cancellation = Cancellation()
    started = threading.Event()

    def work():
        with cancellation.job():
            started.set()
            while True:
                check_cancelled()

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(work)
        started.wait()
        cancellation.stop()
        with pytest.raises(CancelledError):
            job.result(timeout=10)
    check_cancelled()  # this thread works for nobody


class Unlucky(astonish.SVD):
    """Fails in the first fold that it sees, while the others train for hours."""

    first = threading.Lock()

    def fit(self, trainset):
        if self.first.acquire(blocking=False):
            raise RuntimeError("the first fold failed")
        return super().fit(trainset)


def test_a_fold_that_fails_stops_the_others():
    data = astonish.make_ratings(200, 100, 5000)
    model = Unlucky(n_epochs=10**8, random_state=0)
    with pytest.raises(RuntimeError, match="the first fold failed"):
        list(iterate_scores(model, data, ["rmse"], cv=3, n_jobs=3))
