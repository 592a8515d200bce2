"""How long a ratings file takes to become a Trainset, and what a Trainset weighs.

Run: pip install '.[frames]' && python bench/python/loading.py
"""

import gc
import statistics
import tempfile
import tracemalloc
from pathlib import Path

from common import load, seconds, show

import astonish
from astonish.data.sources import files

LIBRARIES = dict(files._CSV_READERS)


def time_of_load(path, reader, library, repeats=3):
    files._CSV_READERS.clear()
    if library is not None:
        files._CSV_READERS[library] = LIBRARIES[library]

    def job():
        return astonish.Dataset.load_from_file(path, reader).build_full_trainset()

    job()  # the import of the library is not counted
    return statistics.median(seconds(job)[0] for _ in range(repeats))


def loading(folder):
    label, data = load("ml-1m")
    path = folder / "ratings.dat"
    path.write_text("".join(f"{u}::{i}::{r:g}::978300760\n" for u, i, r, _ in data.ratings))
    reader = astonish.Reader("ml-1m")
    for library in (*LIBRARIES, None):
        name = "plain reader" if library is None else library
        yield (
            f"{label}, {len(data.ratings):,} lines: {name}",
            f"{time_of_load(path, reader, library):.2f} s",
        )


def weight(n_ratings):
    data = astonish.make_ratings(n_ratings // 165, n_ratings // 270, n_ratings)
    gc.collect()
    tracemalloc.start()
    trainset = data.build_full_trainset()
    trainset.inner_users([]), trainset.inner_items([])  # the tables of ids are part of it
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return f"Trainset of {trainset.n_ratings:,} ratings", f"{size / n_ratings:.1f} bytes a rating"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        rows = [*loading(Path(folder)), weight(1_000_000), weight(10_000_000)]
    show("From a file to a Trainset, and its memory", ("job", "measured"), rows)
