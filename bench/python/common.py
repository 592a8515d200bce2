"""What the benchmarks share: the data, the clock and the table."""

import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import astonish
from astonish import _core
from astonish.data.loaders import load_any_file

BENCH = Path(__file__).resolve().parent
sys.path.append(str(BENCH / "../../tests/python"))  # at the end: its folders have names of packages

from rating_sets import rating_sets  # noqa: E402

DATA = rating_sets()


def load(name: str) -> tuple[str, Any]:
    """Return (label, data set): MovieLens where it lies on this machine, else a synthetic twin."""
    files = {"ml-100k": "u.data", "ml-1m": "ratings.csv.gz"}
    path = DATA / name / files[name]
    if path.is_file():
        return name, load_any_file(path, rating_scale=(1, 5))
    sizes = {"ml-100k": (943, 1682, 100_000), "ml-1m": (6040, 3706, 1_000_209)}
    return f"synthetic, size of {name}", astonish.make_ratings(*sizes[name])


def seconds(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the wall-clock seconds of a call, and its result."""
    begin = time.perf_counter()
    result = function()
    return time.perf_counter() - begin, result


def compare(
    ours: Callable[[], Any], theirs: Callable[[], Any], repeats: int = 3
) -> tuple[float, float, float, Any, Any]:
    """Run both in turn; return the median seconds of each, the median ratio, and both results."""
    times = []
    for _ in range(repeats):
        our_time, our_result = seconds(ours)
        their_time, their_result = seconds(theirs)
        times.append((our_time, their_time))
    return (
        statistics.median(our for our, _ in times),
        statistics.median(their for _, their in times),
        statistics.median(their / our for our, their in times),
        our_result,
        their_result,
    )


def cpu_name() -> str:
    """Return what the CPU calls itself, with its family and model where these are known."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(map(str.strip, line.split(":", 1)) for line in lines if ":" in line)
    name = fields.get("model name", platform.machine())
    known = [f"{key} {fields[key]}" for key in ("cpu family", "model") if key in fields]
    return f"{name} ({', '.join(known)})" if known else name


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown, with the machine it was measured on."""
    cores = _core.parallel.available_threads()
    print(f"\n{title}\n{cpu_name()}, {cores} cores, CPU level {_core.cpu_level}\n")
    lines = [list(map(str, row)) for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(f"| {' | '.join(cells)} |")
