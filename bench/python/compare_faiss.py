"""Exact top-10 by inner product beside Faiss's flat index: time, lists, and memory.

Faiss runs on the BLAS kernel that is fastest where there is AVX-512; its OpenBLAS does not choose
that one by itself on every such CPU.

Run: pip install '.[peers]' && python bench/python/compare_faiss.py
"""

import os
import sys
from pathlib import Path

from astonish import _core

if _core.cpu_level == "v4":
    os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"  # before Faiss is loaded

import faiss
import numpy as np
import roofline
from common import compare, show

N = 10
THREADS = 2
# items, queries, factors
PROBLEMS = ((1_000_000, 1_000, 128), (100_000, 5_000, 64), (1_000_000, 1, 128), (100_000, 1, 64))
NOTHING = np.empty(0, np.int64), np.empty(0, np.int32)


def made(n_items, n_queries, n_factors):
    rng = np.random.default_rng(0)
    sizes = (n_queries, n_factors), (n_items, n_factors)
    return [rng.standard_normal(size, dtype=np.float32) for size in sizes]


def resident_mb(key):
    """Return memory of this process as Linux counts it: VmRSS now, VmHWM its peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024


def peak_mb(job):
    """Return how far the memory of the process rises while `job` runs, beyond what it returns."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = resident_mb("VmRSS")
    result = job()
    returned = sum(array.nbytes for array in result) / 2**20
    return resident_mb("VmHWM") - before - returned


def explain_differences(queries, items, ours, theirs):
    """Return the share of equal ids; each other one must be a tie within float32's rounding."""
    differ = np.argwhere(ours != theirs)
    for query, place in differ:
        pair = items[[ours[query, place], theirs[query, place]]].astype(np.float64)
        scores = pair @ queries[query].astype(np.float64)
        bound = 2**-23 * queries.shape[1] * np.abs(pair[0]) @ np.abs(queries[query])
        assert abs(scores[0] - scores[1]) < bound, f"query {query}, place {place}: {scores}"
    return 1 - len(differ) / ours.size


def row(n_items, n_queries, n_factors, repeats):
    queries, items = made(n_items, n_queries, n_factors)
    index = faiss.IndexFlatIP(n_factors)
    index.add(items)

    def ours():
        return _core.topk.topk(queries, items, N, None, *NOTHING, THREADS)

    def theirs():
        return index.search(queries, N)

    extra = peak_mb(ours), peak_mb(theirs)
    our_time, their_time, ratio, our_lists, their_lists = compare(ours, theirs, repeats)
    same = explain_differences(queries, items, our_lists[0], their_lists[1])
    flops = 2e-9 * n_items * n_queries * n_factors
    return (
        f"{n_items:,} x {n_queries:,} x {n_factors}",
        f"{their_time * 1e3:.1f} ms",
        f"{our_time * 1e3:.1f} ms",
        f"{ratio:.2f} x",
        f"{flops / their_time:.0f}",
        f"{flops / our_time:.0f}",
        f"{100 * same:.3f} %",
        f"{max(extra[1], 0):.0f} MB",
        f"{max(extra[0], 0):.0f} MB",
    )


def main(repeats=7):
    faiss.omp_set_num_threads(THREADS)
    product = 2e-9 * roofline.multiply_adds("float32")
    show(
        f"Top-{N}, float32, {THREADS} threads, beside Faiss {faiss.__version__} IndexFlatIP; "
        f"NumPy's product of two cached matrices alone reaches {product:.0f} GFLOP/s",
        (
            "items x queries x factors",
            "Faiss",
            "astonish",
            "faster",
            "its GFLOP/s",
            "our GFLOP/s",
            "same ids",
            "its extra memory",
            "our extra memory",
        ),
        [row(*problem, repeats) for problem in PROBLEMS],
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
