"""Running many independent pieces of work: fits and scores of folds, of settings of a model."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from astonish.support.cancellation import Cancellation, check_cancelled
from astonish.support.checks import INT32_MAX, check_integer
from astonish.support.lazy import lazy_module
from astonish.support.settings import limit_threads, threads_for_each

if TYPE_CHECKING:
    import joblib
else:
    joblib = lazy_module("joblib")  # two thirds of the time that this module takes

T = TypeVar("T")

_PATIENCE = 1.0  # seconds without a progress bar


def count_workers(n_jobs: int | None) -> int:
    """Return how many jobs run at a time.

    Parameters
    ----------
    n_jobs : int or None
        A number, -1 for one per CPU, -2 for one less, ...; None is 1 unless
        ``joblib.parallel_config`` says otherwise.

    Raises
    ------
    TypeError, ValueError
        For a value that is not an integer, and for 0.
    """
    if n_jobs is not None and check_integer("n_jobs", n_jobs, -INT32_MAX, INT32_MAX) == 0:
        raise ValueError("n_jobs must be a number of jobs or -1 for one per CPU, got 0")
    return int(joblib.effective_n_jobs(n_jobs))  # type: ignore[arg-type]  # None is fine


def run_jobs(
    jobs: Iterable[Callable[[], T]],
    n_jobs: int | None = 1,
    pre_dispatch: int | str | None = "2*n_jobs",
    total: int | None = None,
    verbose: int = 0,
) -> Generator[T, None, None]:
    """Yield the results of `jobs`, in their order, as soon as they are known.

    Jobs run in threads, as the core works without the GIL, unless ``joblib.parallel_config`` names
    another backend. Each gets its share of the CPUs. An error, Ctrl-C or closing the generator
    stops the others.

    Parameters
    ----------
    jobs : iterable of callables
        Taken from the iterable shortly before they run.
    n_jobs : int or None
        See `count_workers`. One job at a time runs in this thread.
    pre_dispatch : int, str or None
        How many jobs to take ahead, as in joblib; None and "all" take all.
    total : int, optional
        The number of jobs, where it is known. There are no more workers than jobs; where it is not
        known, one job for each worker is taken to see.
    verbose : int
        How much joblib prints.
    """
    n_workers = count_workers(n_jobs)
    if total is None and n_workers > 1:
        first = deque(islice(jobs := iter(jobs), n_workers))
        total = len(first) if len(first) < n_workers else None
        jobs = chain(_drain(first), jobs)
    if total is not None and n_workers > total:
        n_jobs = n_workers = max(1, total)
    parallel = joblib.Parallel(
        n_jobs=n_jobs,
        prefer="threads",
        pre_dispatch=_check_pre_dispatch(pre_dispatch),
        return_as="generator",
        verbose=verbose,
    )
    cancellation = Cancellation()
    n_threads = threads_for_each(n_workers)
    tasks = (joblib.delayed(_run)(cancellation, n_threads, job) for job in jobs)
    try:
        yield from parallel(tasks)
        if next(tasks, None) is not None:
            raise ValueError(f"pre_dispatch must let at least one job run, got {pre_dispatch!r}")
    finally:
        cancellation.stop()


def collect(results: Generator[T, None, None], total: int | None, unit: str) -> list[T]:
    """Return the results of `run_jobs` as a list; on a terminal a bar shows the progress."""
    from tqdm import tqdm  # imported with the first bar

    with closing(results):
        bar = tqdm(results, total=total, unit=unit, leave=False, disable=None, delay=_PATIENCE)
        return list(bar)


def _run(cancellation: Cancellation, n_threads: int | None, job: Callable[[], T]) -> T:
    with cancellation.job(), limit_threads(n_threads):
        check_cancelled()
        return job()


def _drain(queue: deque[T]) -> Iterator[T]:
    """Yield the entries of a queue and remove them."""
    while queue:
        yield queue.popleft()


def _check_pre_dispatch(pre_dispatch: Any) -> Any:
    """Return what joblib understands; ValueError otherwise."""
    if pre_dispatch is None:
        return "all"
    try:  # joblib evaluates it before it looks at the jobs; here there are none
        joblib.Parallel(n_jobs=2, backend="threading", pre_dispatch=pre_dispatch)([])
    except Exception:
        raise ValueError(
            "pre_dispatch must be a number of jobs, an expression such as '2*n_jobs', or 'all', "
            f"got {pre_dispatch!r}"
        ) from None
    return pre_dispatch
