"""What threads of the package owe to each other."""

import gc
import os
import signal
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

import astonish
from astonish import _core
from astonish.evaluation.cross_validation import iterate_scores
from astonish.support.cancellation import Cancellation, check_cancelled
from astonish.support.garbage_collection import paused_gc


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_forked_while_a_thread_computes_need_not_wait_for_it(monkeypatch):
    computing, may_finish = threading.Event(), threading.Event()

    def slow_ratings(*_):
        computing.set()
        may_finish.wait(timeout=30)

    rows = [astonish.make_ratings(9, 9, 30, seed=seed).build_full_trainset() for seed in (0, 1)]
    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(_core.ratings, "Ratings", slow_ratings)
        pool.submit(lambda: rows[0].by_user.view)
        computing.wait()
        patch.undo()
        child = os.fork()
        if child == 0:
            os._exit(0 if rows[1].by_user.view is not None else 1)
        may_finish.set()
        deadline = time.monotonic() + 10
        while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < deadline:
            time.sleep(0.01)
        if not ended[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    assert ended == (child, 0)
