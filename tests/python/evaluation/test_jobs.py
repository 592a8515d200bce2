"""How many pieces of work are run, and what they owe to each other."""

import io
import threading
import time
from functools import partial

import joblib
import pytest

from astonish import _core
from astonish.evaluation import jobs
from astonish.evaluation.jobs import collect, count_workers, run_jobs
from astonish.support.cancellation import check_cancelled
from astonish.support.settings import limit_threads, resolve_n_threads, threads_for_each


@pytest.fixture
def eight_cpus(monkeypatch):
    """A process that may use eight CPUs."""
    monkeypatch.delenv("ASTONISH_NUM_THREADS", raising=False)
    monkeypatch.setattr(_core.parallel, "available_threads", lambda: 8)


def square_after(seconds, number):
    time.sleep(seconds)
    return number**2


def numbered_jobs(n):
    """Jobs of which the later ones are faster."""
    return (partial(square_after, 0.002 * (n - number), number) for number in range(n))


@pytest.mark.parametrize("n_jobs", [1, 2, 3, -1, None])
@pytest.mark.parametrize("pre_dispatch", ["2*n_jobs", "all", None, 1, 5, "1.5*n_jobs"])
def test_results_come_in_the_order_of_the_jobs(n_jobs, pre_dispatch):
    assert list(run_jobs(numbered_jobs(6), n_jobs, pre_dispatch)) == [0, 1, 4, 9, 16, 25]


def test_one_job_at_a_time_is_prepared_when_it_is_due():
    def prepare():
        for number in range(3):
            events.append(f"prepare {number}")
            yield partial(events.append, f"run {number}")

    events = []
    list(run_jobs(prepare()))
    assert events == ["prepare 0", "run 0", "prepare 1", "run 1", "prepare 2", "run 2"]


def test_no_jobs_have_no_results():
    assert list(run_jobs(iter(()), 2, total=0)) == []


@pytest.mark.parametrize(
    ("n_jobs", "error", "message"),
    [
        (0, ValueError, "n_jobs must be a number of jobs or -1 for one per CPU, got 0"),
        ("2", TypeError, "n_jobs must be an integer, got '2'"),
        (1.5, TypeError, r"n_jobs must be an integer, got 1\.5"),
        (2**40, ValueError, "n_jobs must be at most"),
    ],
)
def test_an_impossible_number_of_jobs_is_refused(n_jobs, error, message):
    with pytest.raises(error, match=message):
        count_workers(n_jobs)


def test_the_number_of_jobs_may_come_from_joblib():
    assert count_workers(None) == 1
    with joblib.parallel_config("threading", n_jobs=3):
        assert count_workers(None) == 3


@pytest.mark.parametrize("pre_dispatch", ["n_job", "", "1+", -1, 0, "0*n_jobs", [], float("nan")])
def test_an_impossible_pre_dispatch_is_refused(pre_dispatch):
    with pytest.raises(ValueError, match="pre_dispatch must"):
        list(run_jobs(numbered_jobs(3), 2, pre_dispatch))


def test_no_more_threads_than_jobs_are_started():
    def count():
        time.sleep(0.01)
        return threading.active_count()

    before = threading.active_count()
    counts = run_jobs([count] * 3, n_jobs=1000, total=3)
    assert max(counts) < before + 20


def test_no_more_threads_than_jobs_are_started_when_nobody_knows_their_number():
    def count():
        time.sleep(0.01)
        return threading.active_count()

    before = threading.active_count()
    counts = list(run_jobs([count] * 3, n_jobs=1_000_000))
    assert len(counts) == 3
    assert max(counts) < before + 20


def test_jobs_that_nobody_counted_are_all_done():
    for n in (0, 1, 3, 4, 20):
        uncounted = (partial(int, number) for number in range(n))
        assert list(run_jobs(uncounted, n_jobs=3)) == list(range(n))


@pytest.mark.usefixtures("eight_cpus")
def test_jobs_share_the_cpus():
    for n_jobs, share in [(1, 8), (2, 4), (3, 2), (20, 1)]:
        threads = run_jobs([partial(resolve_n_threads, None)] * 30, n_jobs)
        assert set(threads) == {share}
    assert resolve_n_threads(None) == 8


@pytest.mark.usefixtures("eight_cpus")
def test_few_jobs_share_all_cpus():
    threads = run_jobs([partial(resolve_n_threads, None)] * 2, n_jobs=100, total=2)
    assert list(threads) == [4, 4]


@pytest.mark.usefixtures("eight_cpus")
def test_jobs_of_jobs_share_their_share():
    def start_jobs():
        return list(run_jobs([partial(resolve_n_threads, None)] * 2, 2))

    assert list(run_jobs([start_jobs] * 2, 2)) == [[2, 2], [2, 2]]


@pytest.mark.usefixtures("eight_cpus")
def test_a_number_of_threads_that_someone_asked_for_wins(monkeypatch):
    assert list(run_jobs([partial(resolve_n_threads, 7)] * 2, 2)) == [7, 7]
    monkeypatch.setenv("ASTONISH_NUM_THREADS", "5")
    assert list(run_jobs([partial(resolve_n_threads, None)] * 2, 2)) == [5, 5]


@pytest.mark.usefixtures("eight_cpus")
def test_a_limit_ends_with_its_block():
    with limit_threads(3):
        assert resolve_n_threads(None) == 3
        assert threads_for_each(1) == 3
    with pytest.raises(RuntimeError), limit_threads(3):
        fail_soon()
    assert resolve_n_threads(None) == 8


def fail_soon():
    time.sleep(0.05)
    raise RuntimeError("this job failed")


endless_jobs = []  # one entry each


def wait_for_the_end():
    endless_jobs.append(None)
    try:
        while True:
            check_cancelled()
            time.sleep(0.001)
    finally:
        endless_jobs.pop()


@pytest.mark.parametrize("depth", [1, 2])
def test_a_job_that_fails_stops_the_others(depth):
    def start_jobs():
        return list(run_jobs([wait_for_the_end] * 2, 2))

    endless = wait_for_the_end if depth == 1 else start_jobs
    with pytest.raises(RuntimeError, match="this job failed"):
        list(run_jobs([endless, fail_soon], 2))
    assert not endless_jobs


def test_closing_the_results_stops_the_jobs():
    results = run_jobs([partial(square_after, 0, 3), wait_for_the_end], 2)
    assert next(results) == 9
    with pytest.warns(UserWarning, match="tasks"):  # joblib's
        results.close()
    assert not endless_jobs


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def shown(monkeypatch, stream, patience):
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(jobs, "_PATIENCE", patience)
    assert collect(run_jobs(numbered_jobs(4)), 4, "fit") == [0, 1, 4, 9]
    return stream.getvalue()


def test_a_terminal_shows_a_bar_and_then_nothing_of_it(monkeypatch):
    text = shown(monkeypatch, Terminal(), patience=0)
    assert "/4 [" in text
    assert "fit" in text
    assert text.endswith("\r")


def test_what_is_quick_shows_no_bar(monkeypatch):
    assert shown(monkeypatch, Terminal(), patience=100) == ""


def test_a_file_gets_no_bar(monkeypatch):
    assert shown(monkeypatch, io.StringIO(), patience=0) == ""
